/** What the default capture filter lets in, as libpcap runs it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import {
  type CaptureFilterOptions,
  captureFilter,
  type TunnelName,
} from '../../../src/capture/capture-filter.ts';
import { Linktype } from '../../../src/core/linktype.ts';
import { bytes, pcapFile } from '../../helpers/capture-file.ts';
import {
  ethernet,
  gre,
  ipv4,
  ipv6,
  ipv6Fragment,
  tcp,
  u16,
  u32,
  udp,
  vlan,
} from '../../helpers/frames.ts';

const hasTcpdump = spawnSync('tcpdump', ['--version']).status === 0;
const skip = hasTcpdump ? false : 'tcpdump is not installed';
const folder = mkdtempSync(join(tmpdir(), 'sipgauge-filter-'));
after(() => rmSync(folder, { recursive: true }));

const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const CTAG = 0x8100;
const STAG = 0x88a8;
/** The kernel refuses programs beyond 4,096; older ones by memory well before. */
const INSTRUCTIONS_MAX = 1500;

const ALL_TUNNELS: readonly TunnelName[] = [
  'ipip',
  'gre',
  'erspan',
  'vxlan',
  'geneve',
  'gtpu',
  'tzsp',
  'pppoe',
  'mpls',
];
const OPTIONS: CaptureFilterOptions = {
  sipPorts: [
    { first: 5060, last: 5061 },
    { first: 5080, last: 5080 },
  ],
  streamPorts: [{ first: 8080, last: 8080 }],
  hepPorts: [{ first: 9060, last: 9060 }],
  appPort: 9022,
  tunnels: [],
};

const PAYLOAD = bytes(u32(0x4f505449), u32(0x4f4e5320));
const sip = (source = 5060, destination = 40_000) => udp(PAYLOAD, { source, destination });
const other = udp(PAYLOAD, { source: 7000, destination: 7001 });

function withPorts(packet: Uint8Array, source: number, destination: number): Uint8Array {
  return bytes(u16(source), u16(destination), packet.subarray(4));
}

const tcpTo = (port: number) => withPorts(tcp(PAYLOAD), 40_000, port);
/** SCTP's common header begins like UDP's and TCP's. */
const sctp = bytes(u16(5060), u16(5060), u32(1), u32(0), [0, 3, 0, 24], new Uint8Array(20));

/** Network packets, whether they are wanted, and the same in IPv6's ethertype where that is theirs. */
const NETWORK: Readonly<Record<string, readonly [wanted: boolean, type: number, Uint8Array]>> = {
  'a SIP port as source': [true, IPV4, ipv4(sip())],
  'a SIP port as destination': [true, IPV4, ipv4(sip(40_000, 5061))],
  'the last port of a range': [true, IPV4, ipv4(sip(40_000, 5080))],
  'another port': [false, IPV4, ipv4(other)],
  'a SIP port over TCP': [true, IPV4, ipv4(tcpTo(5060), { protocol: 6 })],
  'a SIP port over SCTP': [true, IPV4, ipv4(sctp, { protocol: 132 })],
  'a WebSocket port over TCP': [true, IPV4, ipv4(tcpTo(8080), { protocol: 6 })],
  'a WebSocket port over UDP': [false, IPV4, ipv4(sip(40_000, 8080))],
  'a HEP port over UDP': [true, IPV4, ipv4(sip(40_000, 9060))],
  "the application's port": [true, IPV4, ipv4(tcpTo(9022), { protocol: 6 })],
  'another TCP port': [false, IPV4, ipv4(tcpTo(9023), { protocol: 6 })],
  'IP options before UDP': [true, IPV4, ipv4(sip(), { options: [1, 1, 1, 0] })],
  'a first fragment': [true, IPV4, ipv4(sip(), { moreFragments: true })],
  'a later fragment': [true, IPV4, ipv4(PAYLOAD, { fragmentOffset: 1480 })],
  "a later fragment of another port's": [true, IPV4, ipv4(other, { fragmentOffset: 8 })],
  'SIP over IPv6': [true, IPV6, ipv6(sip())],
  'another port over IPv6': [false, IPV6, ipv6(other)],
  'an IPv6 fragment': [
    true,
    IPV6,
    ipv6(ipv6Fragment(PAYLOAD, { id: 1, offset: 1448, more: true }), { nextHeader: 44 }),
  ],
  'IPv6 hop-by-hop options': [
    true,
    IPV6,
    ipv6(bytes([17, 0, 1, 4, 0, 0, 0, 0], sip()), { nextHeader: 0 }),
  ],
  'IPv6 destination options': [
    true,
    IPV6,
    ipv6(bytes([17, 0, 1, 4, 0, 0, 0, 0], sip()), { nextHeader: 60 }),
  ],
  ICMP: [false, IPV4, ipv4([8, 0, 0, 0, 0, 0, 0, 0], { protocol: 1 })],
  ICMPv6: [false, IPV6, ipv6([135, 0, 0, 0, 0, 0, 0, 0], { nextHeader: 58 })],
};

/** Wanted with their tunnel chosen, not wanted without. */
const TUNNELLED: Readonly<Record<string, readonly [type: number, Uint8Array]>> = {
  'IP in IP': [IPV4, ipv4(ipv4(sip()), { protocol: 4 })],
  '6in4': [IPV4, ipv4(ipv6(sip()), { protocol: 41 })],
  '4in6': [IPV6, ipv6(ipv4(sip()), { nextHeader: 4 })],
  GRE: [IPV4, ipv4(gre(IPV4, ipv4(sip())), { protocol: 47 })],
  VXLAN: [IPV4, ipv4(udp(PAYLOAD, { source: 50_000, destination: 4789 }))],
  "Linux' VXLAN": [IPV4, ipv4(udp(PAYLOAD, { source: 50_000, destination: 8472 }))],
  Geneve: [IPV4, ipv4(udp(PAYLOAD, { source: 50_000, destination: 6081 }))],
  'GTP-U': [IPV6, ipv6(udp(PAYLOAD, { source: 50_000, destination: 2152 }))],
  TZSP: [IPV4, ipv4(udp(PAYLOAD, { source: 50_000, destination: 37_008 }))],
};

