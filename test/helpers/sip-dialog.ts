/**
 * One dialog as its two ends see it, over any number of proxies between them: it makes the requests
 * and responses (RFC 3261 12.2.1.1) and sends them along the path. What happens is up to the caller.
 */
import type { Agent, SipTrace } from './sip-trace.ts';
import {
  forwarded,
  headerValue,
  headerValues,
  hopRequest,
  methodOf,
  responseTo,
  returned,
  type SipMessageText,
} from './sip-writer.ts';

export type HeaderList = readonly (readonly [string, string])[];

/** One way, in milliseconds. */
const LATENCY_MS = 1.5;
const FORWARD_MS = 0.8;
/** RFC 3261 table 2: optional in an ACK, where nobody writes it, and not for the other. */
const WITHOUT_CONTACT = ['ACK', 'BYE'];

export function hostOf(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

export function contactOf(agent: Agent): string {
  return `<sip:${agent.user}@${hostOf(agent.address)}:${agent.port}>`;
}

export function uriOf(agent: Agent): string {
  return `sip:${agent.user}@${hostOf(agent.address)}`;
}

function routeOf(proxy: Agent): string {
  return `<sip:${hostOf(proxy.address)}:${proxy.port};lr>`;
}

export interface DialogShape {
  /** From the caller to the callee, both included. */
  readonly path: readonly [Agent, ...Agent[]];
  readonly callId?: string;
  readonly fromTag?: string;
  /** Of the first request. */
  readonly cseq?: number;
  /** Proxies stay on the path of later requests. */
  readonly recordRoute?: boolean;
}

export class Dialog {
  readonly trace: SipTrace;
  readonly path: readonly Agent[];
  readonly caller: Agent;
  readonly callee: Agent;
  readonly callId: string;
  readonly fromTag: string;
  readonly recordRoute: boolean;
  toTag: string;
  /** The To tag is known to both: requests carry it from now on. */
  established = false;
  private readonly cseq: Map<Agent, number>;
  /** What became of a request on its way, for the hop requests that follow it. */
  private readonly copies: Map<SipMessageText, SipMessageText[]> = new Map();

  constructor(trace: SipTrace, shape: DialogShape) {
    const { path } = shape;
    this.trace = trace;
    this.path = path;
    this.caller = path[0];
    this.callee = path.at(-1) ?? path[0];
    this.callId = shape.callId ?? `${trace.random.hex(12)}@${this.caller.address}`;
    this.fromTag = shape.fromTag ?? trace.random.hex(8);
    this.toTag = trace.random.hex(8);
    this.recordRoute = shape.recordRoute ?? false;
    this.cseq = new Map([
      [this.caller, (shape.cseq ?? 1) - 1],
      [this.callee, 0],
    ]);
  }

  branch(): string {
    return `z9hG4bK${this.trace.random.hex(10)}`;
  }

  via(agent: Agent): string {
    const sentBy = `${hostOf(agent.address)}:${agent.port}`;
    return `SIP/2.0/UDP ${sentBy};branch=${this.branch()}`;
  }

  /** A new request of one of the two ends. An ACK has the INVITE's number, `cseq`. */
  request(by: Agent, method: string, headers: HeaderList = [], body = ''): SipMessageText {
    const number = (this.cseq.get(by) ?? 0) + (method === 'ACK' ? 0 : 1);
    this.cseq.set(by, number);
    const other = by === this.caller ? this.callee : this.caller;
    const ours = by === this.caller ? this.fromTag : this.toTag;
    const theirs = by === this.caller ? this.toTag : this.fromTag;
    const contact: readonly [string, string] = ['Contact', contactOf(by)];
    const target = this.established ? contactOf(other).slice(1, -1) : uriOf(other);
    return {
      startLine: `${method} ${target} SIP/2.0`,
      headers: [
        ['Via', this.via(by)],
        ['Max-Forwards', '70'],
        ...this.routes(by),
        ['From', `<${uriOf(by)}>;tag=${ours}`],
        ['To', `<${uriOf(other)}>${this.established ? `;tag=${theirs}` : ''}`],
        ['Call-ID', this.callId],
        ['CSeq', `${number} ${method}`],
        ...(WITHOUT_CONTACT.includes(method) ? [] : [contact]),
        ...headers,
      ],
      body,
    };
  }

  /** Along the path from `by` to the other end; gives the request as that end received it. */
  deliver(by: Agent, request: SipMessageText): SipMessageText {
    const hops = this.hopsFrom(by);
    let message = request;
    for (const [i, hop] of hops.slice(0, -1).entries()) {
      const next = hops[i + 1] ?? hop;
      this.trace.send(hop, next, message);
      this.trace.wait(LATENCY_MS);
      if (i + 2 < hops.length) message = this.forward(next, hop, message);
    }
    return message;
  }

  /** The answer to a received request, back along its path; gives it as its sender received it. */
  answer(
    by: Agent,
    received: SipMessageText,
    status: number,
    headers: HeaderList = [],
    body = '',
  ): SipMessageText {
    let message = responseTo(received, status, this.toTag, headers, body);
    // As many hops as the request has Vias.
    const hops = headerValues(received, 'Via').length === 1 ? this.ends(by) : this.hopsFrom(by);
    for (const [i, hop] of hops.slice(0, -1).entries()) {
      const next = hops[i + 1] ?? hop;
      this.trace.send(hop, next, message);
      this.trace.wait(LATENCY_MS);
      if (i + 2 < hops.length) {
        message = returned(message);
        this.trace.wait(FORWARD_MS);
      }
    }
    if (status >= 200 && status < 300) this.established = true;
    return message;
  }

  /** A final response other than 2xx: each hop acknowledges it to the one before (RFC 3261 17.1.1.3). */
  refuse(
    invite: SipMessageText,
    received: SipMessageText,
    status: number,
    headers: HeaderList = [],
  ): void {
    let response = responseTo(received, status, this.toTag, headers);
    const copies = this.copies.get(invite) ?? [invite];
    for (let i = this.path.length - 2; i >= 0; i--) {
      const from = this.path[i + 1] ?? this.callee;
      const to = this.path[i] ?? this.caller;
      this.trace.send(from, to, response);
      this.trace.wait(LATENCY_MS + FORWARD_MS);
      const copy = copies[i] ?? invite;
      this.trace.send(to, from, hopRequest(copy, 'ACK', headerValue(response, 'To')));
      response = returned(response);
    }
    this.trace.wait(LATENCY_MS);
  }

  /** CANCELs an INVITE that went to the callee directly; gives the CANCEL. */
  cancel(invite: SipMessageText): SipMessageText {
    const request = hopRequest(invite, 'CANCEL', headerValue(invite, 'To'));
    this.trace.send(this.caller, this.callee, request);
    this.trace.wait(LATENCY_MS);
    return request;
  }

  /** As `deliver` from the caller, and keeps the copies for `refuse`; every proxy says 100. */
  deliverInvite(invite: SipMessageText): SipMessageText {
    const copies = [invite];
    this.copies.set(invite, copies);
    let message = invite;
    for (const [i, hop] of this.path.slice(0, -1).entries()) {
      const next = this.path[i + 1] ?? this.callee;
      this.trace.send(hop, next, message);
      this.trace.wait(LATENCY_MS);
      if (i + 2 < this.path.length) {
        this.trace.send(next, hop, responseTo(message, 100, ''));
        message = this.forward(next, hop, message);
        copies.push(message);
      }
    }
    return message;
  }

  private forward(proxy: Agent, from: Agent, message: SipMessageText): SipMessageText {
    this.trace.wait(FORWARD_MS);
    const toCallee = this.path.indexOf(proxy) > this.path.indexOf(from);
    const target = contactOf(toCallee ? this.callee : this.caller).slice(1, -1);
    const routes = this.recordRoute && !this.established && methodOf(message) === 'INVITE';
    return forwarded(message, this.via(proxy), target, routes ? routeOf(proxy) : undefined);
  }

  /** Without Record-Route the ends talk to each other directly as soon as they can (RFC 3261 16). */
  private hopsFrom(by: Agent): readonly Agent[] {
    const direct = this.established && !this.recordRoute;
    const path = direct ? [this.caller, this.callee] : this.path;
    return by === this.caller ? path : [...path].reverse();
  }

  private ends(by: Agent): readonly Agent[] {
    return by === this.caller ? [this.caller, this.callee] : [this.callee, this.caller];
  }

  /** Of an in-dialog request: the proxies that stay on the path, in the order they are passed. */
  private routes(by: Agent): HeaderList {
    if (!this.established || !this.recordRoute) return [];
    const proxies = this.hopsFrom(by).slice(1, -1);
    return proxies.map((proxy) => ['Route', routeOf(proxy)]);
  }
}
