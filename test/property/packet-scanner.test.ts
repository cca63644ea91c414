/** What is read ahead by WebAssembly is what the pipeline reads itself, packet for packet and event for event. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { giveBackBlock, takeBlock } from '../../src/core/block-memory.ts';
import { Flow } from '../../src/core/flow.ts';
import type { PacketBatch } from '../../src/core/packet-batch.ts';
import { SpanHash } from '../../src/core/span-hash.ts';
import { Transport } from '../../src/core/transport.ts';
import { DataPlane, endpointsOf } from '../../src/data-plane.ts';
import { ExpositionFormat } from '../../src/metrics/exposition.ts';
import { needsBytes, PacketRecords, RECORD_WORDS } from '../../src/packet-records.ts';
import {
  type PortSets,
  portSetsOf,
  scannedRecords,
  scanPackets,
} from '../../src/packet-scanner.ts';
import { planeOptions, REPLAY_SEED } from '../../src/plane-options.ts';
import { SipMessage, Span } from '../../src/sip-parser/message.ts';
import { parseMessage } from '../../src/sip-parser/parse-message.ts';
import { UsualPackets } from '../../src/usual-packets.ts';
import { usualPorts } from '../../src/usual-ports.ts';
import { EventLines } from '../helpers/event-lines.ts';
import { ethernet, ipv4, udp } from '../helpers/frames.ts';
import { makeLoad } from '../helpers/load/load-stories.ts';
import { messageCases } from '../helpers/message-files.ts';
import { seedPackets } from '../helpers/packet-fuzz.ts';
import { PacketMutator } from '../helpers/packet-mutator.ts';
import { replayConfig } from '../helpers/pipeline-target.ts';
import { SeededRandom } from '../helpers/seeded-random.ts';
import { bytesOf, messageText } from '../helpers/sip-text.ts';

const SEED = 20_261_127;
const BATCH = 300;
const BLOCK_BYTES = 1 << 20;
const START_US = 1.7e15;
const ETHERNET = 1;

interface Packet {
  readonly data: Uint8Array;
  readonly linktype: number;
  readonly len: number;
}

/** As the thread that reads hands a batch over: with records, and without the bytes that they stand for. */
function handedOver(batch: PacketBatch, portSets: PortSets): PacketBatch {
  const { count, offset, caplen } = batch;
  const seeds = new SpanHash(REPLAY_SEED);
  const records = new Int32Array(count * RECORD_WORDS);
  for (let from = 0; from < count; ) {
    const scanned = scanPackets(batch, from, portSets, seeds);
    records.set(scannedRecords.subarray(0, scanned * RECORD_WORDS), from * RECORD_WORDS);
    from += scanned;
  }
  const block = new Uint8Array(batch.block);
  for (let i = 0; i < count; i++) {
    if (needsBytes(records, i * RECORD_WORDS)) continue;
    const start = offset[i] ?? 0;
    block.fill(0xff, start, start + (caplen[i] ?? 0));
  }
  return { ...batch, block, records };
}

/** Packets that lie at these offsets of a block. */
function batchOf(
  block: Uint8Array,
  packets: readonly Packet[],
  offsets: ArrayLike<number>,
  firstFrame: number,
): PacketBatch {
  return {
    block,
    count: packets.length,
    timestampUs: Float64Array.from(packets, (_, i) => START_US + (firstFrame + i) * 1000),
    offset: Uint32Array.from(offsets),
    caplen: Uint32Array.from(packets, ({ data }) => data.length),
    len: Uint32Array.from(packets, ({ len }) => len),
    linktype: Uint16Array.from(packets, ({ linktype }) => linktype),
    interfaceIndex: new Uint16Array(packets.length),
    firstFrame,
    drained: false,
  };
}

/** A data plane whose packets lie where the scanner reaches, or where it does not, or are handed over. */
class Side {
  readonly events: EventLines;
  readonly plane: DataPlane;
  /** Packets that are taken for usual. */
  usual = 0;
  private readonly usualPackets: UsualPackets;
  private readonly block: Uint8Array;
  private readonly handed: PortSets | undefined;

  private constructor(
    plane: DataPlane,
    events: EventLines,
    block: Uint8Array,
    handed: PortSets | undefined,
  ) {
    this.plane = plane;
    this.handed = handed;
    this.events = events;
    this.block = block;
    const sipPorts = new Uint8Array(65_536);
    sipPorts[5060] = 1;
    this.usualPackets = new UsualPackets(portSetsOf(sipPorts, new Uint8Array(65_536)));
  }

