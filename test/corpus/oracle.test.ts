/** Replays of every capture of a real drachtio-server: what its wire says, and its own message counts. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { brokenLaws, differences, readExpected } from '../helpers/expected-capture.ts';
import { samplesOf } from '../helpers/metrics-fixture.ts';
import { sharedRoot } from '../helpers/paths.ts';
import { replayFile } from '../helpers/replay.ts';

/** Where the server's own message counts are not what was on the wire, from its README. */
const NOT_AS_THE_SERVER: Readonly<Record<string, string>> = {
  out_unreachable: 'the server counts four sends that never reached the wire',
  tcp_malformed: 'it counts the message that a reset cut in half',
  mal_crlf: 'a keep-alive to us',
  mal_crlf_crlf: 'a keep-alive to us',
  mal_leading_crlf_options: 'a good message to us (RFC 3261 7.5)',
  mal_rtp: 'not SIP to us',
  mal_garbage_binary: 'not SIP to us',
  mal_jaku_spaces: 'not SIP to us',
  mal_big_60k: 'whole on the wire; the server refuses it, it seems for its size',
  mal_big_header_9k: 'whole on the wire; the server refuses it, it seems for its size',
};

const PAIRS: readonly (readonly [string, string])[] = [
  ['msgs_recv', 'sofia_msgs_recv_total'],
  ['msgs_sent', 'sofia_msgs_sent_total'],
  ['requests_recv_total', 'sofia_requests_recv_total'],
  ['requests_sent', 'sofia_requests_sent_total'],
  ['bad_msgs_recv', 'sofia_bad_msgs_recv_total'],
  ['bad_reqs_recv', 'sofia_bad_reqs_recv_total'],
];

/** Message counts that are not the server's own. */
function serverDifferences(path: string, ours: Map<string, string>, all: boolean): string[] {
  const theirs = samplesOf(readFileSync(path, 'utf8'));
  const lines: string[] = [];
  for (const [server, name] of PAIRS) {
    if (!all && server.includes('sent')) continue;
    const value = theirs.get(`drachtio_sofia_${server}`);
    if (value !== undefined && Number(value) !== Number(ours.get(name))) {
      lines.push(`${name} is ${ours.get(name)}, the server's ${value}`);
    }
  }
  return lines;
}

if (sharedRoot === undefined) {
  test('the captures of a real server', { skip: '../shared is not there' });
} else {
  const folder = join(sharedRoot, 'oracle');
  const names = readdirSync(join(folder, 'expected')).map((file) => file.replace('.pcap.json', ''));
  test('there are captures', () => assert.ok(names.length > 100));
  for (const name of names) {
    test(`${name}: as its wire says, as the server counted, nothing lost`, async () => {
      const expected = readExpected(join(folder, 'expected', `${name}.pcap.json`));
      const run = await replayFile(join(folder, `${name}.pcap`), {
        flags: { local: expected.local },
      });
      const received = expected.prom_only === true;
      const lines = received ? [] : differences(expected, run);
      const scrape = join(folder, `${name}.prom`);
      if (existsSync(scrape)) {
        const others = serverDifferences(scrape, run.samples(), !received);
        if (NOT_AS_THE_SERVER[name] === undefined) lines.push(...others);
        else assert.ok(others.length > 0, 'an exception that is none');
      }
      assert.deepEqual([...lines, ...brokenLaws(run)], []);
    });
  }
}
