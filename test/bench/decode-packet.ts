/**
 * Supports two decisions: the decoder as one function a header, chosen by number, and a record reset field by
 * field. Prints the time to decode a packet of several kinds, and what `fill` on its addresses would cost.
 */
import { decodePacket } from '../../src/decode/decode-packet.ts';
import { DecodedPacket } from '../../src/decode/decoded-packet.ts';
import { once } from '../helpers/bench-once.ts';
import { bytes } from '../helpers/capture-file.ts';
import { ethernet, gre, ipv4, ipv6, tcp, u32, udp, vlan } from '../helpers/frames.ts';

const ROUNDS = once ? 1 : 7;
const PACKETS = once ? 20_000 : 500_000;

const payload = new Uint8Array(560).fill(0x41);
const plain = ethernet(0x0800, ipv4(udp(payload)));
const frames: ReadonlyMap<string, Uint8Array> = new Map([
  ['IPv4, UDP', plain],
  ['VLAN, IPv4, UDP', ethernet(0x8100, vlan(5, 0x0800, ipv4(udp(payload))))],
  ['IPv6, UDP', ethernet(0x86dd, ipv6(udp(payload)))],
  ['IPv4, TCP', ethernet(0x0800, ipv4(tcp(payload), { protocol: 6 }))],
  ['GRE, IPv4, UDP', ethernet(0x0800, ipv4(gre(0x0800, ipv4(udp(payload))), { protocol: 47 }))],
  [
    'VXLAN, IPv4, UDP',
    ethernet(0x0800, ipv4(udp(bytes(u32(0x08000000), u32(0x6400), plain), { destination: 4789 }))),
  ],
]);

const packet = new DecodedPacket();
let sink = 0;

function decodeAll(frame: Uint8Array): number {
  const start = process.hrtime.bigint();
  for (let i = 0; i < PACKETS; i++) {
    packet.startFrame(0, frame.length, frame.length);
    sink += decodePacket(frame, 1, packet);
  }
  return Number(process.hrtime.bigint() - start) / PACKETS;
}

function fillAll(): number {
  const start = process.hrtime.bigint();
  for (let i = 0; i < PACKETS; i++) {
    packet.addresses.fill(0);
    sink += packet.networkOffset;
  }
  return Number(process.hrtime.bigint() - start) / PACKETS;
}

function best(measure: () => number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) least = Math.min(least, measure());
  return least;
}

const baseline = best(() => decodeAll(plain));
for (const [name, frame] of frames) {
  const ns = best(() => decodeAll(frame));
  console.log(
    `${name.padEnd(20)} ${ns.toFixed(1).padStart(6)} ns  × ${(ns / baseline).toFixed(2)}`,
  );
}
console.log(`${'addresses.fill(0)'.padEnd(20)} ${best(fillAll).toFixed(1).padStart(6)} ns`);
if (!Number.isFinite(sink)) console.log(sink);
