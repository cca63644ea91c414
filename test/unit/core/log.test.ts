import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Log, type LogLevel } from '../../../src/core/log.ts';

class Lines {
  readonly lines: string[] = [];
  nowMs = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

  log(level: LogLevel, format: 'logfmt' | 'json'): Log {
    const write = (line: string): void => {
      this.lines.push(line);
    };
    return new Log({ level, format, write, nowMs: () => this.nowMs });
  }
}

describe('Log', () => {
  it('writes logfmt, quoting what needs it', () => {
    const out = new Lines();
    out.log('info', 'logfmt').info('it is up', { port: 9099, local: '192.0.2.1', quote: 'a"b=c' });
    assert.deepEqual(out.lines, [
      'ts=2026-01-02T03:04:05.678Z level=info msg="it is up" port=9099 local=192.0.2.1 quote="a\\"b=c"',
    ]);
  });

  it('writes JSON', () => {
    const out = new Lines();
    out.log('info', 'json').error('no', { up: false });
    assert.deepEqual(JSON.parse(out.lines[0] ?? ''), {
      ts: '2026-01-02T03:04:05.678Z',
      level: 'error',
      msg: 'no',
      up: false,
    });
  });

  it('keeps one line one line', () => {
    for (const format of ['logfmt', 'json'] as const) {
      const out = new Lines();
      out.log('info', format).info('two\nlines', { key: '\r\n\u0007' });
      assert.doesNotMatch(out.lines[0] ?? '', /\p{Cc}/u);
    }
  });

  it('leaves out what is below its level', () => {
    const out = new Lines();
    const log = out.log('warn', 'logfmt');
    log.debug('a');
    log.info('b');
    log.warn('c');
    log.error('d');
    assert.equal(out.lines.length, 2);
    log.level = 'debug';
    log.debug('e');
    assert.equal(out.lines.length, 3);
  });

  it('writes a warning once a minute and says how often it was kept back', () => {
    const out = new Lines();
    const log = out.log('info', 'logfmt');
    for (let i = 0; i < 5; i++) log.warn('lost packets', { count: i });
    log.warn('something else');
    assert.equal(out.lines.length, 2);
    out.nowMs += 60_000;
    log.warn('lost packets', { count: 9 });
    assert.match(out.lines[2] ?? '', /msg="lost packets" count=9 suppressed=4$/);
    out.nowMs += 60_000;
    log.warn('lost packets', { count: 9 });
    assert.match(out.lines[3] ?? '', /count=9$/);
  });

  it('takes warnings that differ in numbers only for the same', () => {
    const out = new Lines();
    const log = out.log('info', 'logfmt');
    log.warn('17 packets lost');
    log.warn('18 packets lost');
    assert.equal(out.lines.length, 1);
  });

  it('remembers a bounded number of kinds of warnings', () => {
    const out = new Lines();
    const log = out.log('info', 'logfmt');
    const kind = (i: number): string => `kind ${String.fromCodePoint(0x4e00 + i)}`;
    for (let i = 0; i < 1000; i++) log.warn(kind(i));
    log.warn(kind(0));
    log.warn(kind(999));
    assert.equal(out.lines.length, 1001);
  });
});
