/**
 * Makes strange packets out of real ones, the same for the same seed: flipped bits, cuts, lengths that lie, pieces
 * of two packets joined, packets wrapped into tunnels and cut into fragments.
 */
import { bytes } from './capture-file.ts';
import { ethernet, gre, ipv4, ipv6, ipv6Fragment, u16, u32, udp, vlan } from './frames.ts';
import type { CapturedPacket } from './read-pcap.ts';
import type { SeededRandom } from './seeded-random.ts';

export interface MutatedPacket {
  readonly data: Uint8Array;
  /** On the wire. */
  readonly len: number;
  readonly linktype: number;
}

/** Bytes of one packet; what grows beyond is cut. */
const PACKET_BYTES_MAX = 9000;
const MUTATIONS_MAX = 5;
const ETHERNET = 1;
const ETHERNET_HEADER_BYTES = 14;
const LINKTYPES = [0, 1, 9, 12, 50, 51, 101, 108, 113, 228, 229, 276, 147];
const LIES = [0, 1, 4, 7, 8, 19, 20, 21, 40, 255, 256, 1480, 32_767, 32_768, 65_528, 65_535];
const ETHERTYPES = [0x0800, 0x86dd, 0x8100, 0x88a8, 0x8847, 0x8864, 0x8926, 0x8909, 0x0806, 46];
const PROTOCOLS = [0, 1, 4, 6, 17, 41, 43, 44, 47, 50, 51, 58, 59, 60, 132, 135];
const TUNNEL_PORTS = [4789, 8472, 4790, 6081, 2152, 37_008];

export class PacketMutator {
  private readonly random: SeededRandom;
  private readonly seeds: readonly CapturedPacket[];

  constructor(random: SeededRandom, seeds: readonly CapturedPacket[]) {
    this.random = random;
    this.seeds = seeds;
  }

  next(): MutatedPacket {
    return this.mutated(this.random.pick(this.seeds));
  }

  /** A strange packet made of this one. */
  mutated(seed: CapturedPacket): MutatedPacket {
    const { random } = this;
    let data: Uint8Array = Uint8Array.from(seed.data);
    let { linktype } = seed;
    const mutations = random.integer(0, MUTATIONS_MAX);
    for (let i = 0; i < mutations; i++) {
      data = this.mutate(data, linktype).subarray(0, PACKET_BYTES_MAX);
    }
    if (random.chance(0.02)) linktype = random.pick(LINKTYPES);
    const caplen = random.chance(0.1) ? random.integer(0, data.length) : data.length;
    const len = random.chance(0.05) ? random.integer(0, 70_000) : data.length;
    return { data: data.subarray(0, caplen), len: Math.max(len, caplen), linktype };
  }

  private mutate(data: Uint8Array, linktype: number): Uint8Array {
    if (data.length === 0) return data;
    switch (this.random.integer(0, 9)) {
      case 0:
      case 1:
        return this.flip(data);
      case 2:
        return this.lie(data);
      case 3:
        return this.overwriteType(data);
      case 4:
        return this.splice(data);
      case 5:
        return this.insert(data);
      case 6:
        return this.remove(data);
      case 7:
      case 8:
        return linktype === ETHERNET ? this.wrap(data) : this.flip(data);
      default:
        return linktype === ETHERNET ? this.fragment(data) : this.lie(data);
    }
  }

  /** Most changes hit headers: what is behind them is text. */
  private place(data: Uint8Array): number {
    const { random } = this;
    const last = data.length - 1;
    return random.integer(0, random.chance(0.8) ? Math.min(last, 120) : last);
  }

  private flip(data: Uint8Array): Uint8Array {
    const flips = this.random.integer(1, 8);
    for (let i = 0; i < flips; i++) {
      const at = this.place(data);
      data[at] = (data[at] ?? 0) ^ (1 << this.random.integer(0, 7));
    }
    return data;
  }

  private lie(data: Uint8Array): Uint8Array {
    const at = this.place(data);
    if (at + 2 <= data.length) data.set(u16(this.random.pick(LIES)), at);
    return data;
  }

  private overwriteType(data: Uint8Array): Uint8Array {
    const at = this.place(data);
    if (this.random.chance(0.5)) data[at] = this.random.pick(PROTOCOLS);
    else if (at + 2 <= data.length) data.set(u16(this.random.pick(ETHERTYPES)), at);
    return data;
  }

  private splice(data: Uint8Array): Uint8Array {
    const other = this.random.pick(this.seeds).data;
    const head = data.subarray(0, this.random.integer(0, data.length));
    return bytes(head, other.subarray(this.random.integer(0, other.length)));
  }

  private insert(data: Uint8Array): Uint8Array {
    const at = this.place(data);
    const chunk = new Uint8Array(this.random.integer(1, 64)).fill(this.random.integer(0, 255));
    return bytes(data.subarray(0, at), chunk, data.subarray(at));
  }

  private remove(data: Uint8Array): Uint8Array {
    const at = this.place(data);
    return bytes(data.subarray(0, at), data.subarray(at + this.random.integer(1, 32)));
  }

  private wrap(frame: Uint8Array): Uint8Array {
    const { random } = this;
    const type = ((frame[12] ?? 0) << 8) | (frame[13] ?? 0);
    const packet = frame.subarray(ETHERNET_HEADER_BYTES);
    switch (random.integer(0, 6)) {
      case 0:
        return ethernet(random.pick(ETHERTYPES), vlan(random.integer(0, 4095), type, packet));
      case 1:
        return ethernet(0x0800, ipv4(gre(type, packet), { protocol: 47 }));
      case 2:
        return ethernet(0x0800, ipv4(gre(0x88be, frame), { protocol: 47 }));
      case 3:
        return ethernet(0x0800, ipv4(packet, { protocol: random.pick([4, 41]) }));
      case 4:
        return ethernet(0x86dd, ipv6(packet, { nextHeader: random.pick([4, 41, 60]) }));
      default:
        return ethernet(0x0800, ipv4(this.tunnelDatagram(frame, packet)));
    }
  }

  private tunnelDatagram(frame: Uint8Array, packet: Uint8Array): Uint8Array {
    const destination = this.random.pick(TUNNEL_PORTS);
    switch (destination) {
      case 2152:
        return udp(bytes([0x30, 0xff], u16(packet.length), u32(1), packet), { destination });
      case 6081:
        return udp(bytes(u32(0x6558), u32(0x6400), frame), { destination });
      case 37_008:
        return udp(bytes([1, 0, 0, 1, 1], frame), { destination });
      case 4790:
        return udp(bytes(u32(0x0c000003), u32(0x6400), frame), { destination });
      default:
        return udp(bytes(u32(0x08000000), u32(0x6400), frame), { destination });
    }
  }

  /** One piece of the packet; its companions come when the same seed is cut again. */
  private fragment(frame: Uint8Array): Uint8Array {
    const { random } = this;
    const datagram = frame.subarray(ETHERNET_HEADER_BYTES + 20);
    const pieces = 2;
    const size = Math.ceil(datagram.length / pieces / 8) * 8;
    const from = random.integer(0, pieces - 1) * size;
    const data = datagram.subarray(from, from + size);
    const id = random.integer(0, 3);
    const more = from === 0;
    if (random.chance(0.5)) {
      return ethernet(0x0800, ipv4(data, { id, fragmentOffset: from, moreFragments: more }));
    }
    const payload = ipv6Fragment(data, { id, offset: from, more });
    return ethernet(0x86dd, ipv6(payload, { nextHeader: 44 }));
  }
}
