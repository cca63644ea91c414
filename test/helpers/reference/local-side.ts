/** Directions as METRICS.md words them, for local sides given as IP or IP:port, one address an entry. */
import type { ReadSip } from './read-sip.ts';

export class ReferenceLocalSide {
  private readonly entries: readonly string[];
  /** Of `local>remote transport`: is the end on this side ours? */
  private readonly flows = new Map<string, boolean>();

  constructor(entries: readonly string[]) {
    this.entries = entries;
  }

  /** The directions of a message, sent before received. `known`: a response's, when its request is known. */
  ways(
    sip: ReadSip,
    from: string,
    to: string,
    transport: string,
    known: 'in' | 'out' | undefined,
  ): ('in' | 'out')[] {
    const sent = this.isLocal(from) || this.hasSent(sip, from, to, transport, known);
    const received = this.isLocal(to) || this.hasReceived(from, to, transport, known);
    return [...(sent ? (['out'] as const) : []), ...(received ? (['in'] as const) : [])];
  }

  private isLocal(place: string): boolean {
    const { address } = placeOf(place);
    return this.entries.includes(address) || this.entries.includes(place);
  }

  private isOnHost(place: string): boolean {
    const { address } = placeOf(place);
    return this.entries.some((entry) => entry.startsWith(`${address}:`));
  }

  private hasSent(
    sip: ReadSip,
    from: string,
    to: string,
    transport: string,
    known: 'in' | 'out' | undefined,
  ): boolean {
    if (!this.isOnHost(from)) return false;
    if (known === 'out') return true;
    const flow = `${from}>${to} ${transport}`;
    const judged = this.flows.get(flow);
    if (judged !== undefined) return judged;
    if (sip.status !== undefined) return false;
    const { address } = placeOf(from);
    const viaPort = sip.vias[0]?.sentBy.split(':')[1] ?? '';
    const contact = sip.contacts[0]?.uri ?? '';
    const written = contact.split('@')[1]?.split(';')[0]?.split(':')[1];
    const contactPort = written ?? (contact.startsWith('sips:') ? '5061' : '5060');
    const ports = [viaPort, ...(sip.contacts.length > 0 ? [contactPort] : [])];
    const ours = ports.some((port) => this.isLocal(`${address}:${port}`));
    this.flows.set(flow, ours);
    return ours;
  }

  private hasReceived(
    from: string,
    to: string,
    transport: string,
    known: 'in' | 'out' | undefined,
  ): boolean {
    if (!this.isOnHost(to)) return false;
    return known === 'in' || this.flows.get(`${to}>${from} ${transport}`) === true;
  }
}

function placeOf(place: string): { address: string; port: string } {
  const [address = '', port = ''] = place.split(':');
  return { address, port };
}
