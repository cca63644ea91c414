import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Transport } from '../../../src/core/transport.ts';
import { decodeHep, HepRecord, hasHepKey } from '../../../src/decode/hep.ts';
import { PacketFate } from '../../../src/decode/packet-fate.ts';
import { bytes, text, Words } from '../../helpers/capture-file.ts';
import { hep3, hepChunk, hepOfChunks, oldHep } from '../../helpers/hep-packet.ts';

const big = new Words(false);
const MARGIN = 3;
const IPV4_WORDS = [0, 0, 0xffff, 0x0a000001, 0, 0, 0xffff, 0x0a000002];
const ipv6 = {
  source: [0x20, 1, 0xd, 0xb8, ...new Array<number>(11).fill(0), 1],
  destination: [0x20, 1, 0xd, 0xb8, ...new Array<number>(11).fill(0), 2],
};
const IPV6_WORDS = [0x20010db8, 0, 0, 1, 0x20010db8, 0, 0, 2];
const PAYLOAD = 'OPTIONS sip:a SIP/2.0\r\n\r\n';

/** Decodes a packet that stands between other bytes; the record was used before. */
function decode(packet: Uint8Array, record = new HepRecord()): [PacketFate, HepRecord, string] {
  const margin = new Uint8Array(MARGIN).fill(0xff);
  const buf = Uint8Array.from(bytes(margin, packet, margin));
  const fate = decodeHep(buf, MARGIN, MARGIN + packet.length, record);
  const end = record.payloadOffset + record.payloadLength;
  return [fate, record, Buffer.from(buf.subarray(record.payloadOffset, end)).toString()];
}

function fateOf(packet: Uint8Array): PacketFate {
  return decode(packet)[0];
}

describe('HEP version 3', () => {
  it('gives addresses, ports, time, transport and payload', () => {
    const [fate, record, payload] = decode(hep3());
    assert.equal(fate, PacketFate.DELIVERED);
    assert.deepEqual([...record.addresses], IPV4_WORDS);
    assert.deepEqual([record.sourcePort, record.destinationPort], [5060, 5080]);
    assert.equal(record.timestampUs, 1_700_000_000_123_456);
    assert.equal(record.agent, 2001);
    assert.deepEqual([record.transport, record.transportExact], [Transport.UDP, true]);
    assert.equal(payload, PAYLOAD);
  });

  it('gives IPv6 addresses', () => {
    assert.deepEqual([...decode(hep3(ipv6))[1].addresses], IPV6_WORDS);
  });

  it('says which transport, and whether that is certain', () => {
    const transports = [17, 6, 22, 132, 33].map((protocol) => {
      const record = decode(hep3({ protocol }))[1];
      return [record.transport, record.transportExact];
    });
    assert.deepEqual(transports, [
      [Transport.UDP, true],
      [Transport.TCP, false],
      [Transport.TLS, false],
      [Transport.SCTP, true],
      [Transport.OTHER, false],
    ]);
  });

  it('skips chunks of vendors and of types it does not know, in any order', () => {
    const packet = hepOfChunks(
      hepChunk(0x0f, text('other'), 3),
      hepChunk(0x0f, text('payload')),
      hepChunk(0x11, text('correlation')),
      hepChunk(0x1234, []),
      hepChunk(0x04, [10, 0, 0, 2]),
      hepChunk(0x03, [10, 0, 0, 1]),
    );
    const [fate, record, payload] = decode(packet);
    assert.deepEqual([fate, record.timestampUs, payload], [PacketFate.DELIVERED, 0, 'payload']);
  });

  it('ignores bytes behind its own length', () => {
    assert.equal(decode(bytes(hep3(), text('junk')))[2], PAYLOAD);
  });

  it('fills a used record as a fresh one', () => {
    const used = new HepRecord();
    decode(hep3({ ...ipv6, key: 'secret', protocol: 6 }), used);
    const bare = hepOfChunks(
      hepChunk(0x03, [10, 0, 0, 1]),
      hepChunk(0x04, [10, 0, 0, 2]),
      hepChunk(0x0f, text('x')),
    );
    assert.deepEqual(decode(bare, used)[1], decode(bare)[1]);
  });

  it('cut at any byte is truncated', () => {
    const packet = hep3();
    for (let length = 0; length < packet.length; length += 1) {
      assert.equal(fateOf(packet.subarray(0, length)), PacketFate.HEP_TRUNCATED, `${length}`);
    }
  });

  const source = hepChunk(0x03, [10, 0, 0, 1]);
  const destination = hepChunk(0x04, [10, 0, 0, 2]);
  const payload = hepChunk(0x0f, text('x'));
  const refused: readonly (readonly [what: string, packet: Uint8Array, fate: PacketFate])[] = [
    ['no magic', bytes(text('HEPX'), [0, 6]), PacketFate.HEP_BAD_HEADER],
    ['a length that excludes itself', bytes(text('HEP3'), [0, 5]), PacketFate.HEP_BAD_HEADER],
    ['no source', hepOfChunks(destination, payload), PacketFate.HEP_BAD_HEADER],
    ['no destination', hepOfChunks(source, payload), PacketFate.HEP_BAD_HEADER],
    ['no payload', hepOfChunks(source, destination), PacketFate.NO_PAYLOAD],
    [
      'a compressed payload',
      hepOfChunks(source, destination, hepChunk(0x10, text('x'))),
      PacketFate.HEP_COMPRESSED,
    ],
    ['another protocol', hep3({ protocolType: 5 }), PacketFate.HEP_NOT_SIP],
    ['a chunk shorter than its header', hepOfChunks(big.u16(0, 1, 5)), PacketFate.HEP_BAD_CHUNK],
    [
      'a chunk longer than the packet',
      hepOfChunks(bytes(big.u16(0, 1, 8), [1])),
      PacketFate.HEP_BAD_CHUNK,
    ],
    ['half a chunk header', hepOfChunks(big.u16(0, 1)), PacketFate.HEP_BAD_CHUNK],
    ['an address of 3 bytes', hepOfChunks(hepChunk(0x03, [1, 2, 3])), PacketFate.HEP_BAD_CHUNK],
    ['a port of 4 bytes', hepOfChunks(hepChunk(0x07, [1, 2, 3, 4])), PacketFate.HEP_BAD_CHUNK],
    [
      'more chunks than there can be',
      hepOfChunks(...Array.from({ length: 65 }, () => hepChunk(0x99, []))),
      PacketFate.HEP_BAD_CHUNK,
    ],
  ];
  for (const [what, packet, fate] of refused) {
    it(`with ${what} is refused`, () => assert.equal(fateOf(packet), fate));
  }
});

