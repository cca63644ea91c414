import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Hasher } from '../../../src/core/hash.ts';

const encoder = new TextEncoder();

type Piece = string | number;

function hashOf(seed: number, ...pieces: Piece[]): string {
  const hasher = new Hasher(seed);
  for (const piece of pieces) {
    if (typeof piece === 'number') hasher.word(piece);
    else hasher.bytes(encoder.encode(piece), 0, piece.length);
  }
  hasher.finish();
  return `${hasher.lo} ${hasher.hi}`;
}

function lowerHashOf(text: string): string {
  const hasher = new Hasher(7);
  hasher.bytesLower(encoder.encode(text), 0, text.length);
  hasher.finish();
  return `${hasher.lo} ${hasher.hi}`;
}

function bitsSet(word: number): number {
  let bits = 0;
  for (let rest = word >>> 0; rest !== 0; rest >>>= 1) bits += rest & 1;
  return bits;
}

describe('Hasher', () => {
  it('gives signed 32-bit lanes', () => {
    const [lo, hi] = hashOf(1, 'z9hG4bK-1').split(' ').map(Number);
    assert.equal(lo, (lo ?? 0) | 0);
    assert.equal(hi, (hi ?? 0) | 0);
  });

  it('depends on the seed', () => {
    assert.notEqual(hashOf(1, 'call'), hashOf(2, 'call'));
    assert.notEqual(hashOf(0, 'call'), hashOf(2 ** 31, 'call'));
  });

  it('keeps apart pieces whose concatenation is the same', () => {
    const ways = [
      ['abcdefgh'],
      ['abcd', 'efgh'],
      ['abcdefg', 'h'],
      ['', 'abcdefgh'],
      ['abcdefgh', ''],
    ];
    assert.equal(new Set(ways.map((pieces) => hashOf(5, ...pieces))).size, ways.length);
  });

  it('keeps apart a number and the bytes it is made of', () => {
    assert.notEqual(hashOf(5, 0x64636261), hashOf(5, 'abcd'));
    assert.notEqual(hashOf(5, 0x61), hashOf(5, 'a'));
  });

  it('keeps apart spans that differ in trailing zero bytes only', () => {
    assert.notEqual(hashOf(5, 'a'), hashOf(5, 'a\0'));
    assert.notEqual(hashOf(5, ''), hashOf(5, '\0'));
  });

  it('reads only the span', () => {
    const hasher = new Hasher(5);
    hasher.bytes(encoder.encode('xxabcdefyy'), 2, 8);
    hasher.finish();
    assert.equal(`${hasher.lo} ${hasher.hi}`, hashOf(5, 'abcdef'));
  });

  it('begins a new key after reset', () => {
    const hasher = new Hasher(5);
    hasher.bytes(encoder.encode('before'), 0, 6);
    hasher.finish();
    hasher.reset();
    hasher.word(9);
    hasher.finish();
    assert.equal(`${hasher.lo} ${hasher.hi}`, hashOf(5, 9));
  });

  it('folds ASCII letters and nothing else', () => {
    assert.equal(lowerHashOf('SIP.Example.COM'), lowerHashOf('sip.example.com'));
    const fold = (byte: number): string => {
      const hasher = new Hasher(7);
      hasher.bytesLower(Uint8Array.of(byte, byte, byte, byte, byte), 0, 5);
      hasher.finish();
      return `${hasher.lo} ${hasher.hi}`;
    };
    for (let byte = 0; byte < 256; byte++) {
      const folded = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
      const plain = new Hasher(7);
      plain.bytes(new Uint8Array(5).fill(folded), 0, 5);
      plain.finish();
      assert.equal(fold(byte), `${plain.lo} ${plain.hi}`, `byte ${byte}`);
    }
  });

  it('moves about half of all bits when one bit of the key moves', () => {
    const hasher = new Hasher(99);
    const key = encoder.encode('192.0.2.10:5060z9hG4bK74bf9');
    const lanes = (): [number, number] => {
      hasher.reset();
      hasher.bytes(key, 0, key.length);
      hasher.finish();
      return [hasher.lo, hasher.hi];
    };
    const [lo, hi] = lanes();
    let moved = 0;
    let least = 64;
    const flips = key.length * 8;
    for (let bit = 0; bit < flips; bit++) {
      key[bit >> 3] = (key[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const [otherLo, otherHi] = lanes();
      key[bit >> 3] = (key[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const bits = bitsSet(lo ^ otherLo) + bitsSet(hi ^ otherHi);
      moved += bits;
      least = Math.min(least, bits);
    }
    assert.ok(moved / flips > 30 && moved / flips < 34, `mean ${moved / flips}`);
    assert.ok(least >= 14, `least ${least}`);
  });

  it('spreads counted keys over a table as chance would', () => {
    const hasher = new Hasher(3);
    const bucketOf = 1024;
    const counts = new Int32Array(bucketOf);
    const keys = bucketOf * 64;
    for (let i = 0; i < keys; i++) {
      const text = encoder.encode(`call-${i}@192.0.2.1`);
      hasher.reset();
      hasher.bytes(text, 0, text.length);
      hasher.finish();
      counts[hasher.lo & (bucketOf - 1)] = (counts[hasher.lo & (bucketOf - 1)] ?? 0) + 1;
    }
    const chiSquare = counts.reduce((sum, count) => sum + (count - 64) ** 2 / 64, 0);
    // 1023 degrees of freedom: mean 1023, standard deviation 45; six of them on each side.
    assert.ok(chiSquare > 750 && chiSquare < 1295, `chi-square ${chiSquare}`);
  });

  it('gives a hundred thousand counted keys as many hashes', () => {
    const seen = new Set<string>();
    for (let i = 0; i < 100_000; i++) seen.add(hashOf(11, i, i ^ 0x5555));
    assert.equal(seen.size, 100_000);
  });
});
