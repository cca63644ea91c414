/**
 * What operators build on: a real Prometheus scrapes probes that replay captures, every family arrives in both forms,
 * the shipped rules record and evaluate, and three probes that share the traffic sum up to one that sees all of it.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { CATALOGUE } from '../../src/metrics/catalogue.ts';
import { pcapFile, type TestPacket, text } from '../helpers/capture-file.ts';
import { ethernetLink, udpPacket } from '../helpers/packet-writer.ts';
import { repoRoot } from '../helpers/paths.ts';
import { LOCAL_AND_PEERS, type ProbeFleet, startFleet } from '../helpers/probe-fleet.ts';
import { eventually, ProbeProcess } from '../helpers/probe-process.ts';
import { PrometheusServer, prometheusMissing, type Sample } from '../helpers/prometheus-server.ts';
import { readPcap } from '../helpers/read-pcap.ts';
import { ruleGroups } from '../helpers/rule-files.ts';

const pcaps = join(repoRoot, 'pcaps');
const skip = prometheusMissing;

/** What Prometheus names the series of a family by. */
function seriesNames(family: (typeof CATALOGUE)[number]): readonly string[] {
  if (family.type !== 'histogram') return [family.name];
  return ['bucket', 'count', 'sum'].map((suffix) => `${family.name}_${suffix}`);
}

describe('Prometheus, the shipped rules, and probes that serve replays', { skip }, () => {
  let fleet: ProbeFleet;
  let prometheus: PrometheusServer;

  before(async () => {
    fleet = await startFleet();
    prometheus = fleet.prometheus;
  });
  after(() => fleet?.stop());

  it('all targets are up, in the form each was served in', async () => {
    assert.deepEqual(await prometheus.withoutData(['sum(up) == 4']), []);
    const [openMetrics, classic] = [fleet.openMetrics, fleet.classic].map((relay) =>
      [...relay.contentTypes].join(),
    );
    assert.match(openMetrics ?? '', /^application\/openmetrics-text; ?version=1\.0\.0/);
    assert.match(classic ?? '', /^text\/plain; ?version=0\.0\.4/);
  });

  it('every family of the catalogue can be queried', async () => {
    const names = CATALOGUE.flatMap(seriesNames);
    assert.deepEqual(await prometheus.withoutData(names), []);
  });

  it('both forms have the same series names', async () => {
    const [openMetrics, classic] = [fleet.openMetrics.target, fleet.classic.target];
    const at = await prometheus.timeOf(`sum(up{instance=~"${openMetrics}|${classic}"}) == 2`);
    const namesOf = async (target: string): Promise<string[]> => {
      const samples = await prometheus.query(`count by (__name__) ({instance="${target}"})`, at);
      return samples.map(({ labels }) => labels['__name__'] ?? '').sort();
    };
    const names = await namesOf(openMetrics);
    assert.ok(names.length > CATALOGUE.length);
    assert.deepEqual(names, await namesOf(classic));
  });

  it('every recording rule records numbers, and every alert can be evaluated', async () => {
    const rules = await prometheus.rules();
    const recorded = rules.map(({ name }) => name).filter((name) => name.includes(':'));
    assert.ok(recorded.length >= 50, `${recorded.length} recording rules`);
    assert.deepEqual(await prometheus.withoutData([...new Set(recorded)]), []);
    const unwell = async (): Promise<string[]> => {
      const all = await prometheus.rules();
      const not = all.filter(({ health }) => health !== 'ok');
      return not.map(({ name, health, lastError }) => `${name}: ${health} ${lastError}`);
    };
    // Those that were not evaluated yet are of unknown health.
    const evaluated = async () => (await unwell()).every((line) => !line.includes(': unknown '));
    await eventually('every rule is evaluated', evaluated);
    assert.deepEqual(await unwell(), []);
  });

  it('every alert has data to judge by', async () => {
    const rules = ruleGroups('alerts.yml').flatMap((group) => group.rules);
    assert.deepEqual(await prometheus.withoutData(rules.map(({ expr }) => judged(expr))), []);
  });
});

/**
 * An alert's expression that gives 0 or 1 where the alert gives nothing or something: comparisons become numbers. What
 * only silences it (unless), and the look an hour back, which no test has, are left out.
 */
function judged(expression: string): string {
  const [condition = ''] = expression.split('unless');
  return condition
    .replaceAll(/ offset \w+/g, '')
    .split(/(\{[^}]*\})/)
    .map((part) => (part.startsWith('{') ? part : part.replaceAll(/==|[<>]=?/g, '$& bool')))
    .join('');
}

