/**
 * What is expected of the shared captures, and how a replay is held against it: series by series, every
 * bucket, sums within 100 µs a call. Gives differences as lines; none is right.
 */
import { readFileSync } from 'node:fs';
import { MESSAGE_FATE_NAMES } from '../../src/core/pipeline-counters.ts';
import { METHOD_NAMES } from '../../src/sip-parser/method.ts';
import type { Replayed } from './replay.ts';

interface ExpectedHistogram {
  readonly count: number;
  /** Seconds. */
  readonly sum: number;
  readonly buckets: Readonly<Record<string, number>>;
  /** Bounds that a value touches: either side of them is right. */
  readonly near: readonly number[];
}

export interface ExpectedCapture {
  readonly local: readonly string[];
  readonly metrics: Readonly<Record<string, number>>;
  readonly histograms: Readonly<Record<string, ExpectedHistogram>>;
  /** Only the server's own message counts are known. */
  readonly prom_only?: boolean;
}

const LABELLED = /^drachtio_sip_(requests|responses)_(in|out)_total\{/;
const UNLABELLED: readonly string[] = [
  'sofia_msgs_recv_total',
  'sofia_msgs_sent_total',
  'sofia_requests_recv_total',
  'sofia_requests_sent_total',
  'sofia_retransmitted_requests_total',
  'sofia_retransmitted_responses_total',
];
const SUM_TOLERANCE_SECONDS = 1e-4;

export function readExpected(path: string): ExpectedCapture {
  return JSON.parse(readFileSync(path, 'utf8'));
}

export function differences(expected: ExpectedCapture, run: Replayed): string[] {
  const samples = sorted(run.samples());
  const wanted = new Map<string, number>(UNLABELLED.map((name) => [name, 0]));
  for (const series of samples.keys()) if (LABELLED.test(series)) wanted.set(series, 0);
  for (const [series, value] of Object.entries(expected.metrics)) {
    if (series !== 'foreign') wanted.set(canonical(series), value);
  }
  const lines: string[] = [];
  for (const [series, value] of wanted) {
    const found = Number(samples.get(series) ?? 0);
    if (found !== value) lines.push(`${series} is ${found}, expected ${value}`);
  }
  for (const [name, histogram] of Object.entries(expected.histograms)) {
    lines.push(...histogramDifferences(name, histogram, samples));
  }
  return lines;
}

function histogramDifferences(
  name: string,
  expected: ExpectedHistogram,
  samples: ReadonlyMap<string, string>,
): string[] {
  const lines: string[] = [];
  const count = Number(samples.get(`${name}_count`) ?? 0);
  if (count !== expected.count) lines.push(`${name}_count is ${count}, not ${expected.count}`);
  const sum = Number(samples.get(`${name}_sum`) ?? 0);
  const tolerance = SUM_TOLERANCE_SECONDS * Math.max(1, expected.count);
  if (Math.abs(sum - expected.sum) > tolerance)
    lines.push(`${name}_sum ${sum}, not ${expected.sum}`);
  for (const [bound, value] of Object.entries(expected.buckets)) {
    const found = Number(samples.get(`${name}_bucket{le="${bound}"}`) ?? 0);
    if (found !== value && !expected.near.includes(Number(bound))) {
      lines.push(`${name} up to ${bound} s is ${found}, expected ${value}`);
    }
  }
  return lines;
}

/** Series and their values by the name before the labels. */
function familiesOf(
  samples: ReadonlyMap<string, string>,
): ReadonlyMap<string, (readonly [series: string, value: number])[]> {
  const families = new Map<string, (readonly [string, number])[]>();
  for (const [series, value] of samples) {
    const [name = ''] = series.split('{', 1);
    const family = families.get(name) ?? [];
    family.push([series, Number(value)]);
    families.set(name, family);
  }
  return families;
}

/** The conservation laws of METRICS.md section 3, and attempts = Σ results + open. */
export function brokenLaws(run: Replayed): string[] {
  const families = familiesOf(run.samples());
  const total = (name: string, ...labels: readonly string[]): number => {
    const family = families.get(name) ?? [];
    const chosen = family.filter(([series]) => labels.every((label) => series.includes(label)));
    return chosen.reduce((sum, [, value]) => sum + value, 0);
  };
  const laws: [string, number, number][] = [
    ['packets', total('sipgauge_packets_total'), total('sipgauge_packet_fate_total')],
    ['messages', total('sipgauge_messages_total'), total('sipgauge_message_fate_total')],
  ];
  const fate = (name: string): number =>
    run.plane.counters.messageFates[MESSAGE_FATE_NAMES.indexOf(name)] ?? 0;
  const sofia = total('sofia_msgs_recv_total') + total('sofia_msgs_sent_total');
  laws.push(['sofia', sofia, fate('in') + fate('out') + 2 * fate('hairpin')]);
  for (const direction of ['in', 'out']) {
    const label = `direction="${direction}"`;
    const parts =
      total('sip_requests_total', label) +
      total(`drachtio_sip_responses_${direction}_total`) +
      total('sip_retransmissions_total', label) +
      total('sip_bad_messages_total', label);
    laws.push([`messages ${direction}`, total('sip_messages_total', label), parts]);
    const methods = METHOD_NAMES.map((method) =>
      total(`drachtio_sip_requests_${direction}_total`, `method="${method}"`),
    );
    const byMethod = methods.reduce((sum, count) => sum + count, 0);
    laws.push([`requests ${direction}`, total('sip_requests_total', label), byMethod]);
    for (const kind of ['session', 'registration']) {
      const open = kind === 'session' ? total('sip_session_attempts_open', label) : -1;
      const started = total(`sip_${kind}_attempts_total`, label);
      const ended = total(`sip_${kind}_results_total`, label);
      if (open >= 0) laws.push([`attempts ${direction}`, started, ended + open]);
      else if (ended > started) laws.push([`${kind} ${direction}`, started, ended]);
    }
  }
  return laws.filter(([, a, b]) => a !== b).map(([law, a, b]) => `${law}: ${a} is not ${b}`);
}

function sorted(samples: ReadonlyMap<string, string>): Map<string, string> {
  return new Map([...samples].map(([series, value]) => [canonical(series), value]));
}

/** Labels in order of their names. */
function canonical(series: string): string {
  const brace = series.indexOf('{');
  if (brace < 0) return series;
  const labels = series.slice(brace + 1, -1).match(/\w+="[^"]*"/g) ?? [];
  return `${series.slice(0, brace)}{${labels.sort().join(',')}}`;
}
