/** Addresses survive being written and read; address sets answer as a search through all endpoints. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { formatAddress, isIpv4, parseAddress, sameAddress } from '../../src/core/address.ts';
import { AddressSet, type Endpoint, parseEndpoint } from '../../src/core/address-set.ts';

const SEED = 20_260_104;
const MAPPED_BITS = 96;

const anyWord = fc.oneof(
  fc.constantFrom(0, 1, 0xffff, 0x10000, -1),
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
);
const anyAddress = fc.oneof(
  fc.tuple(anyWord, anyWord, anyWord, anyWord),
  anyWord.map((word): [number, number, number, number] => [0, 0, 0xffff, word]),
);
/** Few different ones, so that networks nest and look-ups hit. */
const nearAddress = fc.oneof(
  fc.integer({ min: 0, max: 15 }).map((low) => `192.0.2.${low}`),
  fc.integer({ min: 0, max: 15 }).map((low) => `2001:db8::${low.toString(16)}`),
);
const port = fc.constantFrom(0, 5060, 5080);
const endpoint = fc
  .tuple(nearAddress, fc.constantFrom(0, 2, 24, 28, 30, 31, 32, 96, 126, 128), port)
  .map(([address, prefix, onPort]) => {
    const isIpv6 = address.includes(':');
    const network = `${address}/${isIpv6 ? prefix : Math.min(prefix, 32)}`;
    const bracketed = isIpv6 ? `[${network}]` : network;
    return onPort === 0 ? network : `${bracketed}:${onPort}`;
  });

function holds(candidate: Endpoint, words: Int32Array): boolean {
  if (candidate.prefixLength < MAPPED_BITS && isIpv4(words, 0)) return false;
  for (let bit = 0; bit < candidate.prefixLength; bit++) {
    const mask = 1 << (31 - (bit & 31));
    const word = bit >> 5;
    if ((((candidate.words[word] ?? 0) ^ (words[word] ?? 0)) & mask) !== 0) return false;
  }
  return true;
}

function searched(endpoints: readonly Endpoint[], words: Int32Array, onPort: number): number {
  let best = -1;
  let bestRank = -1;
  for (const [value, candidate] of endpoints.entries()) {
    if (candidate.port !== 0 && candidate.port !== onPort) continue;
    const rank = candidate.prefixLength * 2 + (candidate.port === 0 ? 0 : 1);
    if (rank <= bestRank || !holds(candidate, words)) continue;
    best = value;
    bestRank = rank;
  }
  return best;
}

describe('addresses', () => {
  it('are the same after they were written and read', () => {
    fc.assert(
      fc.property(anyAddress, (address) => {
        const words = Int32Array.from(address);
        const again = new Int32Array(4);
        assert.ok(parseAddress(formatAddress(words, 0), again, 0), formatAddress(words, 0));
        assert.ok(sameAddress(words, 0, again, 0));
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });

  it('are found in a set as by a search through all its endpoints', () => {
    fc.assert(
      fc.property(
        fc.array(endpoint, { maxLength: 12 }),
        fc.array(fc.tuple(nearAddress, port), { maxLength: 40 }),
        (texts, asked) => {
          const set = new AddressSet();
          const endpoints: Endpoint[] = [];
          for (const text of texts) {
            const parsed = parseEndpoint(text);
            assert.ok(parsed !== undefined, text);
            set.add(parsed, endpoints.push(parsed) - 1);
          }
          for (const [text, onPort] of asked) {
            const words = new Int32Array(4);
            assert.ok(parseAddress(text, words, 0));
            assert.equal(set.lookup(words, 0, onPort), searched(endpoints, words, onPort));
            const held = endpoints.some((candidate) => holds(candidate, words));
            assert.equal(set.matchesAddress(words, 0), held);
          }
        },
      ),
      { seed: SEED, numRuns: 500 },
    );
  });
});
