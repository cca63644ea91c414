/** A key table is a Map: whatever is inserted, removed and looked up, in the middle of a growth too. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { KeyTable } from '../../src/core/key-table.ts';

const SEED = 20_260_101;

/** Between them a table of SLOTS slots grows, and the growth takes SLOTS / 16 operations. */
const SLOTS = 512;
const ROWS_BEFORE_MIN = 280;
const ROWS_BEFORE_MAX = 310;

/** Few different low bits, so that runs of full slots form, wrap around the end and are closed again. */
const key = fc.tuple(
  fc
    .constantFrom(0, 255, 509, 510, 511, 1023)
    .chain((low) => fc.integer({ min: 0, max: 40 }).map((high) => low ^ (high << 10))),
  fc.integer({ min: 0, max: 3 }),
);

/** One of those, or one of the keys that were there before. */
const keyBefore = fc
  .integer({ min: 0, max: ROWS_BEFORE_MAX })
  .map((i): [number, number] => [Math.imul(i, 0x9e3779b1) & ~7, i]);
const anyKey = fc.oneof(key, keyBefore);

const rowsBefore = fc.integer({ min: ROWS_BEFORE_MIN, max: ROWS_BEFORE_MAX });
const operation = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('insert' as const), key }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('remove' as const), key: anyKey }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('fill' as const), key }) },
);

function check(table: KeyTable, model: ReadonlyMap<string, number>): void {
  assert.equal(table.size, model.size);
  for (const [text, row] of model) {
    const [lo = 0, hi = 0] = text.split(' ').map(Number);
    assert.equal(table.find(lo, hi), row);
  }
}

describe('KeyTable', () => {
  it('answers as a Map does', () => {
    fc.assert(
      fc.property(rowsBefore, fc.array(operation, { maxLength: 200 }), (before, operations) => {
        const table = new KeyTable(1 << 16, SLOTS);
        const model = new Map<string, number>();
        let row = 0;
        const insert = (lo: number, hi: number): void => {
          const text = `${lo} ${hi}`;
          assert.equal(table.find(lo, hi), model.get(text) ?? -1);
          if (model.has(text)) return;
          table.insert(lo, hi, row);
          model.set(text, row++);
        };
        for (let i = 0; i < before; i++) insert(Math.imul(i, 0x9e3779b1) & ~7, i);
        for (const {
          kind,
          key: [lo, hi],
        } of operations) {
          if (kind === 'insert') insert(lo, hi);
          else if (kind === 'fill') for (let i = 0; i < 40; i++) insert(lo + i, hi);
          else {
            assert.equal(table.remove(lo, hi), model.get(`${lo} ${hi}`) ?? -1);
            model.delete(`${lo} ${hi}`);
            assert.equal(table.find(lo, hi), -1);
            check(table, model);
          }
        }
        check(table, model);
        // Taken out in the order they came, the last growth still under way.
        for (const text of [...model.keys()]) {
          const [lo = 0, hi = 0] = text.split(' ').map(Number);
          assert.equal(table.remove(lo, hi), model.get(text));
          model.delete(text);
        }
        check(table, model);
      }),
      { seed: SEED, numRuns: 60 },
    );
  });
});
