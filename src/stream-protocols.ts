/**
 * What each direction of a TCP connection speaks, and the messages in it: SIP, WebSocket with SIP inside
 * (RFC 7118), TLS that can only be watched, or nothing of ours. Recognised by content, from the bytes in
 * order alone. A direction once found to be something else costs nothing more.
 */
import { readUint8 } from './core/bytes.ts';
import { uint8At, uint8Column } from './core/columns.ts';
import { Keepalive, MessageFate, type PipelineCounters } from './core/pipeline-counters.ts';
import { Transport } from './core/transport.ts';
import { type BufferPool, EMPTY_BUFFER } from './reassembly/buffer-pool.ts';
import { Likeness } from './reassembly/likeness.ts';
import { type TlsFlows, tlsLikeness } from './reassembly/tls-flows.ts';
import { WebSocketEvent, WebSockets } from './reassembly/websocket.ts';
import { Upgrade, WebSocketUpgrades } from './reassembly/websocket-upgrade.ts';
import {
  classifyCutPayload,
  classifyPayload,
  NOT_SIP,
  SIP,
} from './sip-parser/classify-payload.ts';
import { Frame, Opening } from './sip-parser/frame.ts';
import { Framing } from './sip-parser/framing.ts';

/** What a direction speaks. */
export const Speech = {
  /** Not open, or finished. */
  CLOSED: 0,
  /** Nothing was read yet. */
  FRESH: 1,
  /** SIP, or what may become SIP. */
  SIP: 2,
  /** A byte that may open a WebSocket frame in the middle of a connection. */
  PROBE: 3,
  /** An HTTP header block that may open a WebSocket. */
  HTTP: 4,
  WEBSOCKET: 5,
  TLS: 6,
  NOT_SIP: 7,
} as const;
export type Speech = (typeof Speech)[keyof typeof Speech];

/** No line of ASCII begins with it or above; every final frame does. */
const FIRST_BINARY_BYTE = 0x80;

const Step = { MORE: 0, PAYLOAD: 1, AGAIN: 2 } as const;
type Step = (typeof Step)[keyof typeof Step];

export interface StreamProtocolsOptions {
  /** Rows; direction d belongs to connection d >> 1. */
  readonly connectionsMax: number;
  readonly messageMax: number;
  readonly pool: BufferPool;
  readonly tls: TlsFlows;
  readonly counters: PipelineCounters;
}

export class StreamProtocols {
  /** First byte not consumed. */
  consumed = 0;
  // The payload found last: `buf` [start, end), valid until the next call.
  buf: Uint8Array = EMPTY_BUFFER;
  start = 0;
  end = 0;
  wireEnd = 0;
  /** A Keepalive code, or -1. */
  keepalive = -1;
  transport: Transport = Transport.TCP;

  private readonly counters: PipelineCounters;
  private readonly framing: Framing;
  private readonly upgrades: WebSocketUpgrades;
  private readonly webSockets: WebSockets;
  private readonly tls: TlsFlows;
  private readonly speech: Uint8Array;
  private readonly openings: Uint8Array;
  private readonly pings: Uint8Array;
  private readonly framesExpected: Uint8Array;
  /** Per connection: a request has offered the subprotocol sip. */
  private readonly offered: Uint8Array;

  constructor(options: StreamProtocolsOptions) {
    const directions = 2 * options.connectionsMax;
    this.counters = options.counters;
    this.framing = new Framing(directions, options.messageMax);
    this.upgrades = new WebSocketUpgrades(directions);
    this.webSockets = new WebSockets(directions, options.pool, options.messageMax);
    this.tls = options.tls;
    this.speech = new Uint8Array(directions);
    this.openings = new Uint8Array(directions);
    this.pings = new Uint8Array(directions);
    this.framesExpected = new Uint8Array(directions);
    this.offered = uint8Column(options.connectionsMax);
  }

  /** A connection begins: nothing is known of either direction. */
  openConnection(row: number): void {
    this.close(2 * row);
    this.close(2 * row + 1);
    this.offered[row] = 0;
  }

  /** Begins a direction; `pings` is 1 for the side that opened the connection. */
  open(direction: number, opening: Opening, pings: number): void {
    this.webSockets.release(direction);
    this.speech[direction] = Speech.FRESH;
    this.openings[direction] = opening;
    this.pings[direction] = pings;
    this.framesExpected[direction] = 0;
    if (opening >= Opening.MIDSTREAM && this.speech[direction ^ 1] === Speech.WEBSOCKET) {
      this.webSockets.openMidstream(direction);
      this.speech[direction] = Speech.WEBSOCKET;
    }
  }

  /** The direction just opened in the middle may carry WebSocket frames from its first byte on. */
  expectFrames(direction: number): void {
    this.framesExpected[direction] = 1;
  }

  /** Ends a direction and gives its memory back. */
  close(direction: number): void {
    this.webSockets.release(direction);
    this.speech[direction] = Speech.CLOSED;
  }

  /** A Speech code. */
  of(direction: number): number {
    return uint8At(this.speech, direction);
  }

