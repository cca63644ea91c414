/**
 * The data plane's parent: for each packet of a batch, the stages in order. Pure and synchronous; time is the
 * packets'. Calls go down, values come up, and each packet leaves with exactly one fate.
 */
import { BatchView } from './batch-view.ts';
import { int32At } from './core/columns.ts';
import { Flow } from './core/flow.ts';
import { Linktype } from './core/linktype.ts';
import type { PacketBatch } from './core/packet-batch.ts';
import { PacketClock } from './core/packet-clock.ts';
import { MessageFate, type PipelineCounters, Stage } from './core/pipeline-counters.ts';
import { Transport } from './core/transport.ts';
import { decodePacket, decodeTransport } from './decode/decode-packet.ts';
import { DecodedPacket } from './decode/decoded-packet.ts';
import { decodeHep, HepRecord, hasHepKey } from './decode/hep.ts';
import { PacketFate } from './decode/packet-fate.ts';
import type { TunnelKinds } from './decode/tunnel-kinds.ts';
import type { Delivery } from './delivery.ts';
import type { LocalSide } from './direction/local-side.ts';
import type { Explain } from './explain.ts';
import type { Duplicates } from './reassembly/duplicates.ts';
import type { IpFragments } from './reassembly/ip-fragments.ts';
import { Payload } from './reassembly/payload.ts';
import { HEP_DIFFERENCE_US_MAX, SenderClocks } from './sender-clocks.ts';
import {
  beginsLikeSip,
  classifyCutPayload,
  classifyPayload,
  NOT_SIP,
  SIP,
} from './sip-parser/classify-payload.ts';
import type { Tracker } from './state/tracker.ts';
import type { Streams } from './streams.ts';
import type { UsualPackets } from './usual-packets.ts';

/** How often reassembly looks for what has waited too long. */
const SWEEP_US = 1000;
const TCP = 6;
const UDP = 17;
const SCTP = 132;

export interface PipelineParts {
  readonly counters: PipelineCounters;
  readonly delivery: Delivery;
  readonly tracker: Tracker;
  readonly local: LocalSide;
  readonly fragments: IpFragments;
  readonly streams: Streams;
  readonly duplicates: Duplicates | undefined;
  /** Without it the pipeline reads all packets itself. */
  readonly usualPackets: UsualPackets | undefined;
  /** One cell per port: 1 = SIP is expected there. */
  readonly sipPorts: Uint8Array;
  /** One cell per port: 1 = HEP inside captured datagrams. */
  readonly hepPorts: Uint8Array;
  /** Empty = senders need no key. */
  readonly hepKey: Uint8Array;
  readonly tunnelKinds: TunnelKinds;
  /** 0 = none. */
  readonly appPort: number;
  readonly packetExplain: Explain | undefined;
  readonly messageExplain: Explain | undefined;
}

export class Pipeline {
  readonly clock: PacketClock = new PacketClock();
  private readonly parts: PipelineParts;
  private readonly view: BatchView = new BatchView();
  private readonly packet: DecodedPacket = new DecodedPacket();
  private readonly flow: Flow = new Flow();
  private readonly payload: Payload = new Payload();
  private readonly hep: HepRecord = new HepRecord();
  private readonly senderClocks: SenderClocks = new SenderClocks();
  private stage: Stage = Stage.DECODE;
  /** True while tables are being changed: an exception then means corrupt state. */
  private inState = false;
  private frame = 0;
  private nowUs = 0;
  private sweptUs = 0;

  constructor(parts: PipelineParts) {
    this.parts = parts;
    this.packet.tunnelKinds = parts.tunnelKinds;
  }

  /**
   * Packets of a batch from index `from`, up to one stamped after `untilUs`; returns the index of the first
   * that was not read. Throws only on a bug in state, which must then not be scraped; a bug in a stage
   * without state costs its packet and is counted.
   */
  consume(batch: PacketBatch, from: number, untilUs: number): number {
    const { view } = this;
    view.show(batch);
    this.parts.usualPackets?.begin(batch);
    let i = from;
    while (i < batch.count) {
      try {
        i = this.run(view, i, untilUs);
        return i;
      } catch (error) {
        if (this.inState) throw error;
        const { internalErrors } = this.parts.counters;
        internalErrors[this.stage] = (internalErrors[this.stage] ?? 0) + 1;
        i = this.frame - batch.firstFrame + 1;
      }
    }
    return i;
  }

