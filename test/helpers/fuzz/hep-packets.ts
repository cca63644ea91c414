/** HEP datagrams of all versions, from a listener and inside captured traffic, with lengths and chunks that lie. */
import { bytes, text, Words } from '../capture-file.ts';
import { ipv4, udp } from '../frames.ts';
import { hep3, hepChunk, hepOfChunks, oldHep } from '../hep-packet.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { FuzzPacket, PacketGenerator } from './fuzz-packet.ts';
import { PacketTimes } from './packet-times.ts';
import { SipGenerator } from './sip-generator.ts';
import { damagedMessage } from './sip-mutator.ts';

const HEP = 0xfff0;
const RAW = 101;
const HEP_PORT = 9060;
const LENGTHS = [0, 1, 5, 6, 7, 10, 255, 1500, 32_768, 65_535];
const PROTOCOLS = [17, 6, 132, 0, 1, 22, 255];
const PROTOCOL_TYPES = [1, 1, 1, 1, 5, 32, 100, 0, 255];
const HOSTS = [
  [10, 0, 0, 1],
  [10, 0, 0, 2],
  [192, 0, 2, 9],
  [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
];
/** Type and length of chunks that belong into a packet, and of some that do not. */
const CHUNKS: readonly (readonly [number, number])[] = [
  [1, 1],
  [2, 1],
  [3, 4],
  [4, 4],
  [5, 16],
  [6, 16],
  [7, 2],
  [8, 2],
  [9, 4],
  [10, 4],
  [11, 1],
  [12, 4],
  [14, 6],
  [15, 30],
  [16, 12],
  [17, 8],
  [0xffff, 0],
];
const words = new Words(false);

export class HepPackets implements PacketGenerator {
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
    const timestampUs = this.times.next();
    const datagram = random.chance(0.35) ? this.datagram() : this.lie(this.datagram());
    const isListened = random.chance(0.7);
    const data = isListened ? datagram : ipv4(udp(datagram, { destination: HEP_PORT }));
    const caplen = random.chance(0.03) ? random.integer(0, data.length) : data.length;
    return {
      timestampUs,
      linktype: isListened ? HEP : RAW,
      interfaceIndex: 0,
      len: data.length,
      data: data.subarray(0, caplen),
    };
  }

  private datagram(): Uint8Array {
    const { random } = this;
    const version = random.integer(1, 10);
    const message = this.message();
    if (version <= 2)
      return oldHep(version === 1 ? 1 : 2, message, random.pick(['kamailio', 'sofia']));
    if (version <= 8) return hep3(message);
    const chunks: Uint8Array[] = [];
    const count = random.integer(0, random.chance(0.05) ? 100 : 14);
    for (let i = 0; i < count; i++) chunks.push(this.chunk());
    return hepOfChunks(...chunks);
  }

  private message(): Parameters<typeof hep3>[0] {
    const { random } = this;
    const forward = random.chance(0.5);
    const written = this.messages.next(random.pick(['UDP', 'TCP', 'TLS', 'WSS']), forward);
    const [local = [], neighbour = []] = HOSTS;
    const usual = forward ? [neighbour, local] : [local, neighbour];
    const [source = [], destination = []] = random.chance(0.9)
      ? usual
      : [random.pick(HOSTS), random.pick(HOSTS)];
    return {
      payload: random.chance(0.7) ? written : damagedMessage(random, written),
      protocol: random.pick(PROTOCOLS),
      protocolType: random.pick(PROTOCOL_TYPES),
      source,
      destination,
      ports: [random.pick([5060, 5060, 5060, 0, 65_535]), 5060],
      timestampUs: Math.floor(random.between(0, random.chance(0.1) ? 4.2e15 : 1e6)) + 1e15,
      key: random.chance(0.2) ? 'secret' : '',
    };
  }

  private chunk(): Uint8Array {
    const { random } = this;
    const [type, length] = random.pick(CHUNKS);
    if (type === 15) return hepChunk(type, text(this.messages.next('UDP', true)));
    const size = random.chance(0.9) ? length : random.integer(0, 20);
    const value = new Uint8Array(size).map(() => random.integer(0, 255));
    return hepChunk(type, value, random.chance(0.9) ? 0 : random.integer(1, 65_535));
  }

  private lie(datagram: Uint8Array): Uint8Array {
    const { random } = this;
    const copy = Uint8Array.from(datagram);
    // Headers and chunks stand in front; behind them is text.
    const at = random.integer(0, Math.min(copy.length - 1, 120));
    switch (random.integer(0, 4)) {
      case 0:
        copy[at] = (copy[at] ?? 0) ^ (1 << random.integer(0, 7));
        return copy;
      case 1:
        if (at + 2 <= copy.length) copy.set(words.u16(random.pick(LENGTHS)), at);
        return copy;
      case 2:
        return copy.subarray(0, random.integer(0, copy.length));
      case 3:
        return bytes(copy.subarray(0, at), copy.subarray(random.integer(at, copy.length)));
      default:
        return bytes(copy, copy.subarray(0, at));
    }
  }
}
