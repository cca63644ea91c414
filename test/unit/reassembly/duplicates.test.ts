import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Linktype } from '../../../src/core/linktype.ts';
import { Table } from '../../../src/core/table.ts';
import { DecodedPacket } from '../../../src/decode/decoded-packet.ts';
import { decodeHep, HepRecord } from '../../../src/decode/hep.ts';
import { PacketFate } from '../../../src/decode/packet-fate.ts';
import { DUPLICATE_ROWS_MAX, Duplicates } from '../../../src/reassembly/duplicates.ts';
import { bytes, text } from '../../helpers/capture-file.ts';
import {
  decodeInto,
  ethernet,
  FRAME_OFFSET,
  gre,
  ipv4,
  ipv6,
  surround,
  u16,
  u32,
  udp,
  vlan,
} from '../../helpers/frames.ts';
import { type HepMessage, hep3 } from '../../helpers/hep-packet.ts';

const WINDOW_US = 5000;
const DATAGRAM = udp(text('OPTIONS sip:a SIP/2.0\r\n\r\n'));
const PACKET = ipv4(DATAGRAM);
const FRAME = ethernet(0x0800, PACKET);

interface Seen {
  readonly frame: Uint8Array;
  readonly timestampUs?: number;
  readonly interfaceIndex?: number;
  readonly linktype?: number;
}

/** Whether each of the packets, seen one after the other, is a copy of one before. */
function duplicates(...packets: readonly Seen[]): boolean[] {
  const memory = new Duplicates({ windowUs: WINDOW_US, seed: 1 });
  return packets.map((seen) => isDuplicate(memory, seen));
}

function isDuplicate(memory: Duplicates, seen: Seen): boolean {
  const packet = new DecodedPacket();
  const buf = surround(seen.frame, 0xee);
  const fate = decodeInto(packet, buf, seen.frame.length, { linktype: seen.linktype ?? 1 });
  assert.equal(fate, PacketFate.DELIVERED);
  return memory.isDuplicate(
    buf,
    FRAME_OFFSET,
    packet,
    seen.timestampUs ?? 0,
    seen.interfaceIndex ?? 0,
  );
}

/** The same packet from another source MAC address. */
function fromOtherMac(frame: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(frame);
  copy[11] = 0x99;
  return copy;
}

