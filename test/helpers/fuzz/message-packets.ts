/** SIP messages, every other one damaged, as datagrams between the local side and others. */
import { text } from '../capture-file.ts';
import { ipv4, udp } from '../frames.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { FuzzPacket, PacketGenerator } from './fuzz-packet.ts';
import { PacketTimes } from './packet-times.ts';
import { SipGenerator } from './sip-generator.ts';
import { damagedMessage } from './sip-mutator.ts';

const RAW = 101;
const INTACT = 0.5;
interface Place {
  readonly host: readonly number[];
  readonly port: number;
}

const LOCAL: Place = { host: [10, 0, 0, 1], port: 5060 };
const PEER: Place = { host: [192, 0, 2, 9], port: 5060 };
const PHONE: Place = { host: [203, 0, 113, 7], port: 40_000 };
const NEIGHBOUR: Place = { host: [10, 0, 0, 2], port: 5080 };
const PLACES = [LOCAL, PEER, PHONE, NEIGHBOUR];
/** Who calls whom: in, out, both ends local, and neither. */
const ENDS = [
  [PHONE, LOCAL],
  [LOCAL, PEER],
  [LOCAL, PEER],
  [NEIGHBOUR, LOCAL],
  [PHONE, PEER],
];
/** Where the message begins: behind headers of IPv4 and UDP. */
export const MESSAGE_OFFSET = 28;

export class MessagePackets implements PacketGenerator {
  private readonly random: SeededRandom;
  private readonly times: PacketTimes;
  private readonly messages: SipGenerator;

  constructor(random: SeededRandom) {
    this.random = random;
    this.times = new PacketTimes(random);
    this.messages = new SipGenerator(random);
  }

  next(): FuzzPacket {
    const { random } = this;
    const forward = random.chance(0.5);
    const written = this.messages.next('UDP', forward);
    const message = random.chance(INTACT) ? written : damagedMessage(random, written);
    const pair = random.chance(0.95) ? (ENDS[this.messages.call % ENDS.length] ?? []) : [];
    const [caller = random.pick(PLACES), called = random.pick(PLACES)] = pair;
    const [from, to] = forward ? [caller, called] : [called, caller];
    const datagram = udp(text(message), { source: from.port, destination: to.port });
    const data = ipv4(datagram, { source: from.host, destination: to.host });
    const caplen = random.chance(0.03) ? random.integer(0, data.length) : data.length;
    return {
      timestampUs: this.times.next(),
      linktype: RAW,
      interfaceIndex: 0,
      len: data.length,
      data: data.subarray(0, caplen),
    };
  }
}
