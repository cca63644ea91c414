import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { constants, deflateRawSync, type ZlibOptions } from 'node:zlib';
import fc from 'fast-check';
import { HISTORY_BYTES, Inflater } from '../../src/reassembly/inflate.ts';

const seed = 20_261_124;
const MESSAGE_MAX = 200_000;
const NOTHING = new Uint8Array(0);
/** What a sync flush ends with, and permessage-deflate leaves out (RFC 7692 7.2.1). */
const TAIL_BYTES = 4;

const text = fc
  .array(
    fc.oneof(
      fc.constantFrom('Via: SIP/2.0/WS h;branch=z9hG4bK', 'a=rtpmap:0 PCMU/8000\r\n', '\r\n'),
      fc.string({ maxLength: 40 }),
      fc.nat(300).map((count) => 'ab'.repeat(count)),
    ),
    { maxLength: 60 },
  )
  .map((parts) => new Uint8Array(Buffer.from(parts.join(''), 'utf8')));
const noise = fc.uint8Array({ maxLength: 3000 });
const data = fc.oneof(text, noise);
const options: fc.Arbitrary<ZlibOptions> = fc.record({
  level: fc.constantFrom(0, 1, 6, 9),
  windowBits: fc.integer({ min: 9, max: 15 }),
  memLevel: fc.integer({ min: 1, max: 9 }),
  strategy: fc.constantFrom(
    constants.Z_DEFAULT_STRATEGY,
    constants.Z_HUFFMAN_ONLY,
    constants.Z_RLE,
    constants.Z_FIXED,
  ),
});

function compressed(bytes: Uint8Array, how: ZlibOptions, dictionary?: Uint8Array): Uint8Array {
  const given = dictionary === undefined || dictionary.length === 0 ? {} : { dictionary };
  const all = { ...how, ...given, finishFlush: constants.Z_SYNC_FLUSH };
  const result = new Uint8Array(deflateRawSync(bytes, all));
  return result.subarray(0, result.length - TAIL_BYTES);
}

function message(inflater: Inflater): Uint8Array {
  return inflater.out.slice(HISTORY_BYTES, inflater.end);
}

describe('the inflater', () => {
  it('gives back what zlib has compressed, by every strategy, with what came before for a dictionary', () => {
    const inflater = new Inflater(MESSAGE_MAX);
    fc.assert(
      fc.property(data, data, options, (before, bytes, how) => {
        const history = before.subarray(-HISTORY_BYTES);
        const input = compressed(bytes, how, history);
        assert.ok(inflater.inflate(input, 0, input.length, history, history.length));
        assert.deepEqual(message(inflater), bytes);
      }),
      { seed, numRuns: 500 },
    );
  });

  it('takes a final block, with and without the empty one behind it (RFC 7692 7.2.3.4)', () => {
    const inflater = new Inflater(MESSAGE_MAX);
    const final = new Uint8Array(deflateRawSync(Buffer.from('Hello')));
    for (const input of [final, Uint8Array.of(...final, 0)]) {
      assert.ok(inflater.inflate(input, 0, input.length, NOTHING, 0));
      assert.deepEqual(message(inflater), new Uint8Array(Buffer.from('Hello')));
    }
  });

  it('refuses what reaches behind its history', () => {
    const inflater = new Inflater(MESSAGE_MAX);
    const history = new Uint8Array(Buffer.from('0123456789abcdefghij'.repeat(9)));
    const input = compressed(history, { level: 9 }, history);
    assert.ok(inflater.inflate(input, 0, input.length, history, history.length));
    assert.ok(!inflater.inflate(input, 0, input.length, NOTHING, 0));
  });

  it('makes no more than it may, however little that takes', () => {
    const inflater = new Inflater(10_000);
    const whole = compressed(new Uint8Array(10_000), {});
    assert.ok(inflater.inflate(whole, 0, whole.length, NOTHING, 0));
    const bomb = compressed(new Uint8Array(50_000_000), {});
    assert.ok(!inflater.inflate(bomb, 0, bomb.length, NOTHING, 0));
    assert.ok(inflater.out.length < 200_000);
    const large = new Inflater(1_000_000_000);
    const folded = compressed(new Uint8Array(500_000), {});
    assert.ok(folded.length < 600, `${folded.length}`);
    assert.ok(!large.inflate(folded, 0, folded.length, NOTHING, 0));
  });

  it('takes any bytes: an answer, and nothing beyond its limit', () => {
    const inflater = new Inflater(MESSAGE_MAX);
    const damaged = fc
      .tuple(data, options, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), fc.nat())
      .map(([bytes, how, changes, cut]) => {
        const input = Uint8Array.from(compressed(bytes, how));
        for (const [at, value] of changes) if (input.length > 0) input[at % input.length] = value;
        return input.subarray(0, input.length - (cut % (input.length + 1)));
      });
    fc.assert(
      fc.property(fc.oneof(damaged, noise), noise, (input, history) => {
        inflater.inflate(input, 0, input.length, history, history.length);
        assert.ok(inflater.end - HISTORY_BYTES <= MESSAGE_MAX);
      }),
      { seed, numRuns: 2_000 },
    );
  });
});
