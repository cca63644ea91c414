import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Line, Terminal } from '../../../src/cli/terminal.ts';
import { MemoryIo } from '../../helpers/memory-io.ts';

const ESCAPE = '\u001b';
const LINES: readonly Line[] = [
  { text: 'a line of some length', tone: 'heading' },
  { text: 'second', tone: 'plain' },
  { text: 'third', tone: 'good' },
];

function terminalOf(size: object, environment: Record<string, string> = {}, once = false) {
  const io = new MemoryIo(environment);
  Object.assign(io.stdout, size);
  return { terminal: new Terminal(io, once), written: () => io.stdout.text };
}

describe('the terminal', () => {
  it('gets nothing but text when it is none', () => {
    const { terminal, written } = terminalOf({});
    terminal.draw(LINES);
    terminal.leave();
    assert.equal(written(), 'a line of some length\nsecond\nthird\n');
  });

  it('is drawn on a screen of its own, cut to its size, and given back', () => {
    const { terminal, written } = terminalOf({ isTTY: true, columns: 6, rows: 2 });
    terminal.draw(LINES);
    terminal.draw(LINES);
    assert.equal(written().split(`${ESCAPE}[?1049h`).length, 2, 'entered once');
    assert.match(written(), /a lin…/);
    assert.doesNotMatch(written(), /third|\n$/);
    terminal.leave();
    assert.ok(written().endsWith(`${ESCAPE}[?25h${ESCAPE}[?1049l`));
  });

  it('keeps one screen, when one was asked for', () => {
    const { terminal, written } = terminalOf({ isTTY: true, columns: 80, rows: 2 }, {}, true);
    terminal.draw(LINES);
    terminal.leave();
    assert.ok(!written().includes('1049'));
    assert.match(written(), /third/);
  });

  it('has no colours where NO_COLOR says so', () => {
    const { terminal, written } = terminalOf(
      { isTTY: true, columns: 80, rows: 9 },
      { NO_COLOR: '1' },
      true,
    );
    terminal.draw(LINES);
    assert.ok(!written().includes(ESCAPE));
  });
});
