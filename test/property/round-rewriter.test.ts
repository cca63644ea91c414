/** Whatever a packet holds, a round changes letters and digits into letters and digits, nothing else. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { BatchBuilder } from '../../src/capture/batch-builder.ts';
import { RoundRewriter } from '../../src/capture/round-rewriter.ts';
import { text } from '../helpers/capture-file.ts';

const SEED = 20_261_123;
const MARGIN = 4;

const word = fc.constantFrom(
  ...['INVITE sip:a SIP/2.0', 'SIP/2.0 200 OK', 'Via: SIP/2.0/UDP a', ';branch=', 'z9hG4bK', 'a-1'],
  ...[
    'Call-ID: ',
    'x@y',
    'From: <sip:a>',
    ';tag=',
    'To: "b" <sip:b;tag=c>',
    '\r\n',
    '\n',
    ' ',
    '>',
  ],
  ...['\r\n\r\n', ',', ';', '=', 'SIP/2.0', 'v:', 'i :', '\t'],
);
const packet = fc.array(word, { maxLength: 60 }).map((words) => words.join(''));

it('a round keeps a packet and its neighbours in shape', () => {
  const batch = new BatchBuilder();
  const rewriter = new RoundRewriter();
  fc.assert(
    fc.property(packet, fc.integer({ min: 1, max: 1_000_000 }), (content, round) => {
      const margin = 'SIP/';
      const before = `${margin}${content}${margin}`;
      batch.begin(Uint8Array.from(text(before)));
      batch.offset[0] = MARGIN;
      batch.caplen[0] = content.length;
      batch.count = 1;
      rewriter.rewrite(batch, round);
      const after = Buffer.from(batch.block).toString('latin1');
      assert.equal(after.length, before.length);
      assert.equal(after.slice(0, MARGIN) + after.slice(-MARGIN), margin + margin);
      const shape = (value: string): string => value.replaceAll(/[0-9A-Za-z]/g, 'x');
      assert.equal(shape(after), shape(before));
    }),
    { seed: SEED, numRuns: 2000 },
  );
});
