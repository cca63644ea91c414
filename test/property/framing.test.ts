/** RFC 3261 18.3: a stream has no packets, so where it is cut may not matter. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Opening } from '../../src/sip-parser/frame.ts';
import { arbitraryCuts, arbitraryMessage, arbitraryStream } from '../helpers/arbitrary-stream.ts';
import { cutAt, framedEvents } from '../helpers/framed-events.ts';
import { latin1 } from '../helpers/tcp-packet.ts';

const SEED = 20260101;

const openings = fc.constantFrom(...Object.values(Opening));

test('the same bytes cut at any points give the same events', () => {
  fc.assert(
    fc.property(
      arbitraryStream,
      arbitraryCuts,
      openings,
      fc.nat(1),
      (stream, cuts, opening, pings) => {
        const bytes = latin1(stream);
        const run = { opening, pings, messageMax: 16_384 };
        const whole = framedEvents(run, [bytes]);
        assert.deepEqual(framedEvents(run, cutAt(bytes, cuts)), whole);
      },
    ),
    { seed: SEED, numRuns: 3000 },
  );
});

test('the same bytes one by one give the same events', () => {
  fc.assert(
    fc.property(arbitraryStream, openings, (stream, opening) => {
      const bytes = latin1(stream);
      const run = { opening, pings: 1, messageMax: 16_384 };
      const single = Array.from(bytes, (_, i) => bytes.subarray(i, i + 1));
      assert.deepEqual(framedEvents(run, single), framedEvents(run, [bytes]));
    }),
    { seed: SEED, numRuns: 600 },
  );
});

test('a stream of well-formed messages comes back message by message', () => {
  fc.assert(
    fc.property(fc.array(arbitraryMessage, { maxLength: 6 }), openings, (messages, opening) => {
      const run = { opening, pings: 0, messageMax: 16_384 };
      const events = framedEvents(run, [latin1(messages.join(''))]);
      const expected = messages.map((message) => `MESSAGE +0 ${message}`);
      assert.deepEqual(events, expected);
    }),
    { seed: SEED, numRuns: 600 },
  );
});
