import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Exposition } from '../../../src/report/exposition-reader.ts';
import { reportHtml } from '../../../src/report/report-html.ts';
import { type ReportSubject, reportModel } from '../../../src/report/report-model.ts';
import { reportText } from '../../../src/report/report-text.ts';
import { SLOWEST_MAX, type SlowCall, SlowestCalls } from '../../../src/report/slowest-calls.ts';
import { BINS_MAX, TimeBins } from '../../../src/report/time-bins.ts';

const START_US = 1_700_000_000e6;

const METRICS = new Exposition(`sipgauge_build_info{version="1.2.3"} 1
sipgauge_packets_total 60
sip_messages_total{direction="in",peer="other",transport="udp"} 33
sip_messages_total{direction="out",peer="other",transport="udp"} 27
sip_requests_total{direction="in",peer="other",method="INVITE"} 4
sip_requests_total{direction="in",peer="other",method="ACK"} 3
sip_requests_total{direction="out",peer="other",method="BYE"} 2
sip_requests_total{direction="out",peer="other",method="PRACK"} 0
sip_session_attempts_total{direction="in",peer="other"} 4
sip_session_results_total{direction="in",peer="other",code="486"} 1
sip_session_results_total{direction="in",peer="other",code="200"} 3
sip_session_results_total{direction="out",peer="other",code="503"} 0
sip_session_request_delay_seconds_bucket{direction="in",le="1"} 2
sip_session_request_delay_seconds_bucket{direction="in",le="2"} 4
sip_session_request_delay_seconds_bucket{direction="in",le="+Inf"} 4
sip_session_request_delay_seconds_sum{direction="in"} 5
sipgauge_message_fate_total{fate="foreign"} 7
sipgauge_message_fate_total{fate="in"} 33
`);

function subject(change: Partial<ReportSubject> = {}): ReportSubject {
  const retransmissions = new TimeBins();
  retransmissions.add(START_US);
  const calls = new TimeBins();
  for (const second of [0, 0, 3]) calls.add(START_US + second * 1e6);
  return {
    files: ['a.pcap'],
    localSide: '192.0.2.1',
    firstUs: START_US,
    lastUs: START_US + 60e6,
    calls,
    retransmissions,
    slowest: [call(5_000_000, 'secret@<host>')],
    showCallIds: false,
    ...change,
  };
}

function call(durationUs: number, callId: string): SlowCall {
  return { timestampUs: START_US + durationUs, durationUs, direction: 'in', delay: 'PDD', callId };
}

describe('time bins', () => {
  it('count by the second while there is room', () => {
    const bins = new TimeBins();
    for (const second of [0, 0.4, 1.1, 3]) bins.add(START_US + second * 1e6);
    assert.deepEqual(
      bins.bins().map((bin) => bin.count),
      [2, 1, 0, 1],
    );
    assert.equal(bins.bins()[0]?.startUs, START_US);
  });

  it('join neighbours when they run out, and lose no event', () => {
    const bins = new TimeBins();
    for (let second = 0; second < 10 * BINS_MAX; second++) bins.add(START_US + second * 1e6);
    const all = bins.bins();
    assert.ok(all.length <= BINS_MAX && all.length > BINS_MAX / 2);
    assert.equal(bins.widthUs, 16e6);
    assert.equal(
      all.reduce((sum, bin) => sum + bin.count, 0),
      10 * BINS_MAX,
    );
    assert.ok(all.slice(0, -1).every((bin) => bin.count === 16));
  });

  it('count what came before the first event with it', () => {
    const bins = new TimeBins();
    bins.add(START_US);
    bins.add(START_US - 5e6);
    assert.deepEqual(bins.bins(), [{ startUs: START_US, count: 2 }]);
  });
});

describe('the slowest calls', () => {
  it('are kept sorted, a fixed number, and described only when among them', () => {
    const slowest = new SlowestCalls();
    let described = 0;
    for (let i = 0; i < 10 * SLOWEST_MAX; i++) {
      const durationUs = (i * 7919) % 100_003;
      slowest.offer(durationUs, () => {
        described++;
        return call(durationUs, String(i));
      });
    }
    const durations = slowest.list().map((each) => each.durationUs);
    const expected = Array.from({ length: 10 * SLOWEST_MAX }, (_, i) => (i * 7919) % 100_003)
      .sort((left, right) => right - left)
      .slice(0, SLOWEST_MAX);
    assert.deepEqual(durations, expected);
    assert.ok(described < 10 * SLOWEST_MAX);
  });
});