  /** True once SIP was seen in this direction, in the clear or inside a WebSocket. */
  isSip(direction: number): boolean {
    const speech = this.speech[direction];
    if (speech === Speech.SIP) return this.framing.isSip(direction);
    return speech === Speech.WEBSOCKET && !this.webSockets.isSearching(direction);
  }

  /** True where SIP was expected before anything was read. */
  isExpected(direction: number): boolean {
    const opening = this.openings[direction];
    return opening === Opening.SIP || opening === Opening.SIP_MIDSTREAM;
  }

  /** True in the middle of a message; `unread` bytes were not consumed. */
  isPartial(direction: number, unread: number): boolean {
    const speech = this.speech[direction];
    if (speech === Speech.SIP) return this.framing.isPartial(direction);
    return speech === Speech.WEBSOCKET && (unread > 0 || this.webSockets.isPartial(direction));
  }

  /** To be called before `next` when the bytes of the window are others than at the last call. */
  forgetWindow(): void {
    this.framing.forgetWindow();
  }

  /** Looks for the next payload in the unread bytes [start, end); false when more are needed. */
  next(direction: number, buf: Uint8Array, start: number, end: number): boolean {
    this.consumed = start;
    for (;;) {
      const step = this.step(direction, buf, end);
      if (step !== Step.AGAIN) return step === Step.PAYLOAD;
    }
  }

  private step(direction: number, buf: Uint8Array, end: number): Step {
    switch (this.speech[direction]) {
      case Speech.FRESH:
        return this.fresh(direction, buf, end);
      case Speech.SIP:
        return this.sip(direction, buf, end);
      case Speech.PROBE:
        return this.probe(direction, buf, end);
      case Speech.HTTP:
        return this.http(direction, buf, end);
      case Speech.WEBSOCKET:
        return this.webSocket(direction, buf, end);
      case Speech.TLS:
        this.tls.read(direction, buf, this.consumed, end);
        this.consumed = this.tls.consumed;
        return Step.MORE;
      default:
        this.consumed = end;
        return Step.MORE;
    }
  }

  /** The first bytes: a TLS record, or something that the framing decides about. */
  private fresh(direction: number, buf: Uint8Array, end: number): Step {
    const likeness = tlsLikeness(buf, this.consumed, end);
    if (likeness === Likeness.MORE) return Step.MORE;
    if (likeness === Likeness.YES) {
      // Of the first direction the caller decides whether it is to be watched, and reads on.
      this.speech[direction] = Speech.TLS;
      return this.tls.isActive(direction >> 1) ? Step.AGAIN : Step.MORE;
    }
    if (likeness === Likeness.NO && this.isLateWebSocket(direction, buf)) {
      this.webSockets.openMidstream(direction);
      this.speech[direction] = Speech.WEBSOCKET;
    } else {
      this.openFraming(direction, uint8At(this.openings, direction));
    }
    return Step.AGAIN;
  }

  /** Frames are expected, and the first byte opens no line of text. */
  private isLateWebSocket(direction: number, buf: Uint8Array): boolean {
    const expected = this.framesExpected[direction] === 1;
    return expected && readUint8(buf, this.consumed) >= FIRST_BINARY_BYTE;
  }

  private openFraming(direction: number, opening: number): void {
    this.framing.open(direction, opening, uint8At(this.pings, direction));
    this.speech[direction] = Speech.SIP;
  }

  private sip(direction: number, buf: Uint8Array, end: number): Step {
    const { framing } = this;
    const frame = framing.next(direction, buf, this.consumed, end);
    this.consumed = framing.consumed;
    switch (frame) {
      case Frame.MORE:
        return Step.MORE;
      case Frame.MESSAGE:
        return this.sipMessage(buf);
      case Frame.CRLF:
        return this.ping(buf, Keepalive.CRLF);
      case Frame.DOUBLE_CRLF:
        return this.ping(buf, Keepalive.DOUBLE_CRLF);
      case Frame.DROPPED:
        return this.truncated();
      case Frame.HTTP:
        this.upgrades.open(direction);
        this.speech[direction] = Speech.HTTP;
        return Step.AGAIN;
      case Frame.BINARY:
        this.speech[direction] = Speech.PROBE;
        return Step.AGAIN;
      default:
        return this.reject(direction);
    }
  }

  private sipMessage(buf: Uint8Array): Step {
    this.buf = buf;
    this.start = this.framing.start;
    this.end = this.framing.end;
    this.wireEnd = this.framing.wireEnd;
    this.keepalive = -1;
    this.transport = Transport.TCP;
    return Step.PAYLOAD;
  }

  private ping(buf: Uint8Array, keepalive: Keepalive): Step {
    this.buf = buf;
    this.start = this.consumed;
    this.end = this.consumed;
    this.wireEnd = this.consumed;
    this.keepalive = keepalive;
    this.transport = Transport.TCP;
    return Step.PAYLOAD;
  }