function sll2(type: number, payload: Uint8Array): Uint8Array {
  return bytes(u16(type), u16(0), u32(3), u16(1), [0, 6], new Uint8Array(8), payload);
}

/** The names of those frames that pass. */
function passing(
  linktype: number,
  tunnels: readonly TunnelName[],
  frames: Readonly<Record<string, Uint8Array>>,
): string[] {
  const names = Object.keys(frames);
  const packets = Object.values(frames).map((data, row) => ({ timestampUs: row * 1e6, data }));
  const path = join(folder, 'frames.pcap');
  writeFileSync(path, pcapFile(packets, { network: linktype }));
  const filter = captureFilter({ ...OPTIONS, tunnels }, linktype);
  const result = spawnSync('tcpdump', ['-r', path, '-n', '-q', '-tt', filter], {
    encoding: 'utf8',
  });
  assert.equal(result.status, 0, result.stderr);
  const rows = result.stdout
    .split('\n')
    .filter((line) => /^\d/.test(line))
    .map((line) => Math.floor(Number.parseFloat(line)));
  return rows.map((row) => names[row] ?? `row ${row}`);
}

function wantedNetwork(): string[] {
  return Object.keys(NETWORK).filter((name) => NETWORK[name]?.[0]);
}

function networkFrames(
  frame: (type: number, packet: Uint8Array) => Uint8Array,
): Record<string, Uint8Array> {
  return Object.fromEntries(
    Object.entries(NETWORK).map(([name, [, type, packet]]) => [name, frame(type, packet)]),
  );
}

function tunnelFrames(): Record<string, Uint8Array> {
  const frames = Object.entries(TUNNELLED).map(([name, [type, packet]]) => [
    name,
    ethernet(type, packet),
  ]);
  const links = {
    PPPoE: ethernet(0x8864, bytes([0x11, 0], u16(1), u16(30), u16(0x0021), ipv4(sip()))),
    MPLS: ethernet(0x8847, bytes([0, 1, 1, 64], ipv4(sip()))),
  };
  return { ...Object.fromEntries(frames), ...links };
}

describe('the default capture filter', { skip }, () => {
  it('lets in what SIP may be in, and nothing else', () => {
    assert.deepEqual(passing(Linktype.ETHERNET, [], networkFrames(ethernet)), wantedNetwork());
  });

  it('does the same behind one tag and behind two', () => {
    const one = networkFrames((type, packet) => ethernet(CTAG, vlan(5, type, packet)));
    assert.deepEqual(passing(Linktype.ETHERNET, [], one), wantedNetwork());
    const two = networkFrames((type, packet) =>
      ethernet(STAG, vlan(7, CTAG, vlan(5, type, packet))),
    );
    assert.deepEqual(passing(Linktype.ETHERNET, [], two), wantedNetwork());
  });

  it('lets in whole what has more than two tags', () => {
    const three = networkFrames((type, packet) =>
      ethernet(STAG, vlan(7, CTAG, vlan(5, CTAG, vlan(6, type, packet)))),
    );
    assert.deepEqual(passing(Linktype.ETHERNET, [], three), Object.keys(NETWORK));
  });

  it('works on cooked and raw links', () => {
    const cooked = networkFrames(sll2);
    assert.deepEqual(passing(Linktype.LINUX_SLL2, [], cooked), wantedNetwork());
    const raw = networkFrames((_, packet) => packet);
    assert.deepEqual(passing(Linktype.RAW, [], raw), wantedNetwork());
  });

  it('lets in tagged cooked packets whole', () => {
    const tagged = networkFrames((type, packet) => sll2(CTAG, vlan(5, type, packet)));
    assert.deepEqual(passing(Linktype.LINUX_SLL2, [], tagged), Object.keys(NETWORK));
  });

  it('lets in tunnels only where they are chosen', () => {
    const frames = tunnelFrames();
    assert.deepEqual(passing(Linktype.ETHERNET, [], frames), []);
    assert.deepEqual(passing(Linktype.ETHERNET, ALL_TUNNELS, frames), Object.keys(frames));
    assert.deepEqual(passing(Linktype.ETHERNET, ['gtpu'], frames), ['GTP-U']);
    assert.deepEqual(passing(Linktype.ETHERNET, ['mpls'], frames), ['MPLS']);
  });

  it('stays short enough for the kernel, with all there is', () => {
    const filter = captureFilter({ ...OPTIONS, tunnels: ALL_TUNNELS }, Linktype.ETHERNET);
    const result = spawnSync('tcpdump', ['-i', 'lo', '-d', filter], { encoding: 'utf8' });
    // Without permission to open lo there is no program for a live interface: the one for files then.
    const program =
      result.status === 0
        ? result
        : spawnSync('tcpdump', ['-y', 'EN10MB', '-d', filter], { encoding: 'utf8' });
    assert.equal(program.status, 0, program.stderr);
    const instructions = program.stdout.trim().split('\n').length;
    assert.ok(instructions < INSTRUCTIONS_MAX, `${instructions} instructions`);
  });
});
