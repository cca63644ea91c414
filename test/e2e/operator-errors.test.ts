/** What an operator can get wrong: each is one line on stderr that says what to do, and the right exit code. */
import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ExitCode } from '../../src/core/operator-error.ts';
import { PATIENCE_MS } from '../helpers/patience.ts';

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const isRoot = process.getuid?.() === 0;
const asRoot = isRoot ? false : 'needs root';

const folder = mkdtempSync(join(tmpdir(), 'sipgauge-errors-'));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, content: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** A little-endian pcap of Ethernet with one packet, of which `kept` bytes are there. */
function pcap(kept: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(24 + 16 + 60));
  const words = [0xa1b2c3d4, 0x0004_0002, 0, 0, 65_535, 1, 1_700_000_000, 0, 60, 60];
  for (const [index, word] of words.entries()) view.setUint32(4 * index, word, true);
  const bytes = new Uint8Array(view.buffer, 0, 24 + 16 + kept);
  return bytes.fill(0x5a, 24 + 16);
}

const whole = file('whole.pcap', pcap(60));

function sipgauge(args: readonly string[], options = {}): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [MAIN, ...args], {
    encoding: 'utf8',
    timeout: PATIENCE_MS,
    ...options,
  });
}

/** One line, the exit code, and nothing on stdout. */
function refused(args: readonly string[], code: ExitCode, pattern: RegExp, options = {}): void {
  const { status, stdout, stderr } = sipgauge(args, options);
  assert.match(stderr, pattern);
  assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
  assert.match(stderr, /^sipgauge: .*\.\n$/, 'a sentence');
  assert.equal(status, code, stderr);
  assert.equal(stdout ?? '', '');
}

describe('capture files', () => {
  it('that are none are named, with what would be one', () => {
    refused(
      ['replay', file('text.txt', 'no capture, only words\n'.repeat(10))],
      ExitCode.OPERATOR,
      /text\.txt/,
    );
    refused(['replay', file('empty', '')], ExitCode.OPERATOR, /empty/);
    refused(['replay', folder], ExitCode.OPERATOR, /directory|folder|EISDIR/i);
    refused(['replay', join(folder, 'missing.pcap')], ExitCode.OPERATOR, /missing\.pcap/);
  });

  it('that end in the middle of a packet are counted up to there, with one warning', () => {
    const cut = file('cut.pcap', Buffer.concat([pcap(60), pcap(20).subarray(24)]));
    const { status, stdout, stderr } = sipgauge(['replay', cut]);
    assert.equal(status, ExitCode.OK);
    assert.match(stdout, /^sipgauge_packets_total 1$/m);
    assert.equal(stderr.split('\n').filter((line) => /warning/i.test(line)).length, 1, stderr);
  });
});

describe('flags', () => {
  it('with a bad network, speed or time are refused as usage', () => {
    refused(
      ['replay', whole, '--local', '10.0.0.0/33'],
      ExitCode.USAGE,
      /--local: "10\.0\.0\.0\/33"/,
    );
    refused(['replay', whole, '--speed', 'fast'], ExitCode.USAGE, /--speed: "fast"/);
    refused(['replay', whole, '--until', 'noon'], ExitCode.USAGE, /--until: "noon"/);
  });
});

describe('words', () => {
  it('that are no option or no command are refused with the nearest that is', () => {
    refused(['live', '-i', 'lo', '--fliter', 'udp'], ExitCode.USAGE, /--fliter.*--filter/);
    refused(['replya', whole], ExitCode.USAGE, /"replya".*replay/);
  });
});

describe('interfaces', () => {
  it('with almost the name given are named first', { skip: asRoot }, () => {
    refused(['live', '-i', 'l0'], ExitCode.OPERATOR, /no interface l0\. There are: lo\b/);
  });

  it('that are not there are told from those that are', { skip: asRoot }, () => {
    refused(['live', '-i', 'nope0'], ExitCode.OPERATOR, /no interface nope0.*lo/);
  });

  it('need a filter that compiles', { skip: asRoot }, () => {
    const args = [
      'live',
      '-i',
      'lo',
      '--filter',
      'udp port port',
      '--web.listen-address',
      '127.0.0.1:0',
    ];
    refused(args, ExitCode.OPERATOR, /filter for lo is not valid/);
  });

  it('may not be captured on without the capability', { skip: asRoot }, () => {
    const without = ['--bounding-set=-net_raw,-net_admin', process.execPath, MAIN];
    const args = ['live', '-i', 'lo', '--web.listen-address', '127.0.0.1:0'];
    const options = { encoding: 'utf8', timeout: PATIENCE_MS } as const;
    const { status, stderr } = spawnSync('setpriv', [...without, ...args], options);
    assert.match(stderr, /^sipgauge: no permission to capture on lo\. .*setcap.*\n$/);
    assert.equal(status, ExitCode.OPERATOR);
  });
});

describe('addresses to listen on', () => {
  it('that are taken are named', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    refused(
      [
        'replay',
        whole,
        '--local',
        '192.0.2.1',
        '--serve',
        '--web.listen-address',
        `127.0.0.1:${port}`,
        '--log.level',
        'error',
      ],
      ExitCode.OPERATOR,
      new RegExp(`${port}.*(in use|taken)`),
    );
    server.close();
  });
});

describe('stdout', () => {
  const commands = [
    ['--help'],
    ['--version'],
    ['devices'],
    ['check-config'],
    ['completion'],
    ['report', whole],
  ];
  for (const args of commands) {
    it(`that is full is one line and exit 1 for ${args[0]}`, () => {
      const full = openSync('/dev/full', 'w');
      const { status, stderr } = sipgauge(args, { stdio: ['ignore', full, 'pipe'] });
      closeSync(full);
      assert.match(stderr, /^sipgauge: cannot write to stdout: the disk is full\..*\n$/m);
      assert.equal(status, ExitCode.OPERATOR);
    });
  }

  it('that is full is one line and exit 1', () => {
    const full = openSync('/dev/full', 'w');
    const { status, stderr } = sipgauge(['replay', whole, '--local', '192.0.2.1'], {
      stdio: ['ignore', full, 'pipe'],
    });
    closeSync(full);
    assert.equal(status, ExitCode.OPERATOR);
    assert.equal(
      stderr.split('\n').filter((line) => line.startsWith('sipgauge: ')).length,
      1,
      stderr,
    );
    assert.match(stderr, /cannot write the metrics: the disk is full/);
  });

  it('that nobody reads is one line and exit 1', async () => {
    const child = spawn(process.execPath, [MAIN, 'replay', whole, '--local', '192.0.2.1'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout?.destroy();
    let stderr = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const status = await new Promise((resolve) => child.on('close', resolve));
    assert.equal(status, ExitCode.OPERATOR, stderr);
    assert.match(stderr, /^sipgauge: cannot write the metrics: nobody reads any more/m);
  });
});