  /** A message was seen and will not be handed out: no guess is made at it. */
  truncated(): Step {
    const fates = this.counters.messageFates;
    this.counters.messages++;
    fates[MessageFate.TRUNCATED] = (fates[MessageFate.TRUNCATED] ?? 0) + 1;
    return Step.AGAIN;
  }

  private probe(direction: number, buf: Uint8Array, end: number): Step {
    const likeness = this.webSockets.looksLikeSip(buf, this.consumed, end);
    if (likeness === Likeness.MORE) return Step.MORE;
    if (likeness === Likeness.YES) this.upgrade(direction);
    else this.speech[direction] = Speech.SIP;
    return Step.AGAIN;
  }

  private http(direction: number, buf: Uint8Array, end: number): Step {
    const upgrade = this.upgrades.next(direction, buf, this.consumed, end);
    this.consumed = this.upgrades.consumed;
    switch (upgrade) {
      case Upgrade.MORE:
        return Step.MORE;
      case Upgrade.OFFERED:
        this.offered[direction >> 1] = 1;
        this.webSockets.open(direction);
        this.speech[direction] = Speech.WEBSOCKET;
        return Step.AGAIN;
      case Upgrade.CHOSEN:
        this.upgrade(direction);
        return Step.AGAIN;
      case Upgrade.UNNAMED:
        if (this.offered[direction >> 1] === 0) return this.reject(direction);
        this.upgrade(direction);
        return Step.AGAIN;
      default:
        return this.reject(direction);
    }
  }

  /** Frames begin in this direction. Where the other one is taken up late, they are searched for. */
  private upgrade(direction: number): void {
    const other = direction ^ 1;
    this.webSockets.open(direction);
    this.speech[direction] = Speech.WEBSOCKET;
    if (this.speech[other] !== Speech.FRESH && this.speech[other] !== Speech.SIP) return;
    this.webSockets.openMidstream(other);
    this.speech[other] = Speech.WEBSOCKET;
  }

  /** The direction is none of ours. */
  refuse(direction: number): void {
    this.reject(direction);
  }

  /** Neither this direction nor, unless SIP or TLS was seen in it, the other one is of interest. */
  private reject(direction: number): Step {
    const other = direction ^ 1;
    this.speech[direction] = Speech.NOT_SIP;
    const refused = this.speech[other] === Speech.WEBSOCKET && this.offered[direction >> 1] === 1;
    const watched = this.speech[other] === Speech.TLS && this.tls.isActive(other >> 1);
    if (refused || !(watched || this.isSip(other))) {
      this.webSockets.release(other);
      this.speech[other] = Speech.NOT_SIP;
    }
    return Step.AGAIN;
  }

  private webSocket(direction: number, buf: Uint8Array, end: number): Step {
    const event = this.webSockets.next(direction, buf, this.consumed, end);
    this.consumed = this.webSockets.consumed;
    return this.webSocketEvent(event);
  }

  private webSocketEvent(event: WebSocketEvent): Step {
    switch (event) {
      case WebSocketEvent.MORE:
        return Step.MORE;
      case WebSocketEvent.MESSAGE:
        return this.webSocketMessage();
      default:
        return this.truncated();
    }
  }

  /** One WebSocket message is one SIP message (RFC 7118 5), or a keep-alive, or none of ours. */
  private webSocketMessage(): Step {
    const { buf, start, end, wireEnd } = this.webSockets;
    const isCut = end < wireEnd;
    const found = isCut ? classifyCutPayload(buf, start, end) : classifyPayload(buf, start, end);
    if (found === NOT_SIP) return Step.AGAIN;
    this.keepalive = found === SIP ? -1 : found;
    this.buf = buf;
    this.start = start;
    this.end = end;
    this.wireEnd = wireEnd;
    this.transport = Transport.WS;
    return Step.PAYLOAD;
  }

  /**
   * `lost` bytes are missing behind the unread bytes [start, end), which are given up. True when the
   * message they belonged to is handed out as far as it goes.
   */
  gap(direction: number, buf: Uint8Array, start: number, end: number, lost: number): boolean {
    this.consumed = end;
    switch (this.speech[direction]) {
      case Speech.FRESH:
      case Speech.HTTP:
      case Speech.PROBE:
        this.openFraming(direction, midstream(uint8At(this.openings, direction)));
        return false;
      case Speech.SIP: {
        const frame = this.framing.gap(direction, start, end, lost);
        if (frame === Frame.DROPPED) this.truncated();
        return frame === Frame.MESSAGE && this.sipMessage(buf) === Step.PAYLOAD;
      }
      case Speech.WEBSOCKET: {
        const event = this.webSockets.gap(direction, buf, start, end, lost);
        return this.webSocketEvent(event) === Step.PAYLOAD;
      }
      case Speech.TLS:
        this.tls.gap(direction, lost);
        return false;
      default:
        return false;
    }
  }
}

/** The same opening somewhere in the stream. */
function midstream(opening: number): Opening {
  return opening === Opening.SIP || opening === Opening.SIP_MIDSTREAM
    ? Opening.SIP_MIDSTREAM
    : Opening.MIDSTREAM;
}