describe('HEP versions 1 and 2', () => {
  it('give addresses, ports, transport and payload; version 2 the time', () => {
    for (const writer of ['kamailio', 'sofia'] as const) {
      for (const version of [1, 2] as const) {
        const [fate, record, payload] = decode(oldHep(version, { protocol: 6 }, writer));
        assert.equal(fate, PacketFate.DELIVERED);
        assert.deepEqual([...record.addresses], IPV4_WORDS);
        assert.deepEqual([record.sourcePort, record.destinationPort], [5060, 5080]);
        assert.equal(record.timestampUs, version === 2 ? 1_700_000_000_123_456 : 0);
        assert.equal(record.agent, version === 2 ? 2001 : 0);
        assert.equal(record.transport, Transport.TCP);
        assert.equal(payload, PAYLOAD);
      }
    }
  });

  it('give IPv6 addresses', () => {
    const [fate, record, payload] = decode(oldHep(2, ipv6));
    assert.deepEqual([fate, payload], [PacketFate.DELIVERED, PAYLOAD]);
    assert.deepEqual([...record.addresses], IPV6_WORDS);
  });

  it('cut inside their headers are truncated', () => {
    const packet = oldHep(2);
    for (let length = 0; length < 28; length += 1) {
      assert.equal(fateOf(packet.subarray(0, length)), PacketFate.HEP_TRUNCATED);
    }
    assert.equal(fateOf(packet.subarray(0, 28)), PacketFate.DELIVERED);
  });

  it('of another family or header length are refused', () => {
    const packet = Uint8Array.from(oldHep(2));
    packet[1] = 20;
    assert.equal(fateOf(packet), PacketFate.HEP_BAD_HEADER);
    packet[1] = 16;
    packet[2] = 1;
    assert.equal(fateOf(packet), PacketFate.HEP_BAD_HEADER);
    packet[2] = 2;
    packet[0] = 4;
    assert.equal(fateOf(packet), PacketFate.HEP_BAD_HEADER);
  });
});

describe('HEP key', () => {
  it('is right only when it is the same, in length too', () => {
    const packet = hep3({ key: 'secret' });
    const record = new HepRecord();
    decodeHep(packet, 0, packet.length, record);
    const keys = ['secret', 'secre', 'secrets', 'Secret', 'xxxxxx', ''];
    const results = keys.map((key) => hasHepKey(packet, record, text(key)));
    assert.deepEqual(results, [true, false, false, false, false, false]);
  });

  it('is not right when the packet has none', () => {
    const packet = hep3();
    const record = new HepRecord();
    decodeHep(packet, 0, packet.length, record);
    assert.equal(hasHepKey(packet, record, text('HEP3')), false);
  });
});
