/** Connections by both ends, whoever sends. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Flow } from '../../../src/core/flow.ts';
import { DecodedPacket } from '../../../src/decode/decoded-packet.ts';
import { ConnectionTable, Worth } from '../../../src/reassembly/connection-table.ts';

type Words = readonly [number, number, number, number];

function packet(
  source: Words,
  sourcePort: number,
  destination: Words,
  port: number,
): DecodedPacket {
  const decoded = new DecodedPacket();
  decoded.addresses.set([...source, ...destination]);
  decoded.sourcePort = sourcePort;
  decoded.destinationPort = port;
  return decoded;
}

const v4a: Words = [0, 0, 0xffff, 1];
const v4b: Words = [0, 0, 0xffff, 2];
const v6a: Words = [0x20010db8, 0, 0, 1];
const v6b: Words = [0x20010db8, 1, 0, 2];

test('both directions are one connection on any path; another address, port or family is another', () => {
  const table = new ConnectionTable(16, 1);
  const rows = new Set<number>();
  for (const [a, b] of [
    [v4a, v4b],
    [v6a, v6b],
    [v6a, v4b],
  ] as const) {
    const there = packet(a, 40_000, b, 5060);
    assert.equal(table.find(there), -1);
    const side = table.side;
    const row = table.add(there, 0);
    rows.add(row);
    assert.equal(table.find(packet(b, 5060, a, 40_000)), row);
    assert.equal(table.side, 1 - side);
    const flow = new Flow();
    table.describe(row, side, flow);
    assert.deepEqual([...flow.addresses], [...there.addresses]);
    assert.deepEqual([flow.sourcePort, flow.destinationPort], [40_000, 5060]);
  }
  assert.equal(rows.size, 3);
  assert.equal(table.find(packet(v4a, 40_001, v4b, 5060)), -1);
  const tagged = packet(v4a, 40_000, v4b, 5060);
  tagged.path = 7;
  assert.ok(rows.has(table.find(tagged)));
});

test('both ends may have one address, or be the same', () => {
  const table = new ConnectionTable(16, 1);
  const own = packet(v4a, 9, v4a, 5);
  assert.equal(table.find(own), -1);
  const row = table.add(own, 0);
  assert.equal(table.find(packet(v4a, 5, v4a, 9)), row);
  assert.equal(table.find(packet(v4a, 5, v4a, 5)), -1);
});

test('of the least worthy the longest silent is given up first', () => {
  const table = new ConnectionTable(4, 1);
  const rows = [1, 2, 3, 4].map((port) => {
    const decoded = packet(v4a, port, v4b, 5060);
    table.find(decoded);
    return table.add(decoded, port);
  });
  const [first = -1, second = -1, third = -1, fourth = -1] = rows;
  assert.ok(table.isFull());
  table.setWorth(first, Worth.SIP);
  table.touch(second, 2_000_000);
  assert.equal(table.leastWorthy(), third);
  table.setWorth(fourth, Worth.NOT_SIP);
  assert.equal(table.leastWorthy(), fourth);
  assert.equal(table.silentSince(0), -1);
  assert.equal(table.silentSince(1), first);
});