  static async create(
    flags: Readonly<Record<string, string>>,
    block: Uint8Array,
    isHanded = false,
  ): Promise<Side> {
    const config = await replayConfig(flags);
    let events = new EventLines();
    const options = planeOptions(config, endpointsOf(config.local), REPLAY_SEED, true);
    const plane = new DataPlane({
      ...options,
      wrapObserver: (collectors) => {
        events = new EventLines(['other'], collectors);
        return events;
      },
    });
    return new Side(plane, events, block, isHanded ? usualPorts(config) : undefined);
  }

  consume(packets: readonly Packet[], firstFrame: number): void {
    const offset = new Uint32Array(packets.length);
    let end = 64;
    for (const [i, { data }] of packets.entries()) {
      offset[i] = end;
      this.block.set(data, end);
      end += data.length;
    }
    // What stood there before must not make a cut message whole.
    this.block.fill(0, end, end + 64);
    const batch = batchOf(this.block, packets, offset, firstFrame);
    this.usualPackets.begin(batch);
    for (let i = 0; i < batch.count; i++) if (this.usualPackets.isUsual(i)) this.usual++;
    const given = this.handed === undefined ? batch : handedOver(batch, this.handed);
    this.plane.pipeline.consume(given, 0, Number.POSITIVE_INFINITY);
  }

  exposition(): string {
    this.plane.registry.refresh(this.plane);
    return this.plane.registry.render(ExpositionFormat.CLASSIC);
  }
}

async function compare(
  packets: readonly Packet[],
  flags: Readonly<Record<string, string>>,
): Promise<Side> {
  const block = takeBlock(BLOCK_BYTES);
  const ahead = await Side.create(flags, block);
  const handed = await Side.create(flags, block, true);
  const alone = await Side.create(flags, new Uint8Array(BLOCK_BYTES));
  for (let i = 0; i < packets.length; i += BATCH) {
    const some = packets.slice(i, i + BATCH);
    for (const side of [ahead, handed, alone]) side.consume(some, i + 1);
    const seen = alone.events.lines.length;
    assert.equal(ahead.events.lines.length, seen, `events of packets from ${i + 1} on`);
    assert.equal(handed.events.lines.length, seen, `events of packets from ${i + 1} on, handed`);
  }
  giveBackBlock(block);
  assert.equal(alone.usual, 0);
  for (const side of [ahead, handed]) {
    assert.deepEqual(side.events.lines, alone.events.lines);
    assert.equal(side.exposition(), alone.exposition());
  }
  return ahead;
}

const LOCAL = { local: '192.0.2.0/24,10.0.0.0/9' };

/** Messages in usual frames, a few of their bytes changed wherever they stand, headers of the frame included. */
function mutatedFrames(count: number): Packet[] {
  const random = new SeededRandom(SEED);
  const texts = [...messageCases().map(({ bytes }) => bytes), bytesOf(messageText())].filter(
    ({ length }) => length < 4000,
  );
  return Array.from({ length: count }, () => {
    const text = random.pick(texts);
    const from = random.pick([5060, 5060, 5061, 9060, 4789, 40_000]);
    const to = random.pick([5060, 5060, 5080, 9060, 8472, 40_000]);
    const frame = ethernet(0x0800, ipv4(udp(text, { source: from, destination: to })));
    const changes = random.integer(0, 3);
    for (let i = 0; i < changes; i++) {
      const header = random.chance(0.3) ? 42 : frame.length;
      frame[random.integer(0, header - 1)] = random.chance(0.5)
        ? random.integer(0, 255)
        : random.pick([...bytesOf(' \r\n;:,<>"=0')]);
    }
    const length = random.chance(0.1) ? random.integer(0, frame.length) : frame.length;
    const padding = random.chance(0.1) ? random.integer(0, 40) : 0;
    const data = new Uint8Array(length + padding);
    data.set(frame.subarray(0, length));
    const len = random.chance(0.1) ? data.length + random.integer(0, 100) : data.length;
    return { data, linktype: random.chance(0.02) ? 113 : ETHERNET, len };
  });
}

const HEADER_BYTES = 42;
const sip = new Uint8Array(65_536);
sip[5060] = 1;
const SIP_ONLY = portSetsOf(sip, new Uint8Array(65_536));

function frameOf(text: string): Uint8Array {
  return ethernet(0x0800, ipv4(udp(bytesOf(text), { source: 5060, destination: 5060 })));
}

function textOf({ bytes }: { readonly bytes: Uint8Array }): string {
  return Buffer.from(bytes).toString('latin1');
}

