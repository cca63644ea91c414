/** docs/DECODING.md against the codes and limits it names. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { FRAGMENT_RESULT_NAMES } from '../../../src/core/pipeline-counters.ts';
import { VLAN_TAGS_MAX } from '../../../src/decode/ethernet.ts';
import { TUNNELS_MAX } from '../../../src/decode/header.ts';
import { EXTENSION_HEADERS_MAX } from '../../../src/decode/ipv6.ts';
import { MPLS_LABELS_MAX } from '../../../src/decode/mpls.ts';
import { PACKET_FATE_NAMES } from '../../../src/decode/packet-fate.ts';
import { TunnelKind } from '../../../src/decode/tunnel-kinds.ts';
import { DUPLICATE_ROWS_MAX } from '../../../src/reassembly/duplicates.ts';
import { FRAGMENT_BYTES_MAX, FRAGMENT_LIFE_US } from '../../../src/reassembly/ip-fragments.ts';
import { repoRoot } from '../../helpers/paths.ts';

const document = readFileSync(join(repoRoot, 'docs', 'DECODING.md'), 'utf8');

describe('docs/DECODING.md', () => {
  it('has a line for each tunnel and each result of reassembly, and no other', () => {
    const rows = [...document.matchAll(/^\| `([a-z]+)` \|/gm)].map((match) => match[1]);
    const tunnels = Object.keys(TunnelKind).map((name) => name.toLowerCase());
    assert.deepEqual(rows, [...tunnels, ...FRAGMENT_RESULT_NAMES]);
  });

  it('names only fates that exist', () => {
    const named = [...document.matchAll(/`([a-z0-9]+(?:_[a-z0-9]+)+)`/g)].map(
      (match) => match[1] ?? '',
    );
    assert.ok(named.length > 5);
    assert.deepEqual(
      named.filter((name) => !PACKET_FATE_NAMES.includes(name)),
      [],
    );
  });

  it('gives the limits of the code', () => {
    const sentences = [
      `stacked to ${VLAN_TAGS_MAX};`,
      `| ${MPLS_LABELS_MAX} labels, then IP`,
      `up to ${EXTENSION_HEADERS_MAX} hop-by-hop`,
      `up to ${TUNNELS_MAX} deep`,
      `complete ${FRAGMENT_LIFE_US / 1e6} s after`,
      `${FRAGMENT_BYTES_MAX / 1024 ** 2} MiB of pieces`,
      `last ${DUPLICATE_ROWS_MAX.toLocaleString('en')} packets`,
    ];
    const flat = document.replace(/\s+/g, ' ');
    assert.deepEqual(
      sentences.filter((sentence) => !flat.includes(sentence)),
      [],
    );
  });
});
