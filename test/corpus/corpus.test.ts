/** Replays of the shared captures of all kinds: what they hold, the laws, twice the same, the local side. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { MESSAGE_FATE_NAMES } from '../../src/core/pipeline-counters.ts';
import { brokenLaws, differences, readExpected } from '../helpers/expected-capture.ts';
import { sharedRoot } from '../helpers/paths.ts';
import { type Replayed, replayFile } from '../helpers/replay.ts';

/** Messages that were delivered whole. */
function messagesOf(run: Replayed): number {
  const { messages, messageFates } = run.plane.counters;
  const apart = ['keepalive', 'truncated'].map((fate) => MESSAGE_FATE_NAMES.indexOf(fate));
  return apart.reduce((sum, fate) => sum - (messageFates[fate] ?? 0), messages);
}

function sampleOf(run: Replayed, series: string): number {
  return Number(run.samples().get(series) ?? 0);
}

/** Where tshark is wrong or cannot say (exceptions.json): the right number, and what else is known. */
const EXCEPTIONS: Readonly<Record<string, (run: Replayed) => void>> = {
  // RFC 3261 7.5: a CRLF in front of a message is ignored, the message is read.
  'tcp_c_keepalive.pcap': (run) => assert.equal(messagesOf(run), 28),
  // Two ACKs with one LF in front of the request line, which a real Kamailio forwarded.
  'aflnet__sip-afl.pcap': (run) => assert.equal(messagesOf(run), 15),
  // GTP in GTP, the inner port 5060 taken for GTPv2 by tshark; one 487 inside.
  'snort3__gid_gtpingtp.pcap': (run) => assert.equal(messagesOf(run), 1),
  'snort3__gid_gtpingtp-451929.pcap': (run) => assert.equal(messagesOf(run), 1),
  // Cut by snaplen 96 inside the headers: counted as truncated, nothing guessed.
  'snap96.pcap': (run) => {
    assert.equal(messagesOf(run), 0);
    assert.equal(sampleOf(run, 'sipgauge_message_fate_total{fate="truncated"}'), 60);
  },
  // RFC 4475: 49 datagrams; the table in docs/TORTURE.md says which are bad.
  'torture_rfc4475_udp.pcap': (run) => assert.equal(messagesOf(run), 49),
  // A real server answers 400 to a body shorter than its Content-Length.
  'udp_c_truncated_body.pcap': (run) => {
    assert.equal(messagesOf(run), 140);
    const { lines } = run.events;
    assert.ok(lines.some((line) => line.startsWith('badMessage')));
  },
  // First fragments cut at 1400 bytes: their datagrams can't be completed.
  'fmt_snap1400.pcapng': (run) => {
    assert.equal(messagesOf(run), 40);
    assert.equal(sampleOf(run, 'sipgauge_fragment_reassembly_total{result="truncated"}'), 20);
  },
  // One branch over two INVITEs. Five Vias have an empty parameter (`;;`), which RFC 4475 3.1.2.1 wants refused.
  // In four responses a CR stands in front of the CRLF before CSeq: to tshark, to a server and here the headers
  // end there.
  'snort3__digium.pcap': (run) => {
    assert.equal(messagesOf(run), 19);
    assert.equal(run.events.lines.filter((line) => line.startsWith('badMessage')).length, 9);
    assert.equal(
      sampleOf(run, 'sip_session_results_total{direction="in",peer="other",code="200"}'),
      1,
    );
  },
};

if (sharedRoot === undefined) {
  test('the shared captures', { skip: '../shared is not there' });
} else {
  const corpus = join(sharedRoot, 'corpus');
  for (const folder of ['made', 'real']) {
    for (const name of readdirSync(join(corpus, folder)).filter((file) => file.includes('cap'))) {
      if (!name.endsWith('.tsv')) captureTest(join(corpus, folder, name), corpus, name);
    }
  }

  test('every exception is one of the shared list, with its number', () => {
    const listed = JSON.parse(readFileSync(join(corpus, 'exceptions.json'), 'utf8'));
    assert.deepEqual(Object.keys(EXCEPTIONS).sort(), Object.keys(listed).sort());
  });
}

function captureTest(path: string, corpus: string, name: string): void {
  const exception = EXCEPTIONS[name];
  const expectation = join(corpus, 'expected', `${name}.json`);
  test(`${name}: what it holds, nothing lost, twice the same`, async () => {
    const inferred = (await replayFile(path)).inferredLocal();
    const flags = inferred === '' ? {} : { local: [inferred] };
    const run = await replayFile(path, { flags });
    assert.deepEqual(brokenLaws(run), []);
    assert.equal((await replayFile(path, { flags })).exposition(), run.exposition());
    exception?.(run);
    if (!existsSync(expectation))
      return assert.ok(exception !== undefined, 'something is known of it');
    const expected = readExpected(expectation);
    if (expected.local.length === 0) return assert.equal(messagesOf(run), 0);
    assert.deepEqual(expected.local, [inferred], 'the local side without --local');
    assert.deepEqual(differences(expected, run), []);
  });
}
