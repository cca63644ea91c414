/**
 * Which way a message went, seen from the addresses that are measured (METRICS.md "Local side" and
 * "Direction"). With a plain IP or CIDR the address alone decides. With IP:port, a local address on another
 * port is local if the first request it sent on this flow named one of the local ports in its top Via or
 * Contact: that is how a server's outgoing TCP connections are told from a neighbour on the same host.
 */
import { AddressSet, type Endpoint } from '../core/address-set.ts';
import { assert } from '../core/assert.ts';
import { int32At } from '../core/columns.ts';
import type { Flow } from '../core/flow.ts';
import { MessageKind, type SipMessage } from '../sip-parser/message.ts';
import { uriPort } from '../sip-parser/uri.ts';
import { Direction, Locality } from './direction.ts';
import { FlowMemory, Verdict } from './flow-memory.ts';

/** What streams may ask. */
export interface LocalAddresses {
  /** Is the address in words `offset`…`offset + 3` one of the local side's? The port is not asked. */
  isLocalAddress(addresses: Int32Array, offset: number): boolean;
}

/** A response's direction when its transaction is not known. */
export const DIRECTION_UNKNOWN = -1;

export class LocalSide implements LocalAddresses {
  private readonly endpoints: AddressSet;
  /** One of the endpoints names a port: flows have to be remembered. */
  readonly byPort: boolean;
  readonly flows: FlowMemory;

  constructor(endpoints: readonly Endpoint[], flowsMax: number, seed: number) {
    this.endpoints = new AddressSet();
    let byPort = false;
    for (const endpoint of endpoints) {
      this.endpoints.add(endpoint, 0);
      if (endpoint.port !== 0) byPort = true;
    }
    this.byPort = byPort;
    this.flows = new FlowMemory(byPort ? flowsMax : 1, seed);
  }

  /** An address more, whatever its port; from now on. */
  add(endpoint: Endpoint): void {
    assert(endpoint.port === 0, 'flows are remembered from the start or not at all');
    this.endpoints.add(endpoint, 0);
  }

  isLocalAddress(addresses: Int32Array, offset: number): boolean {
    return this.endpoints.matchesAddress(addresses, offset);
  }

  /**
   * Where a message went. `message` is undefined for what could not be parsed; `responseDirection` is the
   * direction of a response whose transaction is known, else DIRECTION_UNKNOWN.
   */
  locate(
    buf: Uint8Array,
    flow: Flow,
    message: SipMessage | undefined,
    responseDirection: number,
  ): Locality {
    const { addresses } = flow;
    let source = this.endpoints.lookup(addresses, 0, flow.sourcePort) >= 0;
    let destination = this.endpoints.lookup(addresses, 4, flow.destinationPort) >= 0;
    if (this.byPort) {
      source = source || this.sentByLocal(buf, flow, message, responseDirection);
      destination = destination || this.receivedByLocal(flow, responseDirection);
    }
    if (source) return destination ? Locality.HAIRPIN : Locality.OUT;
    return destination ? Locality.IN : Locality.FOREIGN;
  }

  private sentByLocal(
    buf: Uint8Array,
    flow: Flow,
    message: SipMessage | undefined,
    responseDirection: number,
  ): boolean {
    if (!this.endpoints.matchesAddress(flow.addresses, 0)) return false;
    if (responseDirection === Direction.OUT) return true;
    const known = this.flows.verdictOfSource(flow);
    if (known !== Verdict.UNKNOWN) return known === Verdict.LOCAL;
    if (message === undefined || message.kind === MessageKind.RESPONSE) return false;
    const local = this.namesLocalPort(buf, flow, message);
    this.flows.remember(flow, local ? Verdict.LOCAL : Verdict.FOREIGN);
    return local;
  }

  private receivedByLocal(flow: Flow, responseDirection: number): boolean {
    if (!this.endpoints.matchesAddress(flow.addresses, 4)) return false;
    if (responseDirection === Direction.IN) return true;
    return this.flows.verdictOfDestination(flow) === Verdict.LOCAL;
  }

  private namesLocalPort(buf: Uint8Array, flow: Flow, message: SipMessage): boolean {
    const { addresses } = flow;
    if (message.viaCount > 0) {
      const viaPort = int32At(message.viaPorts, 0);
      if (this.endpoints.lookup(addresses, 0, viaPort) >= 0) return true;
    }
    if (message.contactCount === 0) return false;
    const start = int32At(message.contacts, 0);
    const port = uriPort(buf, start, start + int32At(message.contacts, 1));
    return this.endpoints.lookup(addresses, 0, port) >= 0;
  }
}
