/**
 * A state machine with a local side and peers around it, fed with messages as text over the real parser,
 * direction and packet clock: what tests of state arrange. Times are seconds from the scene's beginning.
 */

import { parseAddress } from '../../src/core/address.ts';
import { type Endpoint, parseEndpoint } from '../../src/core/address-set.ts';
import { Flow } from '../../src/core/flow.ts';
import { PacketClock } from '../../src/core/packet-clock.ts';
import { PipelineCounters } from '../../src/core/pipeline-counters.ts';
import { TABLE_NAMES, type Table } from '../../src/core/table.ts';
import { Transport } from '../../src/core/transport.ts';
import { Delivery } from '../../src/delivery.ts';
import { LocalSide } from '../../src/direction/local-side.ts';
import { Peers } from '../../src/direction/peers.ts';
import { Payload } from '../../src/reassembly/payload.ts';
import type { StateGauges } from '../../src/state/state-gauges.ts';
import { Tracker } from '../../src/state/tracker.ts';
import type { TrackerOptions } from '../../src/state/tracker-options.ts';
import { EventLines } from './event-lines.ts';
import { bytesOf } from './sip-text.ts';

/** Seconds since the epoch at which scenes begin. */
const BEGINNING = 1_700_000_000;
const DIALOG_METHODS: readonly string[] = ['INVITE', 'SUBSCRIBE', 'NOTIFY', 'REFER', 'UPDATE'];
const LOCAL = '10.0.0.1:5060';
const REMOTE = '192.0.2.9:5060';

/** A message in the words that matter to state; everything has a default. */
export interface Sip {
  /** Of a request, or of the CSeq of a response. */
  readonly method?: string;
  /** Makes it a response. */
  readonly status?: number;
  readonly uri?: string;
  readonly callId?: string;
  readonly cseq?: number;
  /** Behind the magic cookie. */
  readonly branch?: string;
  /** Of the top Via. */
  readonly sentBy?: string;
  /** Instead of the whole top Via. */
  readonly via?: string;
  /** Values below the top Via. */
  readonly vias?: readonly string[];
  /** Null for none. */
  readonly fromTag?: string | null;
  readonly toTag?: string;
  readonly aor?: string;
  /** Further headers; a Contact where there has to be one. */
  readonly lines?: readonly string[];
}

export interface SceneOptions extends Partial<TrackerOptions> {
  readonly local?: readonly string[];
  /** Name and networks. */
  readonly peers?: readonly (readonly [string, string])[];
}

const DEFAULTS: TrackerOptions = {
  seed: 0x5189,
  matchLingerUs: 32_000_000,
  retryWaitUs: 32_000_000,
  inviteMaxAgeUs: 3_600_000_000,
  dialogMaxAgeUs: 86_400_000_000,
  appIdleUs: 0,
  topologyHiding: false,
  transactionsMax: 256,
  dialogsMax: 256,
  attemptsMax: 256,
  registrationsMax: 256,
  registrationAttemptsMax: 256,
  appConnectionsMax: 16,
};

export class Scene {
  readonly tracker: Tracker;
  readonly events: EventLines;
  readonly clock: PacketClock = new PacketClock();
  readonly counters: PipelineCounters = new PipelineCounters();
  private readonly delivery: Delivery;
  private readonly payload: Payload = new Payload();
  private readonly flow: Flow = new Flow();
  private seen = 0;
  private now = 0;

  constructor(options: SceneOptions = {}) {
    const { local: localTexts, peers: networks, ...tracking } = options;
    const peers = peersOf(networks ?? []);
    this.events = new EventLines(peers.names);
    this.tracker = new Tracker({ ...DEFAULTS, ...tracking }, this.events);
    this.tracker.setPeers(
      Uint16Array.from(peers.names, (_, i) => i),
      peers.names.length,
    );
    const { tracker, counters, events: observer } = this;
    const local = new LocalSide((localTexts ?? ['10.0.0.1']).map(endpoint), 64, 1);
    this.delivery = new Delivery({ local, peers, tracker, observer, counters, tally: undefined });
    this.at(0);
  }

  /** Time goes on, or back, to this second of the scene with the next message. */
  at(seconds: number): this {
    this.now = seconds;
    return this;
  }

  later(seconds: number): this {
    this.now = Math.round((this.now + seconds) * 1e6) / 1e6;
    return this;
  }

  /** Nothing arrives up to this second of the scene. */
  wait(seconds: number): this {
    this.at(seconds);
    this.tracker.advance(this.clock.idle(this.timeUs()));
    return this;
  }

  receive(sip: Sip, from: string = REMOTE, to: string = LOCAL): this {
    return this.udp(sip, from, to);
  }

  send(sip: Sip, to: string = REMOTE, from: string = LOCAL): this {
    return this.udp(sip, from, to);
  }

  receiveTcp(sip: Sip, from: string = REMOTE): this {
    return this.deliver(sip, from, LOCAL, Transport.TCP);
  }