describe('duplicates', () => {
  it('are copies on another interface', () => {
    assert.deepEqual(duplicates({ frame: FRAME }, { frame: FRAME, interfaceIndex: 1 }), [
      false,
      true,
    ]);
  });

  it('are copies with another link-layer header', () => {
    const tagged = ethernet(0x8100, vlan(5, 0x0800, PACKET));
    assert.deepEqual(duplicates({ frame: tagged }, { frame: FRAME }), [false, true]);
    assert.deepEqual(duplicates({ frame: FRAME }, { frame: fromOtherMac(FRAME) }), [false, true]);
  });

  it('are copies with another packet type or interface of a cooked capture', () => {
    const cooked = (type: number, index: number): Uint8Array =>
      bytes(u16(0x0800), u16(0), u32(index), u16(1), [type, 6], new Uint8Array(8), PACKET);
    const linktype = Linktype.LINUX_SLL2;
    const seen = [cooked(4, 2), cooked(4, 3), cooked(0, 2), cooked(4, 2)];
    assert.deepEqual(duplicates(...seen.map((frame) => ({ frame, linktype }))), [
      false,
      true,
      true,
      false,
    ]);
  });

  it('may differ in padding, time to live and header checksum', () => {
    const routed = ipv4(DATAGRAM, { timeToLive: 63, checksum: 0x1234 });
    const frame = bytes(ethernet(0x0800, routed), new Uint8Array(4));
    assert.deepEqual(duplicates({ frame: FRAME }, { frame, interfaceIndex: 1 }), [false, true]);
    const v6 = (hopLimit: number): Uint8Array => ethernet(0x86dd, ipv6(DATAGRAM, { hopLimit }));
    assert.deepEqual(duplicates({ frame: v6(64) }, { frame: v6(63), interfaceIndex: 1 }), [
      false,
      true,
    ]);
  });

  it('are not what differs in any other byte', () => {
    const others = [
      ipv4(DATAGRAM, { id: 2 }),
      ipv4(udp(text('OPTIONS sip:b SIP/2.0\r\n\r\n'))),
      ipv4(DATAGRAM, { source: [192, 0, 2, 7] }),
      ipv4(DATAGRAM, { destination: [192, 0, 2, 7] }),
    ];
    for (const other of others) {
      const frame = ethernet(0x0800, other);
      assert.deepEqual(duplicates({ frame: FRAME }, { frame, interfaceIndex: 1 }), [false, false]);
    }
  });

  it('are never what came the same way again: that is a retransmission', () => {
    assert.deepEqual(duplicates({ frame: FRAME }, { frame: FRAME }, { frame: FRAME }), [
      false,
      false,
      false,
    ]);
    assert.deepEqual(
      duplicates(
        { frame: FRAME },
        { frame: FRAME, interfaceIndex: 1, timestampUs: 10 },
        { frame: FRAME, timestampUs: 2000 },
        { frame: FRAME, interfaceIndex: 1, timestampUs: 2010 },
      ),
      [false, true, false, true],
    );
  });

  it('lie within the window, in either direction', () => {
    const pair = (distanceUs: number): boolean[] =>
      duplicates(
        { frame: FRAME, timestampUs: 1e6 },
        { frame: FRAME, interfaceIndex: 1, timestampUs: 1e6 + distanceUs },
      );
    assert.deepEqual(pair(WINDOW_US), [false, true]);
    assert.deepEqual(pair(-WINDOW_US), [false, true]);
    assert.deepEqual(pair(WINDOW_US + 1), [false, false]);
    assert.deepEqual(pair(-WINDOW_US - 1), [false, false]);
  });

  it('in tunnels are compared inside, and told apart by the tunnel', () => {
    const mirrored = (
      session: number,
      sequence: number,
      id: number,
      source: number,
    ): Uint8Array => {
      const header = bytes(u16(0x1000), u16(session), u32(0), FRAME);
      const outer = gre(0x88be, header, 0x1000, u32(sequence));
      return ethernet(0x0800, ipv4(outer, { protocol: 47, id, source: [10, 0, 0, source] }));
    };
    const first = { frame: mirrored(1, 1, 1, 1) };
    assert.deepEqual(duplicates(first, { frame: mirrored(2, 7, 2, 1) }), [false, true]);
    assert.deepEqual(duplicates(first, { frame: mirrored(1, 2, 2, 2) }), [false, true]);
    assert.deepEqual(duplicates(first, { frame: mirrored(1, 2, 2, 1) }), [false, false]);
    const overIpv6 = (lastByte: number): Uint8Array => {
      const packet = ipv6(PACKET, { nextHeader: 4 });
      packet[23] = lastByte;
      return ethernet(0x86dd, packet);
    };
    assert.deepEqual(duplicates({ frame: overIpv6(1) }, { frame: overIpv6(9) }), [false, true]);
  });

  it('are forgotten oldest first, and told when that was within the window', () => {
    const memory = new Duplicates({ windowUs: WINDOW_US, seed: 1 });
    const numbered = (n: number): Uint8Array => ethernet(0x0800, ipv4(udp(u32(n))));
    for (let n = 0; n <= DUPLICATE_ROWS_MAX; n++) isDuplicate(memory, { frame: numbered(n) });
    assert.equal(isDuplicate(memory, { frame: numbered(1), interfaceIndex: 1 }), true);
    assert.equal(isDuplicate(memory, { frame: numbered(0), interfaceIndex: 1 }), false);
    const use = memory.use();
    assert.equal(use.table, Table.DUPLICATES);
    assert.equal(use.rows, DUPLICATE_ROWS_MAX);
    assert.equal(use.evictions, 2);
  });

  it('of a packet repeated without end are looked for among a bounded number', () => {
    const memory = new Duplicates({ windowUs: WINDOW_US, seed: 1 });
    for (let n = 0; n < 1000; n++) assert.equal(isDuplicate(memory, { frame: FRAME }), false);
    assert.equal(isDuplicate(memory, { frame: FRAME, interfaceIndex: 1 }), true);
  });
});

describe('Duplicates of HEP', () => {
  interface Mirrored {
    readonly message?: HepMessage;
    readonly timestampUs?: number;
    readonly listener?: number;
  }

  function mirroredTwice(...messages: readonly Mirrored[]): boolean[] {
    const memory = new Duplicates({ windowUs: WINDOW_US, seed: 1 });
    const record = new HepRecord();
    return messages.map(({ message, timestampUs = 0, listener = 0 }) => {
      const packet = hep3(message);
      assert.equal(decodeHep(packet, 0, packet.length, record), PacketFate.DELIVERED);
      return memory.isMirroredTwice(packet, record, timestampUs, listener);
    });
  }

  const own = { message: { agent: 1 } };

  it('are what another agent, or another listener, mirrors within the window', () => {
    const other = { message: { agent: 2, timestampUs: 5 } };
    assert.deepEqual(mirroredTwice(own, other), [false, true]);
    assert.deepEqual(mirroredTwice(own, { ...own, listener: 1 }), [false, true]);
    assert.deepEqual(mirroredTwice(own, { ...other, timestampUs: WINDOW_US }), [false, true]);
    assert.deepEqual(mirroredTwice(own, { ...other, timestampUs: WINDOW_US + 1 }), [false, false]);
  });

  it('are not what the same agent mirrors again', () => {
    const other = { message: { agent: 2 } };
    assert.deepEqual(mirroredTwice(own, own), [false, false]);
    assert.deepEqual(mirroredTwice(own, other, own, other), [false, true, false, true]);
    // Each is there once, whichever came first.
    assert.deepEqual(mirroredTwice(other, own, own, other), [false, true, true, false]);
  });

  it('have the same message, addresses and ports', () => {
    for (const difference of [
      { payload: 'OPTIONS sip:b SIP/2.0\r\n\r\n' },
      { source: [10, 0, 0, 9] },
      { destination: [10, 0, 0, 9] },
      { ports: [5061, 5080] },
    ] as const) {
      const other = { message: { agent: 2, ...difference } };
      assert.deepEqual(mirroredTwice(own, other), [false, false]);
    }
  });
});
