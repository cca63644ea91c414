import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KeyTable } from '../../../src/core/key-table.ts';

/** Keys that share their low bits: all of them want the same slot. */
function crowded(i: number): number {
  return i << 20;
}

describe('KeyTable', () => {
  it('finds what was inserted, and nothing else', () => {
    const table = new KeyTable(10, 16);
    table.insert(1, 2, 7);
    assert.equal(table.find(1, 2), 7);
    assert.equal(table.find(2, 1), -1);
    assert.equal(table.find(1, 3), -1);
    assert.equal(table.size, 1);
  });

  it('takes row 0 and the key 0, 0', () => {
    const table = new KeyTable(10, 16);
    assert.equal(table.find(0, 0), -1);
    table.insert(0, 0, 0);
    assert.equal(table.find(0, 0), 0);
    assert.equal(table.remove(0, 0), 0);
    assert.equal(table.find(0, 0), -1);
  });

  it('gives the row of a removed key, and -1 for one that is not there', () => {
    const table = new KeyTable(10, 16);
    table.insert(-5, 6, 3);
    assert.equal(table.remove(-5, 6), 3);
    assert.equal(table.remove(-5, 6), -1);
    assert.equal(table.size, 0);
  });

  it('finds keys behind a removed one in the same run of slots', () => {
    const table = new KeyTable(100, 64);
    for (let i = 0; i < 20; i++) table.insert(crowded(i) | 60, i, i);
    for (let i = 0; i < 20; i += 2) assert.equal(table.remove(crowded(i) | 60, i), i);
    for (let i = 1; i < 20; i += 2) assert.equal(table.find(crowded(i) | 60, i), i);
    for (let i = 0; i < 20; i += 2) assert.equal(table.find(crowded(i) | 60, i), -1);
  });

  it('refuses a key that is there already', () => {
    const table = new KeyTable(10, 16);
    table.insert(1, 2, 7);
    assert.throws(() => table.insert(1, 2, 8), /an inserted key is new/);
  });

  it('refuses more keys than it may hold', () => {
    const table = new KeyTable(1, 16);
    table.insert(1, 2, 0);
    assert.throws(() => table.insert(3, 4, 1), /has room/);
  });

  it('rounds its slots up to a power of two', () => {
    assert.equal(new KeyTable(10, 1).slots, 16);
    assert.equal(new KeyTable(10, 100).slots, 128);
  });

  it('doubles when more than three fifths of its slots would be taken', () => {
    const table = new KeyTable(1000, 16);
    for (let i = 0; i < 9; i++) table.insert(i, i, i);
    assert.equal(table.slots, 16);
    table.insert(9, 9, 9);
    assert.equal(table.slots, 32);
    for (let i = 10; i < 100; i++) table.insert(i, i, i);
    assert.equal(table.slots, 256);
  });

  it('fills up to its rows around the last growth, and finds them all', () => {
    // Three fifths of 128 slots are 76: tables that may hold a few less, as many, and a few more.
    for (const rowsMax of [74, 75, 76, 77, 78]) {
      const table = new KeyTable(rowsMax, 64);
      for (let i = 0; i < rowsMax; i++) table.insert(i * 7, -i, i);
      for (let i = 0; i < rowsMax; i++) assert.equal(table.find(i * 7, -i), i);
      assert.equal(table.slots, rowsMax > 76 ? 256 : 128, `${rowsMax} rows`);
    }
  });

  it('says the same number of slots whatever the keys are', () => {
    const slots = [1, 0x9e3779b1].map((spread) => {
      const table = new KeyTable(5000, 16);
      const seen: number[] = [];
      for (let i = 0; i < 3000; i++) {
        table.insert(Math.imul(i, spread), i, i);
        if (i % 3 === 0) table.remove(Math.imul(i, spread), i);
        seen.push(table.slots);
      }
      return seen;
    });
    assert.deepEqual(slots[0], slots[1]);
  });

  it('finds, removes and misses keys in the middle of a growth', () => {
    const table = new KeyTable(100_000, 1024);
    for (let i = 0; i < 614; i++) table.insert(Math.imul(i, 0x9e3779b1), i, i);
    table.insert(-1, -1, 614);
    // 16 of the 1024 old slots have moved: nearly all keys are still in the old array.
    assert.equal(table.slots, 2048);
    for (let i = 0; i < 614; i++) assert.equal(table.find(Math.imul(i, 0x9e3779b1), i), i);
    assert.equal(table.remove(Math.imul(300, 0x9e3779b1), 300), 300);
    assert.equal(table.find(Math.imul(300, 0x9e3779b1), 300), -1);
    assert.equal(table.remove(Math.imul(300, 0x9e3779b1), 300), -1);
    table.insert(Math.imul(300, 0x9e3779b1), 300, 301);
    assert.equal(table.find(Math.imul(300, 0x9e3779b1), 300), 301);
    for (let i = 0; i < 100; i++) table.remove(i, -9);
    for (let i = 0; i < 614; i++) {
      const row = i === 300 ? 301 : i;
      assert.equal(table.find(Math.imul(i, 0x9e3779b1), i), row);
    }
    assert.equal(table.size, 615);
  });

  it('does not grow when keys come and go at a steady number', () => {
    const table = new KeyTable(100, 128);
    for (let i = 0; i < 10_000; i++) {
      table.insert(Math.imul(i, 0x85ebca77), i, i % 100);
      if (i >= 50) table.remove(Math.imul(i - 50, 0x85ebca77), i - 50);
    }
    assert.equal(table.slots, 128);
    assert.equal(table.size, 50);
  });
});