  /** Time goes on without a packet, to exactly this packet time. */
  idle(timestampUs: number): void {
    this.nowUs = this.clock.idle(timestampUs);
    this.quiet();
  }

  /** The clock that stamps packets shows this, and there is no packet: time goes on as if one had come. */
  settle(timestampUs: number): void {
    this.nowUs = this.clock.advance(timestampUs);
    this.parts.counters.clockSteps = this.clock.steps;
    this.quiet();
  }

  private quiet(): void {
    this.advance();
    this.inState = true;
    this.sweep();
    this.inState = false;
  }

  /**
   * There are no more packets up to `untilUs`, and time goes on to exactly then. With infinity the source has ended
   * where it ends: nothing will fill the holes that messages wait behind.
   */
  finish(untilUs: number): void {
    if (untilUs !== Number.POSITIVE_INFINITY) {
      this.idle(untilUs);
      return;
    }
    this.inState = true;
    this.parts.streams.finish();
    this.drainStreams();
    this.inState = false;
  }

  private run(batch: BatchView, from: number, untilUs: number): number {
    const { block, count, timestampUs, offset, caplen, len, linktype } = batch;
    const { counters, packetExplain, usualPackets } = this.parts;
    for (let i = from; i < count; i++) {
      const time = timestampUs[i] ?? 0;
      if (time > untilUs) return i;
      this.frame = batch.firstFrame + i;
      this.stage = Stage.DECODE;
      this.nowUs = this.clock.advance(time);
      counters.clockSteps = this.clock.steps;
      this.advance();
      // The clock has the last word on what is a time.
      this.flow.timestampUs = this.clock.lastTimestampUs;
      this.flow.interfaceIndex = batch.interfaceIndex[i] ?? 0;
      const wireLength = len[i] ?? 0;
      const fate = usualPackets?.isUsual(i)
        ? this.usual(block, usualPackets, i)
        : this.fateOf(block, offset[i] ?? 0, caplen[i] ?? 0, wireLength, linktype[i] ?? 0);
      counters.packets++;
      counters.bytes += wireLength;
      counters.packetFates[fate] = (counters.packetFates[fate] ?? 0) + 1;
      if (packetExplain !== undefined) packetExplain.note(fate, this.frame);
    }
    return count;
  }

  /** Timers first: what was due before this packet happened before it. */
  private advance(): void {
    this.inState = true;
    this.parts.tracker.advance(this.nowUs);
    if (this.nowUs - this.sweptUs >= SWEEP_US) this.sweep();
    this.inState = false;
  }

  /** What reassembly gave up waiting for; by the packets' clock, so that it is the same in every run. */
  private sweep(): void {
    const { fragments, streams } = this.parts;
    this.sweptUs = this.nowUs;
    fragments.expire(this.nowUs);
    if (streams.isIdle) return;
    streams.advance(this.nowUs);
    this.drainStreams();
  }

  /** A packet that was read ahead, whole. */
  private usual(buf: Uint8Array, usualPackets: UsualPackets, index: number): PacketFate {
    const { flow, clock } = this;
    const { delivery, messageExplain } = this.parts;
    usualPackets.take(index, flow);
    this.inState = true;
    const fate = delivery.deliverRead(buf, usualPackets.message, flow, this.nowUs, clock.era);
    this.inState = false;
    if (messageExplain !== undefined) messageExplain.note(fate, this.frame);
    return PacketFate.DELIVERED;
  }