/** A message with all that proxies and user agents with session timers add. */
function routedText(): string {
  const added = [
    'Record-Route: <sip:192.0.2.9;lr>,<sip:192.0.2.8;r2=on;lr>',
    'Route: <sip:192.0.2.7:5062;lr>',
    'P-Asserted-Identity: "A B" <sip:a@b>',
    'Expires: 180',
    'Session-Expires: 1800;refresher=uac',
    'Min-SE: 90',
  ];
  const text = messageText();
  const routed = text.replace('Max-Forwards:', `${added.join('\r\n')}\r\nMax-Forwards:`);
  assert.notEqual(routed, text);
  return routed;
}

/** What a record keeps of a message. */
function recorded(message: SipMessage): object {
  const { kind, method, statusCode, cseqNumber, oddities, viaCount, contactCount } = message;
  const { expires, sessionExpires, spans } = message;
  const span = (column: number): readonly number[] => [
    ...spans.subarray(2 * column, 2 * column + 2),
  ];
  return {
    ...{ kind, method, statusCode, cseqNumber, oddities, viaCount, contactCount },
    ...{ expires, sessionExpires, callId: span(Span.CALL_ID), toUri: span(Span.TO_URI) },
    tagged: (spans[2 * Span.TO_TAG + 1] ?? -1) >= 0,
  };
}

describe('packets read ahead', () => {
  it('are the calls, registrations and proxied requests of a load', async () => {
    const packets: Packet[] = [];
    for (const group of makeLoad(600, SEED, 90_000).groups) {
      for (const { frame } of group) {
        packets.push({ data: frame, linktype: ETHERNET, len: frame.length });
      }
    }
    const side = await compare(packets, { local: '10.0.0.0/8' });
    const { messages } = side.plane.counters;
    assert.ok(messages > 3000);
    assert.ok(side.usual > messages / 2, `${side.usual} of ${messages} messages are usual`);
  });

  it('are what proxies route and vouch for, with timers', async () => {
    const data = frameOf(routedText());
    const side = await compare([{ data, linktype: ETHERNET, len: data.length }], LOCAL);
    assert.equal(side.usual, 1);
  });

  it('are none where a Call-ID is longer than a record can say', async () => {
    for (const [length, usual] of [
      [2047, 1],
      [2048, 0],
    ] as const) {
      const text = messageText().replace(/Call-ID: .*/, `Call-ID: ${'a'.repeat(length)}`);
      const data = frameOf(text);
      const side = await compare([{ data, linktype: ETHERNET, len: data.length }], LOCAL);
      assert.equal(side.usual, usual, `${length} bytes`);
    }
  });

  it('have in their records what the parser says of them', () => {
    const block = takeBlock(BLOCK_BYTES);
    let usual = 0;
    const loads = [...makeLoad(60, SEED, 90_000).groups].flat();
    const texts = [routedText(), messageText(), ...messageCases().map(textOf)];
    for (const data of [...texts.map(frameOf), ...loads.map(({ frame }) => frame)]) {
      block.fill(0, 0, data.length + 128);
      block.set(data, 64);
      const batch = batchOf(block, [{ data, linktype: ETHERNET, len: data.length }], [64], 1);
      if (scanPackets(batch, 0, SIP_ONLY, new SpanHash(1)) === 0 || scannedRecords[0] !== 1)
        continue;
      usual++;
      const records = new PacketRecords();
      records.take(scannedRecords, 0, new Flow());
      const start = 64 + HEADER_BYTES;
      const end = 64 + data.length;
      const parsed = new SipMessage();
      parseMessage({ buf: block, start, end, wireEnd: end, transport: Transport.UDP }, parsed);
      assert.deepEqual(recorded(records.message), recorded(parsed));
    }
    giveBackBlock(block);
    assert.ok(usual > 100, `${usual} usual messages`);
  });

  it('are messages of every kind in frames with a few bytes changed', async () => {
    await compare(mutatedFrames(6000), { ...LOCAL, 'hep-port': '9060' });
    await compare(mutatedFrames(3000), { ...LOCAL, 'sip-port': '40000', tunnel: 'vxlan' });
  });

  it('are packets of every capture of the project, and what a mutator makes of them', async () => {
    const seeds = seedPackets(false);
    const own = seeds.map(({ data, len, linktype }) => ({ data, len, linktype }));
    const mutator = new PacketMutator(new SeededRandom(SEED), seeds);
    const mutated = Array.from({ length: 6000 }, () => mutator.next());
    await compare([...own, ...mutated], { local: '10.0.0.0/8,192.0.2.0/24' });
  });
});
