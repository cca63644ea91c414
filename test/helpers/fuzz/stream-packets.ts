/** Packets of many TCP connections and SCTP associations at a time; ports are used again and again. */
import type { CapturedPacket } from '../read-pcap.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { FuzzPacket, PacketGenerator } from './fuzz-packet.ts';
import { PacketTimes } from './packet-times.ts';
import { SctpTalk } from './sctp-talk.ts';
import { SipGenerator } from './sip-generator.ts';
import { TcpTalk } from './tcp-talk.ts';

/** More than the data plane follows in a fuzzer. */
const TALKS = 120;
const SCTP_EVERY = 5;
const FIRST_PORT = 40_000;

export class StreamPackets implements PacketGenerator {
  private readonly random: SeededRandom;
  private readonly times: PacketTimes;
  private readonly messages: SipGenerator;
  private readonly talks: { next(): CapturedPacket }[] = [];

  constructor(random: SeededRandom) {
    this.random = random;
    this.times = new PacketTimes(random);
    this.messages = new SipGenerator(random);
    for (let i = 0; i < TALKS; i++) this.talks.push(this.talk(i));
  }

  next(): FuzzPacket {
    const { random } = this;
    // Some talk more than others.
    const place = Math.floor(random.fraction() ** 2 * TALKS);
    if (random.chance(0.01)) this.talks[place] = this.talk(place);
    const { data, len, linktype } = (this.talks[place] ?? this.talk(place)).next();
    return { timestampUs: this.times.next(), interfaceIndex: 0, data, len, linktype };
  }

  private talk(place: number): { next(): CapturedPacket } {
    const { random, messages } = this;
    const port = FIRST_PORT + place;
    if (place % SCTP_EVERY === 0) return new SctpTalk(random, messages, port);
    return new TcpTalk(random, messages, port);
  }
}
