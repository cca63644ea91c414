import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { describe, it } from 'node:test';
import { run } from '../../../src/cli/run.ts';
import { topScreen } from '../../../src/cli/top-screen.ts';
import { ExitCode } from '../../../src/core/operator-error.ts';
import { bucketsBetween, Exposition, quantileOf } from '../../../src/report/exposition-reader.ts';
import { MemoryIo } from '../../helpers/memory-io.ts';

const EARLIER = `# HELP sip_messages_total Messages
# TYPE sip_messages_total counter
sip_messages_total{direction="in",peer="a",transport="udp"} 100
sip_messages_total{direction="out",peer="a",transport="udp"} 50
sip_messages_total{direction="in",peer="other",transport="udp"} 0
sipgauge_build_info{version="1.2.3",node="v20",libpcap="1.10"} 1
sipgauge_packets_total 1000
drachtio_time_started 1700000000
sip_session_request_delay_seconds_bucket{direction="in",le="1"} 0
sip_session_request_delay_seconds_bucket{direction="in",le="2"} 0
sip_session_request_delay_seconds_bucket{direction="in",le="+Inf"} 0
sip_session_results_total{direction="in",peer="a",code="486"} 1
sip_session_results_total{direction="in",peer="a",code="200"} 7
sip_session_results_total{direction="in",peer="a",code="503"} 0
`;
const LATER = EARLIER.replace(
  '"in",peer="a",transport="udp"} 100',
  '"in",peer="a",transport="udp"} 300',
)
  .replace('packets_total 1000', 'packets_total 3000')
  .replace('le="1"} 0', 'le="1"} 2')
  .replace('le="2"} 0', 'le="2"} 4')
  .replace('le="+Inf"} 0', 'le="+Inf"} 4');

function rowOf(lines: readonly string[], name: string): readonly string[] {
  const line = lines.find((each) => each.startsWith(name));
  assert.ok(line !== undefined, `a row ${name}`);
  return line
    .slice(name.length)
    .trim()
    .split(/\s{2,}|(?<=\d) +(?=\d)/);
}

describe('reading an exposition back', () => {
  const metrics = new Exposition(LATER);

  it('sums over matching series', () => {
    assert.equal(metrics.sum('sip_messages_total'), 350);
    assert.equal(metrics.sum('sip_messages_total', { direction: 'in' }), 300);
    assert.equal(metrics.sum('sip_messages_total', { direction: 'sideways' }), 0);
    assert.equal(metrics.sum('no_such_metric'), 0);
  });

  it('sums by a label, in the order of the text', () => {
    assert.deepEqual(
      [...metrics.sumBy('sip_session_results_total', 'code')],
      [
        ['486', 1],
        ['200', 7],
        ['503', 0],
      ],
    );
  });

  it('undoes the escapes of label values', () => {
    const escaped = new Exposition('a{b="x\\"y\\\\z\\nw"} 1\n');
    assert.deepEqual([...escaped.sumBy('a', 'b').keys()], ['x"y\\z\nw']);
  });

  it('interpolates quantiles within a bucket, over what was observed in between', () => {
    const family = 'sip_session_request_delay_seconds';
    const between = bucketsBetween(new Exposition(EARLIER), metrics, family, { direction: 'in' });
    assert.equal(quantileOf(between, 0.5), 1);
    assert.equal(quantileOf(between, 0.75), 1.5);
    assert.equal(quantileOf(bucketsBetween(metrics, metrics, family), 0.5), undefined);
  });

  it('gives the highest bound for what lies beyond it', () => {
    const beyond = new Exposition('h_bucket{le="1"} 0\nh_bucket{le="+Inf"} 3\n');
    assert.equal(quantileOf(beyond.buckets('h'), 0.5), 1);
  });
});

