/** Whatever bytes come as HEP: no throw, and no offset outside of them. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { HepStream, HepStreamResult } from '../../src/capture/hep-stream.ts';
import { decodeHep, HepRecord } from '../../src/decode/hep.ts';
import { PacketFate } from '../../src/decode/packet-fate.ts';
import { bytes } from '../helpers/capture-file.ts';
import { hep3, hepChunk, hepOfChunks, oldHep } from '../helpers/hep-packet.ts';

const SEED = 20_261_123;

const chunk = fc
  .tuple(
    fc.integer({ min: 0, max: 0x14 }),
    fc.uint8Array({ maxLength: 20 }),
    fc.constantFrom(0, 0, 7),
  )
  .map(([type, value, vendor]) => hepChunk(type, value, vendor));
const chunks = fc.array(chunk, { maxLength: 20 }).map((all) => hepOfChunks(...all));
const message = fc.string({ maxLength: 100 }).map((payload) => hep3({ payload, key: 'key' }));
const old = fc.constantFrom(1, 2).map((version) => oldHep(version === 1 ? 1 : 2));
const packet = fc.oneof(chunks, message, old, fc.uint8Array({ maxLength: 100 }));
const damaged = fc
  .tuple(packet, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 5 }))
  .map(([content, changes]) => {
    const copy = Uint8Array.from(content);
    for (const [at, value] of changes) if (copy.length > 0) copy[at % copy.length] = value;
    return copy;
  });

it('a HEP packet never points outside of itself', () => {
  const used = new HepRecord();
  fc.assert(
    fc.property(damaged, fc.nat(10), (content, start) => {
      const buf = Uint8Array.from(bytes(new Uint8Array(start), content));
      const fate = decodeHep(buf, start, buf.length, used);
      const fresh = new HepRecord();
      assert.equal(decodeHep(buf, start, buf.length, fresh), fate);
      assert.deepEqual(used, fresh);
      for (const [offset, length] of [
        [used.payloadOffset, used.payloadLength],
        [used.keyOffset, used.keyLength],
      ] as const) {
        if (offset === 0) continue;
        assert.ok(offset >= start && length >= 0 && offset + length <= buf.length);
      }
      if (fate === PacketFate.DELIVERED) assert.ok(used.payloadOffset > start);
    }),
    { seed: SEED, numRuns: 3000 },
  );
});

it('a stream of HEP packets gives the same packets however it is cut, and held back', () => {
  const packets = fc.array(fc.oneof(chunks, message), { maxLength: 10 });
  const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(
      packets,
      sizes,
      fc.array(fc.boolean(), { maxLength: 20 }),
      (all, pieces, refusals) => {
        const given: string[] = [];
        let calls = 0;
        const stream = new HepStream((buf, start, end) => {
          const refused = refusals[calls] ?? false;
          calls += 1;
          if (!refused) given.push(Buffer.from(buf.subarray(start, end)).toString('hex'));
          return !refused;
        });
        const content = bytes(...all);
        let offset = 0;
        for (let i = 0; offset < content.length; i += 1) {
          const end = offset + (pieces[i % pieces.length] ?? 1);
          let result = stream.push(content.subarray(offset, end));
          while (result === HepStreamResult.HELD) result = stream.resume();
          assert.equal(result, HepStreamResult.MORE);
          offset = end;
        }
        const expected = all.map((each) => Buffer.from(each).toString('hex'));
        assert.deepEqual(given, expected);
      },
    ),
    { seed: SEED, numRuns: 300 },
  );
});
