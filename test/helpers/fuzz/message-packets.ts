/** SIP messages, two in three of them damaged, as datagrams between the local side and others. */
import { text } from '../capture-file.ts';
import { ipv4, udp } from '../frames.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { FuzzPacket, PacketGenerator } from './fuzz-packet.ts';
import { PacketTimes } from './packet-times.ts';
import { SipGenerator } from './sip-generator.ts';
import { damagedMessage } from './sip-mutator.ts';

const RAW = 101;
const INTACT = 0.34;
/** The local side, others, and two that are foreign to some configurations. */
const HOSTS = [
  [10, 0, 0, 1],
  [10, 0, 0, 1],
  [10, 0, 0, 2],
  [192, 0, 2, 9],
  [203, 0, 113, 7],
];
const PORTS = [5060, 5060, 5060, 5080, 40_000];
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
    const written = this.messages.next('UDP');
    const message = random.chance(INTACT) ? written : damagedMessage(random, written);
    const datagram = udp(text(message), {
      source: random.pick(PORTS),
      destination: random.pick(PORTS),
    });
    const data = ipv4(datagram, { source: random.pick(HOSTS), destination: random.pick(HOSTS) });
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
