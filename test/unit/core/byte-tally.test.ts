/** Values of a column of bytes are counted as one by one, however they lie. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { tallyBytes, tallyCells } from '../../../src/core/byte-tally.ts';
import { uint8Column } from '../../../src/core/columns.ts';

/** Runs of equal values, as tables have them, and of different ones. */
const bytes = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 1, max: 9 })), {
    maxLength: 60,
  })
  .map((runs) => runs.flatMap(([value, length]) => new Array<number>(length).fill(value)));

describe('a tally of bytes', () => {
  it('counts as one by one does, up to the row it is told', () => {
    fc.assert(
      fc.property(bytes, fc.nat(), (values, cut) => {
        const column = uint8Column(values.length + 5);
        column.set(values);
        const rows = cut % (values.length + 1);
        const expected = tallyCells();
        for (const value of values.slice(0, rows)) expected[value] = (expected[value] ?? 0) + 1;
        const counts = tallyCells();
        tallyBytes(column, rows, counts);
        assert.deepEqual(counts, expected);
      }),
      { seed: 27_11_2026 },
    );
  });

  it('adds to what is there', () => {
    const column = uint8Column(8);
    column.fill(7);
    const counts = tallyCells();
    tallyBytes(column, 8, counts);
    tallyBytes(column, 8, counts);
    assert.equal(counts[7], 16);
    assert.equal(counts[0], 0);
  });
});