/** Families of which a sum over probes says nothing, or which are no property of the traffic. */
const NOT_SUMMED = new Map([
  ['drachtio_build_info', 'one per probe'],
  ['drachtio_time_started', 'a time'],
  ['sofia_client_txn_hash_size', 'memory: small tables have room to spare'],
  ['sofia_server_txn_hash_size', 'memory'],
  ['sofia_dialog_hash_size', 'memory'],
  ['sip_peer_last_response_timestamp_seconds', 'a time: its maximum is that of the whole'],
  ['sip_peer_consecutive_timeouts', 'in a row, at each probe'],
  ['sipgauge_build_info', 'one per probe'],
  ['sipgauge_capture_up', 'by interface'],
  ['sipgauge_capture_packets_total', 'by interface'],
  ['sipgauge_capture_dropped_total', 'by interface'],
  ['sipgauge_table_capacity', 'memory'],
  ['sipgauge_packet_clock_timestamp_seconds', 'a time'],
  ['sipgauge_capture_lag_seconds', 'live only'],
]);

/** Series by their labels, without those that tell probes apart. */
function byLabels(samples: readonly Sample[]): Map<string, number> {
  const entries = samples.map(({ labels, value }): [string, number] => {
    const kept = Object.entries(labels).filter(
      ([name]) => !['instance', 'job', '__name__'].includes(name),
    );
    return [JSON.stringify(kept.sort()), value];
  });
  return new Map(entries);
}

describe('three probes, each with a third of the traffic', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'sipgauge-shards-'));
  const packets = readPcap(join(pcaps, 'demo.pcap'));
  const total = packets.length + 3;
  const probes: ProbeProcess[] = [];
  let prometheus: PrometheusServer;
  /** When all of them had been scraped whole. */
  let at = 0;

  /** As a load balancer would: by the addresses, so that a call stays together. */
  const shardOf = (data: Uint8Array) => ((data[26 + 3] ?? 0) + (data[30 + 3] ?? 0)) % 3;

  /** A keep-alive some time later, so that all packet clocks end at the same time. */
  const endOf = (): TestPacket => {
    const portOf = (address: string) => ({ address, port: 5060 });
    const [from, to] = [portOf('198.51.100.20'), portOf('192.0.2.10')];
    const data = ethernetLink().wrap(udpPacket(from, to, text('\r\n\r\n'), 1), from);
    return { data, timestampUs: Math.max(...packets.map((one) => one.timestampUs)) + 20e6 };
  };

  before(async () => {
    const write = (name: string, content: readonly TestPacket[]) => {
      const path = join(folder, name);
      writeFileSync(path, pcapFile(content));
      return path;
    };
    const end = endOf();
    const shards = [0, 1, 2].map((shard) => {
      const part = packets.filter(({ data }) => shardOf(data) === shard);
      return write(`shard-${shard}.pcap`, [...part, end]);
    });
    const whole = write('whole.pcap', [...packets, end, end, end]);
    const serve = (path: string) =>
      ProbeProcess.start(['replay', path, '--serve', ...LOCAL_AND_PEERS]);
    probes.push(...(await Promise.all([...shards, whole].map(serve))));
    await probes[3]?.until('all is read', (samples) => {
      return samples.get('sipgauge_packets_total') === total;
    });
    const [a, b, c, all] = probes.map(({ port }) => `127.0.0.1:${port}`);
    const jobs = { sipgauge: [a ?? '', b ?? '', c ?? ''], whole: [all ?? ''] };
    prometheus = await PrometheusServer.start({ jobs });
    const read = 'sum by (job) (sipgauge_packets_total)';
    at = await prometheus.timeOf(`sum(up) == 4 and on () count(${read} == ${total}) == 2`);
  });

  after(async () => {
    await prometheus?.stop();
    await Promise.all(probes.map((probe) => probe.kill()));
    rmSync(folder, { recursive: true });
  });

  it('each of them has its part', async () => {
    const parts = await prometheus.query('sipgauge_packets_total{job="sipgauge"}', at);
    assert.equal(parts.length, 3);
    for (const { labels, value } of parts) {
      assert.ok(value > 0 && value < total, `${labels['instance']}: ${value} packets`);
    }
  });

  it(`sum up, series by series, to what one probe counts of all of it`, async () => {
    const families = CATALOGUE.filter(({ name }) => !NOT_SUMMED.has(name));
    for (const name of families.flatMap(seriesNames)) {
      const summed = byLabels(
        await prometheus.query(`sum without (instance) (${name}{job="sipgauge"})`, at),
      );
      const single = byLabels(await prometheus.query(`${name}{job="whole"}`, at));
      assert.deepEqual([...summed.keys()].sort(), [...single.keys()].sort(), name);
      for (const [labels, value] of single) {
        const sum = summed.get(labels) ?? Number.NaN;
        assert.ok(Math.abs(sum - value) < 1e-6, `${name}${labels}: ${sum}, not ${value}`);
      }
    }
  });

  it('see the same last response of each peer', async () => {
    const name = 'sip_peer_last_response_timestamp_seconds';
    const latest = await prometheus.query(`max without (instance) (${name}{job="sipgauge"})`, at);
    const single = await prometheus.query(`${name}{job="whole"}`, at);
    assert.deepEqual(byLabels(latest), byLabels(single));
    assert.ok(single.some(({ value }) => value > 0));
  });
});
