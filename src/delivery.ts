/**
 * The second half of the data plane: one payload goes to the parser, to direction and to state, and gets
 * exactly one fate. Datagrams are classified first; streams deliver framed messages only.
 */
import type { Flow } from './core/flow.ts';
import { MessageFate, type PipelineCounters } from './core/pipeline-counters.ts';
import type { AddressTally } from './direction/address-tally.ts';
import { Direction, Locality } from './direction/direction.ts';
import { DIRECTION_UNKNOWN, type LocalSide } from './direction/local-side.ts';
import type { Peers } from './direction/peers.ts';
import type { Payload } from './reassembly/payload.ts';
import { MessageKind, SipMessage } from './sip-parser/message.ts';
import { ParseError } from './sip-parser/parse-error.ts';
import { parseMessage } from './sip-parser/parse-message.ts';
import type { Observer } from './state/observer.ts';
import type { Tracker } from './state/tracker.ts';

export class Delivery {
  readonly message: SipMessage = new SipMessage();
  peers: Peers;
  private readonly local: LocalSide;
  private readonly tracker: Tracker;
  private readonly observer: Observer;
  private readonly counters: PipelineCounters;
  private readonly tally: AddressTally | undefined;

  constructor(parts: {
    local: LocalSide;
    peers: Peers;
    tracker: Tracker;
    observer: Observer;
    counters: PipelineCounters;
    tally: AddressTally | undefined;
  }) {
    this.local = parts.local;
    this.peers = parts.peers;
    this.tracker = parts.tracker;
    this.observer = parts.observer;
    this.counters = parts.counters;
    this.tally = parts.tally;
    this.tracker.arrival.keys.prepare(this.message);
  }

  /** One payload that may be a message; the clock's time and era are given. Returns its fate. */
  deliver(payload: Payload, flow: Flow, nowUs: number, era: number): MessageFate {
    const fate = this.fateOf(payload, flow, nowUs, era);
    const { counters } = this;
    counters.messages++;
    counters.messageFates[fate] = (counters.messageFates[fate] ?? 0) + 1;
    return fate;
  }

  /** As `deliver`, of a good message that was read already; `buf` holds it. */
  deliverRead(
    buf: Uint8Array,
    message: SipMessage,
    flow: Flow,
    nowUs: number,
    era: number,
  ): MessageFate {
    if (this.tally !== undefined) this.tally.add(flow.addresses, message.requestLineReadable);
    this.tracker.load(buf, message, flow, nowUs, era);
    const fate = this.good(buf, message, flow);
    const { counters } = this;
    counters.messages++;
    counters.messageFates[fate] = (counters.messageFates[fate] ?? 0) + 1;
    return fate;
  }

  private fateOf(payload: Payload, flow: Flow, nowUs: number, era: number): MessageFate {
    const { keepalive } = payload;
    if (keepalive >= 0) {
      const { keepalives } = this.counters;
      keepalives[keepalive] = (keepalives[keepalive] ?? 0) + 1;
      return MessageFate.KEEPALIVE;
    }
    const { message } = this;
    const error = parseMessage(payload, message);
    if (message.headersTruncated) return MessageFate.TRUNCATED;
    const readable = message.requestLineReadable;
    if (this.tally !== undefined) this.tally.add(flow.addresses, readable);
    if (error !== ParseError.NONE) return this.bad(payload, flow, error);
    this.tracker.load(payload.buf, message, flow, nowUs, era);
    return this.good(payload.buf, message, flow);
  }

  private good(buf: Uint8Array, message: SipMessage, flow: Flow): MessageFate {
    const { local, tracker } = this;
    let known = DIRECTION_UNKNOWN;
    if (local.byPort && message.kind === MessageKind.RESPONSE) known = tracker.responseDirection();
    const locality = local.locate(buf, flow, message, known);
    if (locality === Locality.FOREIGN) return MessageFate.FOREIGN;
    // A hairpin is sent before it is received.
    if (locality !== Locality.IN) this.see(message, flow, Direction.OUT);
    if (locality !== Locality.OUT) this.see(message, flow, Direction.IN);
    return fateOfLocality(locality);
  }

  private see(message: SipMessage, flow: Flow, direction: Direction): void {
    const peer = this.peers.peerOf(flow, direction);
    this.observer.message(direction, peer, flow.transport);
    if (message.kind === MessageKind.REQUEST) this.observer.requestLine(direction);
    this.tracker.see(direction, peer);
  }

  private bad(payload: Payload, flow: Flow, error: ParseError): MessageFate {
    const { local } = this;
    const locality = local.locate(payload.buf, flow, undefined, DIRECTION_UNKNOWN);
    if (locality === Locality.FOREIGN) return MessageFate.FOREIGN;
    if (locality !== Locality.IN) this.seeBad(flow, Direction.OUT, error);
    if (locality !== Locality.OUT) this.seeBad(flow, Direction.IN, error);
    return fateOfLocality(locality);
  }

  private seeBad(flow: Flow, direction: Direction, error: ParseError): void {
    const { observer } = this;
    const readable = this.message.requestLineReadable;
    observer.message(direction, this.peers.peerOf(flow, direction), flow.transport);
    if (readable) observer.requestLine(direction);
    observer.badMessage(direction, error, readable);
  }
}

function fateOfLocality(locality: Locality): MessageFate {
  if (locality === Locality.HAIRPIN) return MessageFate.HAIRPIN;
  return locality === Locality.IN ? MessageFate.IN : MessageFate.OUT;
}