  private fateOf(
    buf: Uint8Array,
    offset: number,
    caplen: number,
    len: number,
    linktype: number,
  ): PacketFate {
    if (linktype === Linktype.HEP) return this.hepPacket(buf, offset, offset + caplen);
    const { packet } = this;
    packet.startFrame(offset, caplen, len);
    const discard = decodePacket(buf, linktype, packet);
    const { duplicates } = this.parts;
    if (duplicates !== undefined && discard === PacketFate.DELIVERED) {
      const { timestampUs, interfaceIndex } = this.flow;
      if (duplicates.isDuplicate(buf, offset, packet, timestampUs, interfaceIndex)) {
        return PacketFate.DUPLICATE;
      }
    }
    if (discard !== PacketFate.DELIVERED) return discard;
    return packet.fragment ? this.fragment(buf) : this.transport(buf);
  }

  private fragment(buf: Uint8Array): PacketFate {
    const { fragments } = this.parts;
    const { packet } = this;
    this.stage = Stage.REASSEMBLY;
    const fate = fragments.push(buf, packet, this.nowUs);
    if (fate !== PacketFate.DELIVERED) return fate;
    const { start, end } = fragments;
    const discard = decodeTransport(fragments.buf, start, end, end, packet);
    if (discard !== PacketFate.DELIVERED) return discard;
    // Fragments of a tunnel may carry fragments of what is inside it.
    if (packet.fragment) return this.fragment(fragments.buf);
    return this.transport(fragments.buf);
  }

  private transport(buf: Uint8Array): PacketFate {
    const { packet, flow } = this;
    switch (packet.protocol) {
      case UDP:
        copyAddresses(packet.addresses, flow.addresses);
        flow.sourcePort = packet.sourcePort;
        flow.destinationPort = packet.destinationPort;
        flow.transport = Transport.UDP;
        return this.datagram(buf);
      case TCP:
        return this.isApp() ? PacketFate.APP : this.segment(buf);
      case SCTP:
        return this.segment(buf);
      default:
        return PacketFate.OTHER_PROTOCOL;
    }
  }

  private datagram(buf: Uint8Array): PacketFate {
    const { packet, payload, flow, parts } = this;
    const start = packet.payloadOffset;
    const end = start + packet.payloadLength;
    if (parts.hepPorts[packet.destinationPort] === 1) return this.hepDatagram(buf, start, end);
    this.stage = Stage.PARSE;
    payload.buf = buf;
    payload.start = start;
    payload.end = end;
    payload.wireEnd = start + packet.payloadWireLength;
    payload.transport = Transport.UDP;
    payload.keepalive = -1;
    const { sipPorts } = parts;
    if (sipPorts[flow.destinationPort] === 1 || sipPorts[flow.sourcePort] === 1) {
      const found = packet.truncated
        ? classifyCutPayload(buf, start, end)
        : classifyPayload(buf, start, end);
      if (found === NOT_SIP) return PacketFate.NOT_SIP;
      if (found !== SIP) payload.keepalive = found;
    } else {
      if (packet.payloadWireLength === 0) return PacketFate.NO_PAYLOAD;
      if (!beginsLikeSip(buf, start, end)) return PacketFate.NOT_SIP;
    }
    this.deliver();
    return PacketFate.DELIVERED;
  }

  private segment(buf: Uint8Array): PacketFate {
    const { streams } = this.parts;
    this.stage = Stage.REASSEMBLY;
    this.inState = true;
    const fate = streams.push(buf, this.packet, this.flow.timestampUs, this.nowUs);
    this.drainStreams();
    this.inState = false;
    return fate;
  }

  private drainStreams(): void {
    const { streams } = this.parts;
    const { payload, flow } = this;
    const { timestampUs } = flow;
    while (streams.next(payload, flow)) this.deliver();
    flow.timestampUs = timestampUs;
    if (this.parts.messageExplain !== undefined) this.explainTruncated(this.parts.messageExplain);
  }

  /** Messages that streams lost the headers of are counted there: there is nothing to deliver. */
  private explainTruncated(messageExplain: Explain): void {
    const { messageFates } = this.parts.counters;
    const truncated = messageFates[MessageFate.TRUNCATED] ?? 0;
    const explained = messageExplain.count(MessageFate.TRUNCATED);
    for (let i = explained; i < truncated; i++) {
      messageExplain.note(MessageFate.TRUNCATED, this.frame);
    }
  }

