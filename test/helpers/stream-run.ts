/** Runs packets through the stream side of the data plane and writes down what it hands out. */
import { Flow } from '../../src/core/flow.ts';
import {
  KEEPALIVE_NAMES,
  MessageFate,
  PipelineCounters,
} from '../../src/core/pipeline-counters.ts';
import { TRANSPORT_NAMES } from '../../src/core/transport.ts';
import { decodePacket } from '../../src/decode/decode-packet.ts';
import { DecodedPacket } from '../../src/decode/decoded-packet.ts';
import { PACKET_FATE_NAMES, PacketFate } from '../../src/decode/packet-fate.ts';
import { Payload } from '../../src/reassembly/payload.ts';
import type { StreamsOptions } from '../../src/stream-options.ts';
import { Streams } from '../../src/streams.ts';
import type { CapturedPacket } from './read-pcap.ts';

export interface StreamEvent {
  /** Time of the packet that completed it. */
  readonly timestampUs: number;
  readonly transport: string;
  /** `address:port` by the last word of the address. */
  readonly source: string;
  readonly destination: string;
  /** A keep-alive's name, or ''. */
  readonly keepalive: string;
  /** The message. */
  readonly text: string;
  /** Bytes of it that were on the wire and not captured. */
  readonly missing: number;
}

export interface StreamSettings {
  readonly sipPorts?: readonly number[];
  readonly tlsPorts?: readonly number[];
  readonly webSocketPorts?: readonly number[];
  readonly local?: readonly number[];
  readonly limits?: Partial<StreamsOptions>;
}

const decoder = new TextDecoder('latin1');

function portCells(ports: readonly number[]): Uint8Array {
  const cells = new Uint8Array(65_536);
  for (const port of ports) cells[port] = 1;
  return cells;
}

/** One probe's stream side, with everything it said so far. */
export class StreamRun {
  readonly counters: PipelineCounters = new PipelineCounters();
  readonly streams: Streams;
  readonly events: StreamEvent[] = [];
  readonly fates: string[] = [];
  private readonly packet: DecodedPacket = new DecodedPacket();
  private readonly payload: Payload = new Payload();
  private readonly flow: Flow = new Flow();
  private nowUs = 0;

  constructor(settings: StreamSettings = {}) {
    const local = new Set(settings.local ?? []);
    this.streams = new Streams({
      rowsMax: 256,
      associationsMax: 64,
      messageMax: 1_048_576,
      sipPorts: portCells(settings.sipPorts ?? [5060]),
      tlsPorts: portCells(settings.tlsPorts ?? [5061]),
      webSocketPorts: portCells(settings.webSocketPorts ?? []),
      seed: 1,
      counters: this.counters,
      local: {
        isLocalAddress: (addresses, offset) => local.has((addresses[offset + 3] ?? 0) >>> 0),
      },
      ...settings.limits,
    });
  }

  /** Feeds one packet; packets that carry neither TCP nor SCTP are passed over. */
  push(captured: CapturedPacket): void {
    const { packet } = this;
    this.advance(captured.timestampUs);
    // Other bytes before and behind: a packet of a batch has neighbours.
    const block = new Uint8Array(captured.data.length + 16).fill(0x0a);
    block.set(captured.data, 8);
    packet.startFrame(8, captured.data.length, captured.len);
    if (decodePacket(block, captured.linktype, packet) !== PacketFate.DELIVERED) return;
    if (packet.fragment || (packet.protocol !== 6 && packet.protocol !== 132)) return;
    const fate = this.streams.push(block, packet, captured.timestampUs, this.nowUs);
    this.fates.push(PACKET_FATE_NAMES[fate] ?? '?');
    this.drain();
    block.fill(0xee);
  }

  /** Lets time come to `timestampUs`. */
  advance(timestampUs: number): void {
    this.nowUs = Math.max(this.nowUs, timestampUs);
    this.streams.advance(this.nowUs);
    this.drain();
  }

  /** There are no more packets. */
  finish(): void {
    this.streams.finish();
    this.drain();
  }

  get messages(): StreamEvent[] {
    return this.events.filter((event) => event.keepalive === '');
  }

  get truncated(): number {
    return this.counters.messageFates[MessageFate.TRUNCATED] ?? 0;
  }

  private drain(): void {
    const { payload, flow } = this;
    while (this.streams.next(payload, flow)) {
      const { addresses } = flow;
      this.events.push({
        timestampUs: flow.timestampUs,
        transport: TRANSPORT_NAMES[payload.transport] ?? '?',
        source: `${(addresses[3] ?? 0) >>> 0}:${flow.sourcePort}`,
        destination: `${(addresses[7] ?? 0) >>> 0}:${flow.destinationPort}`,
        keepalive: payload.keepalive < 0 ? '' : (KEEPALIVE_NAMES[payload.keepalive] ?? '?'),
        text: decoder.decode(payload.buf.subarray(payload.start, payload.end)),
        missing: payload.wireEnd - payload.end,
      });
    }
  }
}