  sendTcp(sip: Sip, to: string = REMOTE): this {
    return this.deliver(sip, LOCAL, to, Transport.TCP);
  }

  udp(sip: Sip, from: string, to: string): this {
    return this.deliver(sip, from, to, Transport.UDP);
  }

  tcp(sip: Sip, from: string, to: string): this {
    return this.deliver(sip, from, to, Transport.TCP);
  }

  /** Lines since the last call, with the given first words only; all when none is given. */
  take(...kinds: readonly string[]): string[] {
    const lines = this.events.lines.slice(this.seen);
    this.seen = this.events.lines.length;
    return kinds.length === 0 ? lines : lines.filter((line) => kinds.includes(wordOf(line)));
  }

  /** How many lines there are that begin with these words. */
  count(words: string): number {
    return this.events.lines.filter((line) => line === words || line.startsWith(`${words} `))
      .length;
  }

  gauges(): StateGauges {
    return this.tracker.gauges(this.clock.nowUs);
  }

  /** Open attempts over all peers and directions. */
  openAttempts(): number {
    return this.gauges().attemptsOpen.reduce((sum, open) => sum + open, 0);
  }

  use(table: Table): { rows: number; evictions: number } {
    const found = this.tracker.uses().find((each) => each.table === table);
    if (found === undefined) throw new Error(`no table ${TABLE_NAMES[table]}`);
    return { rows: found.rows, evictions: found.evictions };
  }

  /** Other networks behind the names, as after a reload. */
  setPeers(networks: readonly (readonly [string, string])[]): void {
    const old = this.events.peerNames;
    const peers = peersOf(networks);
    const map = Uint16Array.from(old, (name) => Math.max(0, peers.names.indexOf(name)));
    this.events.peerNames = peers.names;
    this.delivery.peers = peers;
    this.tracker.setPeers(map, peers.names.length);
  }

  private deliver(sip: Sip, from: string, to: string, transport: Transport): this {
    const { payload, flow, clock } = this;
    const bytes = bytesOf(sipText(sip, from, to, transport));
    flow.timestampUs = this.timeUs();
    const nowUs = clock.advance(flow.timestampUs);
    this.tracker.advance(nowUs);
    flow.sourcePort = place(from, flow.addresses, 0);
    flow.destinationPort = place(to, flow.addresses, 4);
    flow.transport = transport;
    payload.buf = bytes;
    payload.end = bytes.length;
    payload.wireEnd = bytes.length;
    payload.transport = transport;
    this.delivery.deliver(payload, flow, nowUs, clock.era);
    return this;
  }

  private timeUs(): number {
    return BEGINNING * 1e6 + Math.round(this.now * 1e6);
  }
}

/** The message on the wire. A request's top Via names its sender, a response's whom it goes to. */
export function sipText(sip: Sip, from: string, to: string, transport: Transport): string {
  const method = sip.method ?? 'INVITE';
  const uri = sip.uri ?? 'sip:bob@example.com';
  const name = transport === Transport.TCP ? 'TCP' : 'UDP';
  const sentBy = sip.sentBy ?? (sip.status === undefined ? from : to);
  const top = sip.via ?? `SIP/2.0/${name} ${sentBy};branch=z9hG4bK${sip.branch ?? 'b1'}`;
  const tag = (value: string | null): string => (value === null ? '' : `;tag=${value}`);
  const start = sip.status === undefined ? `${method} ${uri} SIP/2.0` : `SIP/2.0 ${sip.status} X`;
  return [
    start,
    ...[top, ...(sip.vias ?? [])].map((via) => `Via: ${via}`),
    `From: <sip:alice@example.com>${tag(sip.fromTag === undefined ? 'a' : sip.fromTag)}`,
    `To: <${sip.aor ?? 'sip:bob@example.com'}>${tag(sip.toTag ?? null)}`,
    `Call-ID: ${sip.callId ?? 'c1'}`,
    `CSeq: ${sip.cseq ?? 1} ${method}`,
    'Max-Forwards: 70',
    'Content-Length: 0',
    ...(sip.lines ?? (DIALOG_METHODS.includes(method) ? [`Contact: <sip:x@${from}>`] : [])),
    '',
    '',
  ].join('\r\n');
}

function endpoint(text: string): Endpoint {
  const parsed = parseEndpoint(text);
  if (parsed === undefined) throw new Error(`no endpoint: ${text}`);
  return parsed;
}

function peersOf(networks: readonly (readonly [string, string])[]): Peers {
  return new Peers(networks.map(([name, network]) => ({ name, endpoint: endpoint(network) })));
}

/** Writes the address of `192.0.2.1:5060`, gives its port. */
function place(text: string, words: Int32Array, offset: number): number {
  const colon = text.lastIndexOf(':');
  const address = text.slice(0, colon).replace('[', '').replace(']', '');
  if (!parseAddress(address, words, offset)) throw new Error(`no address: ${text}`);
  return Number(text.slice(colon + 1));
}

function wordOf(line: string): string {
  return line.split(' ', 1)[0] ?? '';
}