describe('the screen of top', () => {
  const earlier = { atMs: 0, metrics: new Exposition(EARLIER) };
  const later = { atMs: 2000, metrics: new Exposition(LATER) };
  const textsOf = (columns: number) =>
    topScreen('http://probe/metrics', earlier, later, columns).map(({ text }) => text);
  const lines = textsOf(0);

  it('shows rates over the time between the looks', () => {
    assert.match(lines[2] ?? '', / {2}1000 packets\/s {2}/);
    assert.deepEqual(rowOf(lines, 'all'), ['100', '0.0']);
  });

  it('shows percentiles where something was observed', () => {
    assert.deepEqual(rowOf(lines, 'post-dial delay'), ['1.00 s', '-']);
    assert.deepEqual(rowOf(lines, '  p95'), ['1.90 s', '-']);
  });

  it('shows results by weight and leaves out those that never were', () => {
    const results = lines
      .filter((line) => /^\d{3} /.test(line))
      .map((line) => line.trim().split(/ +/));
    assert.deepEqual(results, [
      ['200', '7', '0'],
      ['486', '1', '0'],
    ]);
  });

  it('says first whether the numbers can be trusted', () => {
    const verdict = (text: string) =>
      topScreen('http://probe', earlier, { atMs: 2000, metrics: new Exposition(text) }, 0)[1];
    assert.deepEqual(verdict(LATER), {
      text: 'OK        nothing dropped, cut or foreign',
      tone: 'good',
    });
    const cases: readonly (readonly [string, string, RegExp])[] = [
      ['sipgauge_capture_up{interface="eth0"} 0', 'bad', /^DOWN +eth0/],
      ['sipgauge_capture_dropped_total{stage="kernel"} 9', 'doubt', /9 packets dropped/],
      ['sipgauge_message_fate_total{fate="foreign"} 999', 'doubt', /foreign.*--local/],
      ['sipgauge_table_evictions_total{table="dialogs"} 2', 'doubt', /2 rows evicted/],
      ['sipgauge_capture_lag_seconds 7', 'doubt', /7\.0 s late/],
    ];
    for (const [line, tone, text] of cases) {
      const found = verdict(`${LATER}${line}\n`);
      assert.equal(found?.tone, tone, line);
      assert.match(found?.text ?? '', text);
    }
    assert.equal(verdict('sipgauge_packets_total 3000\n')?.tone, 'wait');
  });

  it('sets tables side by side where there is room', () => {
    const wide = textsOf(80);
    assert.match(wide[4] ?? '', /^CALLS +received +sent {2}RESULTS/);
    assert.ok(wide.every((line) => line.length <= 80));
    assert.ok(wide.length < lines.length);
  });

  it('shows peers when there are named ones', () => {
    assert.deepEqual(rowOf(lines, 'a '), ['100', '0.0', '-', '0']);
    assert.ok(lines.findIndex((line) => line.startsWith('other ')) === lines.length - 1);
  });
});

async function serving(
  answers: readonly string[],
  body: (url: string) => Promise<void>,
  status = 200,
): Promise<void> {
  let served = 0;
  const server: Server = createServer((_request, response) => {
    response.writeHead(status);
    response.end(answers[Math.min(served++, answers.length - 1)]);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  try {
    await body(`http://127.0.0.1:${port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe('sipgauge top', () => {
  it('prints one screen with --once', async () => {
    await serving([EARLIER, LATER], async (url) => {
      const io = new MemoryIo();
      const code = await run(['top', '--url', url, '--once', '--interval', '0.2'], io);
      assert.equal(code, ExitCode.OK, io.stderr.text);
      assert.match(io.stdout.text, /^sipgauge 1\.2\.3 {2}since .* {2}http:\/\/127/);
    });
  });

  it('never shows the password of the address', async () => {
    await serving([LATER], async (url) => {
      const io = new MemoryIo();
      await run(
        ['top', '--url', url.replace('//', '//joe:secret@'), '--once', '--interval', '0.2'],
        io,
      );
      assert.doesNotMatch(io.stdout.text + io.stderr.text, /secret/);
    });
  });

  it('ends when it is told to', async () => {
    await serving([LATER], async (url) => {
      const io = new MemoryIo();
      const running = run(['top', '--url', url, '--interval', '1h'], io);
      io.abort.abort();
      assert.equal(await running, ExitCode.OK);
    });
  });

  it('ends by q, and gives the terminal and the keys back', async () => {
    await serving([EARLIER, LATER], async (url) => {
      const io = new MemoryIo();
      Object.assign(io.stdout, { isTTY: true, columns: 80, rows: 24 });
      let released = false;
      const onKey = (callback: (key: string) => void) => {
        callback('x');
        setImmediate(callback, 'q');
        return () => {
          released = true;
        };
      };
      assert.equal(await run(['top', '--url', url, '--interval', '1h'], { ...io, onKey }), 0);
      assert.ok(released);
      assert.ok(io.stdout.text.endsWith('\u001b[?1049l'));
    });
  });

  it('stays when the probe does not answer for a while', async () => {
    await serving([EARLIER, 'up 1\n', LATER], async (url) => {
      const io = new MemoryIo();
      Object.assign(io.stdout, { isTTY: true, columns: 80, rows: 24 });
      const running = run(['top', '--url', url, '--interval', '0.2'], io);
      while (!/SILENT.*OK {8}/s.test(io.stdout.text)) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      io.abort.abort();
      assert.equal(await running, ExitCode.OK);
    });
  });

  it('says in one line what is wrong with the address', async () => {
    const refused = async (url: string, pattern: RegExp): Promise<void> => {
      const io = new MemoryIo();
      assert.notEqual(await run(['top', '--url', url, '--once'], io), ExitCode.OK);
      assert.match(io.stderr.text, pattern);
      assert.equal(io.stderr.text.split('\n').length, 2);
    };
    await refused('nonsense', /--url: "nonsense" is no http address/);
    await serving(['up 1\n'], (url) => refused(url, /is no sipgauge\./));
    await serving([''], (url) => refused(url, /answers 401\. Give name and password/), 401);
    await serving([''], (url) => refused(url, /answers 500/), 500);
    let closed = '';
    await serving([''], async (url) => {
      closed = url;
    });
    await refused(closed, /no answer from 127\.0\.0\.1:\d+: connection refused\. Is the/);
  });
});
