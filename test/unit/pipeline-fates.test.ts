/** What becomes of packets that only the whole pipeline can tell about. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PacketBatch } from '../../src/core/packet-batch.ts';
import { MessageFate } from '../../src/core/pipeline-counters.ts';
import { PACKET_FATE_NAMES, PacketFate } from '../../src/decode/packet-fate.ts';
import { bytes, text } from '../helpers/capture-file.ts';
import { ethernet, ipv4, tcp, u16, udp } from '../helpers/frames.ts';
import { hep3 } from '../helpers/hep-packet.ts';
import { PipelineTarget, replayConfig } from '../helpers/pipeline-target.ts';

const OPTIONS = text(
  [
    'OPTIONS sip:a@198.51.100.2 SIP/2.0',
    'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa',
    'From: <sip:b@192.0.2.1>;tag=1',
    'To: <sip:a@198.51.100.2>',
    'Call-ID: 1',
    'CSeq: 1 OPTIONS',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n'),
);

/** The fates of frames that arrive a millisecond apart, each on the interface of its index. */
async function fatesOf(
  flags: Readonly<Record<string, string>>,
  ...frames: readonly Uint8Array[]
): Promise<string[]> {
  const target = new PipelineTarget(await replayConfig({ local: '198.51.100.2', ...flags }));
  const { counters } = target.plane;
  return frames.map((frame, i) => {
    const before = Float64Array.from(counters.packetFates);
    target.take(oneFrame(frame, i));
    assert.deepEqual(target.problems(i + 1), []);
    const fate = counters.packetFates.findIndex((count, code) => count !== before[code]);
    return PACKET_FATE_NAMES[fate] ?? '';
  });
}

function oneFrame(frame: Uint8Array, index: number): PacketBatch {
  return {
    block: frame,
    count: 1,
    timestampUs: Float64Array.of(1e15 + index * 1000),
    offset: Uint32Array.of(0),
    caplen: Uint32Array.of(frame.length),
    len: Uint32Array.of(frame.length),
    linktype: Uint16Array.of(1),
    interfaceIndex: Uint16Array.of(index),
    firstFrame: index + 1,
    drained: false,
  };
}

const datagramTo = (payload: Uint8Array, destination = 5060): Uint8Array =>
  ethernet(0x0800, ipv4(udp(payload, { source: 5060, destination })));

function nameOf(fate: PacketFate): string {
  return PACKET_FATE_NAMES[fate] ?? '';
}

describe('a datagram of which the capture has the headers alone, or a few bytes', () => {
  for (const [captured, payload] of [
    [0, OPTIONS],
    [1, OPTIONS],
    [3, OPTIONS],
    [2, bytes(text('\r\n\r\n'), OPTIONS)],
  ] as const) {
    it(`is a truncated message, no keep-alive: ${captured} bytes`, async () => {
      const target = new PipelineTarget(await replayConfig({ local: '198.51.100.2' }));
      const frame = datagramTo(payload);
      const batch = oneFrame(frame, 0);
      target.take({ ...batch, caplen: Uint32Array.of(frame.length - payload.length + captured) });
      assert.equal(target.plane.counters.messages, 1);
      assert.equal(target.plane.counters.messageFates[MessageFate.TRUNCATED], 1);
    });
  }
});

describe('the fate of a packet', () => {
  it('is DELIVERED with a message', async () => {
    assert.deepEqual(await fatesOf({}, datagramTo(OPTIONS)), [nameOf(PacketFate.DELIVERED)]);
  });

  it('is NOT_SIP with something else on a SIP port', async () => {
    const binary = bytes([0x80, 0x00, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    assert.deepEqual(await fatesOf({}, datagramTo(binary)), [nameOf(PacketFate.NOT_SIP)]);
  });

  it('is NO_PAYLOAD with an empty datagram elsewhere', async () => {
    const empty = ethernet(0x0800, ipv4(udp([], { source: 40_000, destination: 40_001 })));
    assert.deepEqual(await fatesOf({}, empty), [nameOf(PacketFate.NO_PAYLOAD)]);
  });

  it('is DUPLICATE within the window on another interface, and never without a window', async () => {
    const delivered = nameOf(PacketFate.DELIVERED);
    const twice = [datagramTo(OPTIONS), datagramTo(OPTIONS)];
    const dropped = await fatesOf({ 'dedup-window': '5ms' }, ...twice);
    assert.deepEqual(dropped, [delivered, nameOf(PacketFate.DUPLICATE)]);
    assert.deepEqual(await fatesOf({}, ...twice), [delivered, delivered]);
  });

  it('is APP on a connection with the application', async () => {
    const segment = tcp(text('hello'));
    segment.set(u16(9022), 2);
    const onLoopback = ipv4(segment, {
      protocol: 6,
      source: [127, 0, 0, 1],
      destination: [127, 0, 0, 1],
    });
    assert.deepEqual(await fatesOf({}, ethernet(0x0800, onLoopback)), [nameOf(PacketFate.APP)]);
  });

  it('is HEP_UNAUTHENTICATED without the key that was asked for', async () => {
    const hep = datagramTo(hep3(), 9060);
    const flags = { 'hep-port': '9060' };
    assert.deepEqual(await fatesOf(flags, hep), [nameOf(PacketFate.DELIVERED)]);
    const withKey = await fatesOf({ ...flags, 'hep-auth-key': 'secret' }, hep);
    assert.deepEqual(withKey, [nameOf(PacketFate.HEP_UNAUTHENTICATED)]);
  });

  it('follows a tunnel only where it is opened', async () => {
    const inner = ipv4(udp(OPTIONS, { source: 5060, destination: 5060 }));
    const tunnel = ethernet(0x0800, ipv4(inner, { protocol: 4 }));
    assert.deepEqual(await fatesOf({}, tunnel), [nameOf(PacketFate.DELIVERED)]);
    const closed = await fatesOf({ tunnels: 'false' }, tunnel);
    assert.deepEqual(closed, [nameOf(PacketFate.OTHER_PROTOCOL)]);
  });
});