  /** HEP inside captured traffic. */
  private hepDatagram(buf: Uint8Array, start: number, end: number): PacketFate {
    const fate = decodeHep(buf, start, end, this.hep);
    if (fate !== PacketFate.DELIVERED) return fate;
    if (!this.isAuthentic(buf)) return PacketFate.HEP_UNAUTHENTICATED;
    return this.hepMessage(buf, Number.POSITIVE_INFINITY);
  }

  /** HEP sent to us. */
  private hepPacket(buf: Uint8Array, start: number, end: number): PacketFate {
    const fate = decodeHep(buf, start, end, this.hep);
    if (fate !== PacketFate.DELIVERED) return fate;
    if (!this.isAuthentic(buf)) return PacketFate.HEP_UNAUTHENTICATED;
    const { flow, hep } = this;
    const { duplicates } = this.parts;
    if (duplicates?.isMirroredTwice(buf, hep, flow.timestampUs, flow.interfaceIndex)) {
      return PacketFate.DUPLICATE;
    }
    return this.hepMessage(buf, HEP_DIFFERENCE_US_MAX);
  }

  private isAuthentic(buf: Uint8Array): boolean {
    const { hepKey } = this.parts;
    return hepKey.length === 0 || hasHepKey(buf, this.hep, hepKey);
  }

  /** A decoded HEP packet: the time, the addresses and the transport are what its sender says. */
  private hepMessage(buf: Uint8Array, differenceUsMax: number): PacketFate {
    const { hep, flow, payload } = this;
    this.stage = Stage.PARSE;
    copyAddresses(hep.addresses, flow.addresses);
    flow.sourcePort = hep.sourcePort;
    flow.destinationPort = hep.destinationPort;
    flow.transport = hep.transport;
    payload.buf = buf;
    payload.start = hep.payloadOffset;
    payload.end = hep.payloadOffset + hep.payloadLength;
    payload.wireEnd = payload.end;
    payload.transport = hep.transportExact ? hep.transport : Transport.OTHER;
    payload.keepalive = -1;
    const found = classifyPayload(buf, payload.start, payload.end);
    if (found === NOT_SIP) return PacketFate.HEP_NOT_SIP;
    if (found !== SIP) payload.keepalive = found;
    this.deliver(this.senderClocks.take(hep, flow, differenceUsMax));
    return PacketFate.DELIVERED;
  }

  /** The application port's end must be the local side, or the loopback that reaches it. */
  private isApp(): boolean {
    const { packet } = this;
    const { appPort, local, tracker } = this.parts;
    if (appPort === 0) return false;
    const fromServer = packet.sourcePort === appPort;
    if (!fromServer && packet.destinationPort !== appPort) return false;
    const server = fromServer ? 0 : 4;
    const { addresses } = packet;
    if (!local.isLocalAddress(addresses, server) && !isLoopback(addresses, server)) return false;
    this.inState = true;
    tracker.appSegment(packet, fromServer, this.nowUs);
    this.inState = false;
    return true;
  }

  /** `senderEra`: added to the clock's era where the message's time is of another clock. */
  private deliver(senderEra = 0): void {
    const { delivery, messageExplain } = this.parts;
    const before = this.inState;
    this.inState = true;
    const era = this.clock.era + senderEra;
    const fate = delivery.deliver(this.payload, this.flow, this.nowUs, era);
    this.inState = before;
    if (messageExplain !== undefined) messageExplain.note(fate, this.frame);
  }
}

/** A loop: the built-in `set` costs more than these few stores. */
function copyAddresses(from: Int32Array, to: Int32Array): void {
  for (let i = 0; i < 8; i++) to[i] = int32At(from, i);
}

/** 127.0.0.0/8 or ::1. */
function isLoopback(addresses: Int32Array, offset: number): boolean {
  const high = (addresses[offset] ?? 0) | (addresses[offset + 1] ?? 0);
  if (high !== 0) return false;
  const third = addresses[offset + 2] ?? 0;
  const last = addresses[offset + 3] ?? 0;
  if (third === 0xffff) return last >>> 24 === 127;
  return third === 0 && last === 1;
}
