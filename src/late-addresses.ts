/**
 * Addresses that captured interfaces get after the start, by DHCP or because a cable was plugged in. Where no
 * local side was given they belong to it from then on. Those that go away stay: the name of an interface's
 * former address is not given to a peer in the middle of its calls.
 */
import { interfaceAddresses } from './capture/devices.ts';
import type { Config } from './config/config.ts';

/** Addresses beyond it are not taken up: a year of a new IPv6 privacy address every day is 365. */
const ADDRESSES_MAX = 4096;

export class LateAddresses {
  private readonly interfaces: readonly string[];
  private readonly known: Set<string>;

  constructor(config: Config) {
    const isAsked = config.command === 'live' && config.local.length === 0;
    this.interfaces = isAsked ? config.capture.interfaces : [];
    this.known = new Set(interfaceAddresses(this.interfaces));
  }

  /** Those that came since the last look. */
  look(): readonly string[] {
    if (this.interfaces.length === 0) return [];
    const room = Math.max(0, ADDRESSES_MAX - this.known.size);
    const fresh = interfaceAddresses(this.interfaces)
      .filter((address) => !this.known.has(address))
      .slice(0, room);
    for (const address of fresh) this.known.add(address);
    return fresh;
  }
}
