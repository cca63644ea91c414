/** What is compressed comes back by our own inflate, whoever compressed it and how; nothing breaks it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { constants, deflateRawSync, inflateRawSync, type ZlibOptions } from 'node:zlib';
import fc from 'fast-check';
import { CompressedMessages } from '../../src/reassembly/compressed-messages.ts';
import { HISTORY_BYTES, Inflater } from '../../src/reassembly/inflate.ts';
import { DeflateSender, DeflateStream } from '../helpers/deflate-sender.ts';

const seed = 20_261_124;
const MESSAGE_MAX = 200_000;
const NOTHING = new Uint8Array(0);
const TAIL = Uint8Array.of(0, 0, 0xff, 0xff);
/** Of damaged data: codes that zlib refuses because some of their bits would mean nothing, which is not read here. */
const MORE_THAN_ZLIB = /invalid (code lengths|literal\/lengths|distances) set|too many length/;

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
/** Longer than a window of any size. */
const long = fc
  .tuple(fc.uint8Array({ minLength: 10, maxLength: 800 }), fc.integer({ min: 40, max: 90 }))
  .map(([bytes, times]) =>
    Uint8Array.from(
      { length: bytes.length * times },
      (_, i) => (bytes[i % bytes.length] ?? 0) ^ (i >> 9),
    ),
  );
const data = fc.oneof({ weight: 5, arbitrary: text }, { weight: 4, arbitrary: noise }, long);
const options: fc.Arbitrary<ZlibOptions> = fc.record({
  level: fc.integer({ min: 0, max: 9 }),
  windowBits: fc.integer({ min: 9, max: 15 }),
  memLevel: fc.integer({ min: 1, max: 9 }),
  strategy: fc.constantFrom(
    constants.Z_DEFAULT_STRATEGY,
    constants.Z_FILTERED,
    constants.Z_HUFFMAN_ONLY,
    constants.Z_RLE,
    constants.Z_FIXED,
  ),
});

/** One message behind what came before. */
function compressed(bytes: Uint8Array, how: ZlibOptions, before = NOTHING): Uint8Array {
  const sender = new DeflateSender('kept', how);
  sender.payload(before);
  return sender.payload(bytes);
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

  it('gives the beginning of what was cut anywhere', () => {
    const inflater = new Inflater(MESSAGE_MAX);
    fc.assert(
      fc.property(data, options, fc.nat(), (bytes, how, cut) => {
        const input = compressed(bytes, how);
        const end = cut % input.length;
        const isWhole = inflater.inflate(input, 0, end, NOTHING, 0);
        const read = message(inflater);
        assert.deepEqual(read, bytes.subarray(0, read.length));
        if (isWhole) assertZlibAgrees(input.subarray(0, end), NOTHING, read);
      }),
      { seed, numRuns: 1_000 },
    );
  });

  it('takes any bytes: an answer, that of zlib, and nothing beyond its limit', () => {
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
        const isWhole = inflater.inflate(input, 0, input.length, history, history.length);
        assert.ok(inflater.end - HISTORY_BYTES <= MESSAGE_MAX);
        if (isWhole) assertZlibAgrees(input, history, message(inflater));
      }),
      { seed, numRuns: 2_000 },
    );
  });
});

/** Behind a final block zlib reads nothing; a message may go on there. */
function assertZlibAgrees(input: Uint8Array, history: Uint8Array, read: Uint8Array): void {
  const dictionary = history.length === 0 ? {} : { dictionary: history };
  const flush = { finishFlush: constants.Z_SYNC_FLUSH };
  try {
    const bytes = inflateRawSync(Uint8Array.of(...input, ...TAIL), { ...dictionary, ...flush });
    assert.deepEqual(read.subarray(0, bytes.length), new Uint8Array(bytes));
  } catch (error) {
    assert.match(String(error), MORE_THAN_ZLIB);
  }
}

const flushKinds = fc.constantFrom(
  constants.Z_NO_FLUSH,
  constants.Z_PARTIAL_FLUSH,
  constants.Z_SYNC_FLUSH,
  constants.Z_FULL_FLUSH,
);
const messages = fc.array(
  fc.record({
    row: fc.nat(1),
    parts: fc.array(data, { minLength: 1, maxLength: 3 }),
    flushes: fc.array(flushKinds, { maxLength: 2 }),
  }),
  { minLength: 1, maxLength: 8 },
);

describe('compressed messages', () => {
  for (const context of ['kept', 'new'] as const) {
    it(`are read one after the other in each direction, their context ${context}, flushed anywhere`, async () => {
      await fc.assert(
        fc.asyncProperty(messages, options, options, async (sent, one, other) => {
          const received = new CompressedMessages(2, 1_000_000);
          const senders = [new DeflateStream(context, one), new DeflateStream(context, other)];
          for (const { row, parts, flushes } of sent) {
            const payload = await senders[row]?.payload(parts, flushes);
            assert.ok(payload !== undefined);
            const buf = Uint8Array.of(1, 2, 3, ...payload, 4, 5);
            assert.ok(received.read(row, buf, 3, 3 + payload.length));
            const read = received.buf.slice(received.start, received.end);
            assert.deepEqual(read, new Uint8Array(Buffer.concat(parts)));
          }
          for (const sender of senders) sender.close();
        }),
        { seed, numRuns: 150 },
      );
    });
  }
});
