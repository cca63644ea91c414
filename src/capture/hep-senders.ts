/** Which hosts may send HEP: a list of networks, or everyone. */
import { BlockList, isIPv6 } from 'node:net';

/** Answers remembered, by address; all are forgotten beyond that. */
const REMEMBERED_MAX = 1024;
/** How a socket for both families shows an IPv4 address. */
const MAPPED_PREFIX = '::ffff:';

export class HepSenders {
  #networks: BlockList | undefined;
  readonly #answers: Map<string, boolean> = new Map();

  /** Addresses, or networks such as `10.0.0.0/8`, already checked; none: everyone may send. */
  constructor(networks: readonly string[]) {
    this.allow(networks);
  }

  /** Replaces the list. */
  allow(networks: readonly string[]): void {
    this.#answers.clear();
    this.#networks = networks.length === 0 ? undefined : new BlockList();
    for (const network of networks) {
      const [address = '', prefix] = network.split('/');
      const bits = isIPv6(address) ? 128 : 32;
      this.#networks?.addSubnet(
        address,
        prefix === undefined ? bits : Number(prefix),
        family(address),
      );
    }
  }

  isAllowed(address: string): boolean {
    if (this.#networks === undefined) return true;
    const known = this.#answers.get(address);
    if (known !== undefined) return known;
    const plain = address.startsWith(MAPPED_PREFIX) ? address.slice(MAPPED_PREFIX.length) : address;
    const answer = this.#networks.check(plain, family(plain));
    if (this.#answers.size === REMEMBERED_MAX) this.#answers.clear();
    this.#answers.set(address, answer);
    return answer;
  }
}

function family(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}
