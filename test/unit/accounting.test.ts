/** On every capture there is: each packet read and each message has exactly one fate, and the laws hold. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { FileSource } from '../../src/capture/file-source.ts';
import { run } from '../../src/cli/run.ts';
import { ExitCode } from '../../src/core/operator-error.ts';
import { pcapFile } from '../helpers/capture-file.ts';
import { brokenLaws, readSamples, total } from '../helpers/conservation.ts';
import { MemoryIo } from '../helpers/memory-io.ts';
import { repoRoot, sharedRoot } from '../helpers/paths.ts';
import { SMALL_LIMITS } from '../helpers/replay.ts';
import { Tcp, TcpConversation } from '../helpers/tcp-packet.ts';

/** As options of the command line. */
const LIMITS = Object.entries(SMALL_LIMITS).flatMap(([name, values]) => [`--${name}`, ...values]);
const CAPTURE = /\.(pcap|pcapng|cap)(\.gz|\.zst)?$/;

function capturesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => CAPTURE.test(name));
  return names.sort().map((name) => join(folder, name));
}

/** Counted without the pipeline; undefined when the file cannot be read as a capture. */
async function packetsIn(path: string): Promise<number | undefined> {
  const source = new FileSource({ path, warn: () => undefined });
  let packets = 0;
  try {
    await source.open();
    for (let batch = await source.next(); batch !== undefined; batch = await source.next()) {
      packets += batch.count;
    }
  } catch {
    return undefined;
  } finally {
    await source.close();
  }
  return packets;
}

interface Printed {
  readonly fates: Map<string, number>;
  /** Frames given for a fate, which are the first few of as many. */
  readonly frames: Map<string, number>;
}

/** The two tables that `--explain` prints. */
function printedFates(stderr: string): { packets: Printed; messages: Printed } {
  const packets: Printed = { fates: new Map(), frames: new Map() };
  const messages: Printed = { fates: new Map(), frames: new Map() };
  let table: Printed | undefined;
  for (const line of stderr.split('\n')) {
    if (line.endsWith('count  first frames')) {
      table = line.startsWith('packets') ? packets : messages;
      continue;
    }
    const [, name, count, frames = ''] = /^ {2}(\w+) +(\d+) {2}([\d …]*)$/.exec(line) ?? [];
    if (table === undefined || name === undefined) continue;
    table.fates.set(name, Number(count));
    table.frames.set(name, frames.split(' ').filter((frame) => frame !== '…').length);
  }
  return { packets, messages };
}

function sum(fates: ReadonlyMap<string, number>): number {
  return [...fates.values()].reduce((all, count) => all + count, 0);
}

async function checkAccount(path: string): Promise<void> {
  const packets = await packetsIn(path);
  const io = new MemoryIo();
  const code = await run(['replay', '--explain', ...LIMITS, path], io);
  assert.equal(code, packets === undefined ? ExitCode.OPERATOR : ExitCode.OK, io.stderr.text);
  if (packets === undefined) return;
  const samples = readSamples(io.stdout.text);
  const printed = printedFates(io.stderr.text);
  assert.equal(sum(printed.packets.fates), packets);
  assert.equal(total(samples, 'sipgauge_packets_total'), packets);
  assert.equal(sum(printed.messages.fates), total(samples, 'sipgauge_messages_total'));
  for (const [stage, { fates, frames }] of Object.entries(printed)) {
    const family =
      stage === 'packets' ? 'sipgauge_packet_fate_total' : 'sipgauge_message_fate_total';
    for (const [fate, count] of fates) {
      assert.equal(total(samples, family, { fate }), count, `${stage} ${fate}`);
      assert.equal(frames.get(fate), Math.min(count, 5), `frames of ${stage} ${fate}`);
    }
  }
  assert.deepEqual(brokenLaws(samples), []);
}

describe('the account of packets and messages', () => {
  const own = capturesIn(join(repoRoot, 'pcaps'));

  it('is about captures of the project', () => assert.ok(own.length > 10));

  for (const path of own) {
    it(`is complete for pcaps/${path.slice(path.lastIndexOf('/') + 1)}`, () => checkAccount(path));
  }

  const skip = sharedRoot === undefined ? 'no corpus beside the checkout' : false;
  for (const folder of ['made', 'real']) {
    it(`is complete for every capture of the corpus, ${folder}`, { skip }, async () => {
      const captures = capturesIn(join(sharedRoot ?? '', 'corpus', folder));
      assert.ok(captures.length > 10);
      const wrong: string[] = [];
      for (const path of captures) {
        await checkAccount(path).catch((error: unknown) => {
          wrong.push(`${path.slice(path.lastIndexOf('/') + 1)}: ${String(error)}`);
        });
      }
      assert.deepEqual(wrong, []);
    });
  }

  it('has the messages that streams lost, which nobody delivered', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sipgauge-accounting-'));
    const tcp = new TcpConversation();
    const packets = [
      ...tcp.handshake(),
      tcp.say('OPTIONS sip:a@example.com SIP/2.0\r\nVia: '),
      tcp.fromClient({ flags: Tcp.RST }),
    ];
    const path = join(folder, 'reset.pcap');
    writeFileSync(path, pcapFile(packets, { network: packets[0]?.linktype ?? 0 }));
    try {
      const io = new MemoryIo();
      await run(['replay', '--explain', path], io);
      assert.match(io.stderr.text, /^ {2}truncated +1 {2}5$/m);
      await checkAccount(path);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is broken when one number is', () => {
    const samples = readSamples(
      'sipgauge_packets_total 3\nsipgauge_packet_fate_total{fate="delivered"} 2\nsip_dialogs -1\n',
    );
    assert.deepEqual(brokenLaws(samples), ['packets = Σ fates: 3 ≠ 2', 'sip_dialogs{} is -1']);
  });
});