describe('a report', () => {
  it('takes its counts from the exposition, heaviest first, without empty rows', () => {
    const model = reportModel(subject(), METRICS);
    assert.deepEqual(model.outcomes, [
      { name: '200', in: 3, out: 0 },
      { name: '486', in: 1, out: 0 },
    ]);
    assert.deepEqual(
      model.methods.map(({ name }) => name),
      ['INVITE', 'ACK', 'BYE'],
    );
    assert.deepEqual(model.doubts, [{ name: 'messages of other hosts (foreign)', value: 7 }]);
    const [delay] = model.delays;
    assert.equal(model.delays.length, 1);
    assert.equal(delay?.meanSeconds, 1.25);
    assert.equal(delay?.medianSeconds, 1);
    assert.deepEqual(
      delay?.buckets.map(({ count }) => count),
      [2, 2],
    );
  });

  it('is text without Call-IDs', () => {
    const text = reportText(reportModel(subject(), METRICS));
    assert.match(
      text,
      /^sipgauge 1\.2\.3 report of a\.pcap\n2023-11-14T22:13:20Z to 2023-11-14T22:14:20Z, local side 192/,
    );
    assert.match(text, /^ {2}200 +3 +0$/m);
    assert.match(text, /^ {2}answered +75 % +-$/m);
    assert.match(text, /^call attempts, by 1 s\n.*:20Z +2 #+\n.*:23Z +1 #+$/m);
    assert.ok(text.split('\n').every((line) => line.length <= 80));
    assert.match(
      text,
      /^session request delay, calls received\n {2}4 observed, mean 1\.250 s, median 1\.000 s/m,
    );
    assert.match(text, /^ +≤ 1 s +2 #+$/m);
    assert.match(text, /slowest calls \(--show-call-ids names them\)\n .* 5\.000 s PDD +in$/m);
    assert.doesNotMatch(text, /secret/);
  });

  it('names calls only when asked to, escaped in HTML', () => {
    const shown = reportModel(subject({ showCallIds: true }), METRICS);
    assert.match(reportText(shown), /secret@<host>/);
    const html = reportHtml(shown);
    assert.match(html, /secret@&lt;host&gt;/);
    assert.doesNotMatch(reportHtml(reportModel(subject(), METRICS)), /secret/);
  });

  it('joins seconds where there are many', () => {
    const calls = new TimeBins();
    for (let second = 0; second < 60; second++) calls.add(START_US + second * 1e6);
    const text = reportText(reportModel(subject({ calls }), METRICS));
    const rows = /^call attempts, by 3 s\n((?: {2}.* 3 #+\n)+)/m.exec(text)?.[1] ?? '';
    assert.equal(rows.trimEnd().split('\n').length, 20);
  });

  it('counts by peer when one is named', () => {
    assert.deepEqual(reportModel(subject(), METRICS).peers, []);
    const named = new Exposition(`sip_session_attempts_total{direction="in",peer="other"} 1
sip_session_attempts_total{direction="in",peer="trunk"} 5
sip_session_results_total{direction="in",peer="trunk",code="200"} 3
sip_session_results_total{direction="in",peer="trunk",code="503"} 1
sip_transaction_timeouts_total{role="client",peer="trunk",timer="B"} 2
`);
    const model = reportModel(subject(), named);
    assert.deepEqual(model.peers, [
      { name: 'trunk', attempts: 5, results: 4, answered: 3, timeouts: 2 },
      { name: 'other', attempts: 1, results: 0, answered: 0, timeouts: 0 },
    ]);
    assert.match(reportText(model), /^ {2}trunk +5 +75 % +2$/m);
    assert.match(reportHtml(model), /<td>trunk<\/td><td>5<\/td><td>75 %<\/td><td>2<\/td>/);
  });

  it('is one HTML file without script and without anything from outside', () => {
    const html = reportHtml(reportModel(subject(), METRICS));
    assert.doesNotMatch(html, /<script|src=|href=|url\(|https?:/);
    assert.match(html, /<svg [^>]*role="img" aria-label="session request delay/);
    const open = [...html.matchAll(/<(table|svg|tbody|thead|h2|p)\b/g)].length;
    const closed = [...html.matchAll(/<\/(table|svg|tbody|thead|h2|p)>/g)].length;
    assert.equal(open, closed);
  });

  it('of an empty capture says so without plots', () => {
    const empty = {
      calls: new TimeBins(),
      retransmissions: new TimeBins(),
      slowest: [],
      firstUs: 0,
      lastUs: 0,
      localSide: '',
    };
    const model = reportModel(subject(empty), new Exposition(''));
    assert.match(reportText(model), /^- to -, local side unknown$/m);
    assert.doesNotMatch(reportHtml(model), /<svg/);
  });
});
