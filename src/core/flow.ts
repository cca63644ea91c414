import { Transport } from './transport.ts';

/**
 * Who sent a message to whom, over what and when: the one reused record that goes beside a message
 * from reassembly to state. Addresses are four 32-bit words each, IPv4 as IPv4-mapped IPv6
 * (RFC 4291 2.5.5.2), so that every comparison is the same four words.
 */
export class Flow {
  /** Of the packet that completed the message. */
  timestampUs = 0;
  transport: Transport = Transport.UDP;
  /** Words 0–3: source; words 4–7: destination. */
  readonly addresses: Int32Array = new Int32Array(8);
  sourcePort = 0;
  destinationPort = 0;
  interfaceIndex = 0;
}
