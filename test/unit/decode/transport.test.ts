import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PacketFate } from '../../../src/decode/packet-fate.ts';
import { bytes, text } from '../../helpers/capture-file.ts';
import {
  type Capture,
  decode,
  ethernet,
  ipv4,
  nameOf,
  tcp,
  u16,
  u32,
  udp,
} from '../../helpers/frames.ts';

const v4 = (payload: Uint8Array, protocol = 17): Uint8Array =>
  ethernet(0x0800, ipv4(payload, { protocol }));

function discards(expected: PacketFate, frame: Uint8Array, capture: Capture = {}): void {
  assert.equal(decode(frame, capture).fate, nameOf(expected));
}

describe('UDP', () => {
  it('gives ports and payload', () => {
    const { fate, packet, payload } = decode(
      v4(udp(text('hello'), { source: 65535, destination: 1 })),
    );
    assert.equal(fate, nameOf(PacketFate.DELIVERED));
    assert.equal(packet.sourcePort, 65535);
    assert.equal(packet.destinationPort, 1);
    assert.equal(payload.toString(), 'hello');
    assert.equal(packet.payloadWireLength, 5);
    assert.equal(packet.truncated, false);
  });

  it('may be empty', () => {
    const { fate, packet } = decode(v4(udp([])));
    assert.equal(fate, nameOf(PacketFate.DELIVERED));
    assert.equal(packet.payloadWireLength, 0);
  });

  it('ends where its own length says, before the IP packet does', () => {
    assert.equal(
      decode(v4(udp(text('hello, padding'), { length: 13 }))).payload.toString(),
      'hello',
    );
  });

  it('goes to the end of the packet with length zero', () => {
    assert.equal(decode(v4(udp(text('hello'), { length: 0 }))).payload.toString(), 'hello');
  });

  it('is UDP_BAD_LENGTH when shorter than its header or longer than its packet', () => {
    discards(PacketFate.UDP_BAD_LENGTH, v4(udp(text('hello'), { length: 7 })));
    discards(PacketFate.UDP_BAD_LENGTH, v4(udp(text('hello'), { length: 14 })));
    discards(PacketFate.UDP_BAD_LENGTH, v4(udp(text('hello')).subarray(0, 7)));
  });

  it('is truncated when the capture cut its payload, UDP_TRUNCATED when it cut the header', () => {
    const { packet, payload } = decode(v4(udp(text('hello'))), { caplen: 14 + 20 + 8 + 2 });
    assert.equal(payload.toString(), 'he');
    assert.equal(packet.payloadWireLength, 5);
    assert.equal(packet.truncated, true);
    discards(PacketFate.UDP_TRUNCATED, v4(udp(text('hello'))), { caplen: 14 + 20 + 7 });
  });

  it('is not truncated when only bytes behind it were cut', () => {
    const { packet } = decode(v4(udp(text('hello, padding'), { length: 13 })), {
      caplen: 14 + 20 + 8 + 6,
    });
    assert.equal(packet.truncated, false);
    assert.equal(packet.payloadLength, 5);
  });
});

describe('TCP', () => {
  it('gives ports, numbers, flags and payload', () => {
    const { fate, packet, payload } = decode(v4(tcp(text('hello')), 6));
    assert.equal(fate, nameOf(PacketFate.DELIVERED));
    assert.equal(packet.sourcePort, 5060);
    assert.equal(packet.destinationPort, 40_000);
    assert.equal(packet.tcpSequence, 0xfffffff0);
    assert.equal(packet.tcpAcknowledgment, 0x80000001);
    assert.equal(packet.tcpFlags, 0x18);
    assert.equal(payload.toString(), 'hello');
  });

  it('is read past its options', () => {
    assert.equal(
      decode(v4(tcp(text('hello'), 0xf0, new Uint8Array(40)), 6)).payload.toString(),
      'hello',
    );
  });

  it('is truncated when the capture cut its payload, TCP_TRUNCATED when it cut the header', () => {
    const frame = v4(tcp(text('hello'), 0x60, u32(0)), 6);
    const { packet, payload } = decode(frame, { caplen: frame.length - 4 });
    assert.equal(payload.toString(), 'h');
    assert.equal(packet.truncated, true);
    assert.equal(packet.payloadWireLength, 5);
    discards(PacketFate.TCP_TRUNCATED, frame, { caplen: 14 + 20 + 19 });
    discards(PacketFate.TCP_TRUNCATED, frame, { caplen: 14 + 20 + 23 });
  });

  it('is TCP_BAD_HEADER with a header that can not be', () => {
    discards(PacketFate.TCP_BAD_HEADER, v4(tcp(text('hello'), 0x40), 6));
    discards(PacketFate.TCP_BAD_HEADER, v4(tcp(text('hello'), 0xf0), 6));
    discards(PacketFate.TCP_BAD_HEADER, v4(tcp([]).subarray(0, 19), 6));
  });
});

describe('SCTP', () => {
  const packet = bytes(u16(5060), u16(5061), u32(1), u32(2), text('chunks'));

  it('gives ports and chunks', () => {
    const decoded = decode(v4(packet, 132));
    assert.equal(decoded.fate, nameOf(PacketFate.DELIVERED));
    assert.equal(decoded.packet.sourcePort, 5060);
    assert.equal(decoded.packet.destinationPort, 5061);
    assert.equal(decoded.payload.toString(), 'chunks');
    assert.equal(decode(v4(packet, 132), { caplen: 50 }).packet.truncated, true);
  });

  it('is SCTP_TRUNCATED without a whole header', () => {
    discards(PacketFate.SCTP_TRUNCATED, v4(packet.subarray(0, 11), 132));
  });
});
