/**
 * Names of remote sides (`--peer`): the longest prefix wins, what none holds is `other`, index 0. A lookup
 * is by the remote address of a message; the names, never the addresses, become labels.
 */
import { AddressSet, type Endpoint } from '../core/address-set.ts';
import type { Flow } from '../core/flow.ts';
import { Direction } from './direction.ts';

export interface PeerRange {
  readonly name: string;
  readonly endpoint: Endpoint;
}

export class Peers {
  /** `other` first, then the configured names, each once, in the order given. */
  readonly names: readonly string[];
  private readonly ranges: AddressSet;
  private readonly any: boolean;

  constructor(ranges: readonly PeerRange[]) {
    const names = ['other'];
    this.ranges = new AddressSet();
    for (const range of ranges) {
      let index = names.indexOf(range.name);
      if (index < 0) index = names.push(range.name) - 1;
      this.ranges.add(range.endpoint, index);
    }
    this.names = names;
    this.any = ranges.length > 0;
  }

  /** Index of the remote side of a message that went in `direction`. */
  peerOf(flow: Flow, direction: Direction): number {
    if (!this.any) return 0;
    const received = direction === Direction.IN;
    const port = received ? flow.sourcePort : flow.destinationPort;
    const index = this.ranges.lookup(flow.addresses, received ? 0 : 4, port);
    return index < 0 ? 0 : index;
  }
}
