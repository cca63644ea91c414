/**
 * The same traffic however it is cut: TCP segments, IP fragments, gzip chunks, batches. The same exposition
 * byte for byte; where the packets themselves differ, all but what counts packets, their bytes and fates.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Transport } from '../../src/core/transport.ts';
import { callStories } from '../helpers/call-stories.ts';
import { PiecedBytes, type TestPacket, text } from '../helpers/capture-file.ts';
import {
  type Endpoint,
  ethernetLink,
  ipPacket,
  TcpFlag,
  tcpPacket,
  udpPacket,
} from '../helpers/packet-writer.ts';
import { repoRoot } from '../helpers/paths.ts';
import { readPcap } from '../helpers/read-pcap.ts';
import { replayBytes, replayPackets } from '../helpers/replay.ts';
import { SeededRandom } from '../helpers/seeded-random.ts';
import { sipText } from '../helpers/sip-scene.ts';

const SEEDS: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 8];
const BEGINNING_US = 1_700_000_000e6;
const LOCAL: Endpoint = { address: '10.0.0.1', port: 5060 };
const REMOTE: Endpoint = { address: '192.0.2.9', port: 5060 };
const LINK = ethernetLink();
/** Lines that count packets, not messages. */
const OF_PACKETS =
  /^sipgauge_(packets_total|packet_fate_total|bytes_total|capture_packets_total|fragment_reassembly_total)/;

interface Message {
  readonly timestampUs: number;
  readonly out: boolean;
  readonly payload: Uint8Array;
}

/** Calls of both directions, over one transport. */
function messagesOf(seed: number, transport: Transport): Message[] {
  return callStories(new SeededRandom(seed)).map(({ time, direction, sip }) => {
    const ends = [LOCAL, REMOTE].map(({ address, port }) => `${address}:${port}`);
    const [from, to] = direction === 'out' ? ends : [...ends].reverse();
    const payload = text(sipText(sip, from ?? '', to ?? '', transport));
    return { timestampUs: BEGINNING_US + time * 1e6, out: direction === 'out', payload };
  });
}

function framed(timestampUs: number, out: boolean, packet: Uint8Array): TestPacket {
  return { timestampUs, data: LINK.wrap(packet, out ? LOCAL : REMOTE) };
}

/** Each message in as many segments as chance cuts, all at its time. */
function segments(messages: readonly Message[], random: SeededRandom, cut: boolean): TestPacket[] {
  const next = [1000, 5_000_000];
  return messages.flatMap(({ timestampUs, out, payload }) => {
    const [source, destination] = out ? [LOCAL, REMOTE] : [REMOTE, LOCAL];
    const packets: TestPacket[] = [];
    for (let at = 0; at < payload.length; ) {
      const length = cut ? Math.min(random.integer(1, 400), payload.length - at) : payload.length;
      const side = out ? 0 : 1;
      const sequence = next[side] ?? 0;
      const acknowledgment = next[1 - side] ?? 0;
      const segment = { sequence, acknowledgment, flags: TcpFlag.PSH | TcpFlag.ACK };
      const part = payload.subarray(at, at + length);
      packets.push(framed(timestampUs, out, tcpPacket(source, destination, segment, part, 1)));
      next[side] = sequence + length;
      at += length;
    }
    return packets;
  });
}

/** Each datagram in fragments of any multiple of eight bytes, in any order. */
function fragments(messages: readonly Message[], random: SeededRandom, cut: boolean): TestPacket[] {
  return messages.flatMap(({ timestampUs, out, payload }, i) => {
    const [source, destination] = out ? [LOCAL, REMOTE] : [REMOTE, LOCAL];
    const id = (i % 65_535) + 1;
    const whole = udpPacket(source, destination, payload, id);
    if (!cut) return [framed(timestampUs, out, whole)];
    const content = whole.subarray(20);
    const parts: Uint8Array[] = [];
    for (let at = 0; at < content.length; ) {
      const length = Math.min(8 * random.integer(1, 60), content.length - at);
      const part = ipPacket(source, destination, 17, id, content.subarray(at, at + length));
      const more = at + length < content.length ? 0x2000 : 0;
      new DataView(part.buffer, part.byteOffset).setUint16(6, more | (at >> 3));
      if (random.chance(0.5)) parts.push(part);
      else parts.unshift(part);
      at += length;
    }
    return parts.map((part) => framed(timestampUs, out, part));
  });
}

async function exposition(
  packets: readonly TestPacket[],
  sizes: readonly number[],
): Promise<string> {
  const run = await replayPackets(packets, { flags: { local: [LOCAL.address] } }, sizes);
  return run.exposition();
}

function withoutPackets(whole: string): string {
  return whole
    .split('\n')
    .filter((line) => !OF_PACKETS.test(line))
    .join('\n');
}

test('batches: byte for byte', async () => {
  for (const name of ['demo', 'retransmissions', 'tcp-call', 'edges']) {
    const packets = readPcap(join(repoRoot, 'pcaps', `${name}.pcap`));
    const whole = await exposition(packets, [100_000]);
    for (const seed of SEEDS) {
      const random = new SeededRandom(seed);
      const sizes = Array.from({ length: 50 }, () => random.integer(1, 40));
      assert.equal(await exposition(packets, sizes), whole, `${name}, seed ${seed}`);
    }
  }
});

test('gzip, in chunks of any size: byte for byte', async () => {
  for (const name of ['demo', 'tcp-call']) {
    const path = join(repoRoot, 'pcaps', `${name}.pcap`);
    const packed = gzipSync(readFileSync(path));
    const flags = { local: [LOCAL.address] };
    const [whole, ...others] = await Promise.all(
      [[packed.length], ...SEEDS.map(chunkSizes)].map(async (sizes) => {
        const run = await replayBytes(new PiecedBytes(packed, sizes), { flags });
        return run.exposition();
      }),
    );
    assert.equal(
      (await replayBytes(new PiecedBytes(readFileSync(path), [99]), { flags })).exposition(),
      whole,
    );
    for (const each of others) assert.equal(each, whole);
  }
});

function chunkSizes(seed: number): number[] {
  const random = new SeededRandom(seed);
  return Array.from({ length: 20 }, () => random.integer(1, 300));
}

for (const [name, transport, cutting] of [
  ['TCP segments', Transport.TCP, segments],
  ['IP fragments', Transport.UDP, fragments],
] as const) {
  test(`${name}: byte for byte, but for what counts packets`, async () => {
    for (const seed of SEEDS) {
      const messages = messagesOf(seed, transport);
      const whole = await exposition(cutting(messages, new SeededRandom(seed), false), [64]);
      const packets = cutting(messages, new SeededRandom(seed), true);
      assert.ok(packets.length > messages.length, 'something was cut');
      const cut = await exposition(packets, [7, 1, 30]);
      assert.equal(withoutPackets(cut), withoutPackets(whole), `seed ${seed}`);
      assert.match(whole, /sip_session_attempts_total\{[^}]*\} [1-9]/);
    }
  });
}
