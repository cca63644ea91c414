import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Slab } from '../../../src/core/slab.ts';

describe('Slab', () => {
  it('hands out rows from 0 up, then says that it is full', () => {
    const slab = new Slab(3);
    assert.deepEqual(
      [0, 1, 2, 3].map(() => slab.allocate()),
      [0, 1, 2, -1],
    );
    assert.equal(slab.size, 3);
  });

  it('hands out the row freed last', () => {
    const slab = new Slab(4);
    for (let i = 0; i < 4; i++) slab.allocate();
    slab.free(2);
    slab.free(0);
    assert.deepEqual(
      [0, 1, 2].map(() => slab.allocate()),
      [0, 2, -1],
    );
  });

  it('keeps the high water mark when rows are freed', () => {
    const slab = new Slab(8);
    for (let i = 0; i < 5; i++) slab.allocate();
    for (let i = 0; i < 5; i++) slab.free(i);
    assert.equal(slab.size, 0);
    assert.equal(slab.highWater, 5);
    slab.allocate();
    assert.equal(slab.highWater, 5);
  });

  it('knows which rows are live', () => {
    const slab = new Slab(4);
    slab.allocate();
    slab.allocate();
    slab.free(0);
    assert.deepEqual(
      [0, 1, 2].map((row) => slab.isLive(row)),
      [false, true, false],
    );
  });

  it('refuses to free a row twice, or one that was never handed out', () => {
    const slab = new Slab(4);
    slab.allocate();
    slab.free(0);
    assert.throws(() => slab.free(0), /a freed row is live/);
    assert.throws(() => slab.free(3), /a freed row is live/);
  });

  it('has no rows at all when it may have none', () => {
    assert.equal(new Slab(0).allocate(), -1);
  });
});
