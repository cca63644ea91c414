/** What the calls of test/helpers/sipp.ts must have been counted as, when none of their messages came twice. */
import assert from 'node:assert/strict';
import type { Samples } from './probe-process.ts';

const REQUESTS = ['INVITE', 'ACK', 'BYE'];
const RESPONSES = [
  'method="INVITE",code="180"',
  'method="INVITE",code="200"',
  'method="BYE",code="200"',
];

/** Calls made by the local side, or by the others. */
export function assertCalls(samples: Samples, direction: 'in' | 'out', count: number): void {
  const back = direction === 'in' ? 'out' : 'in';
  const names = [
    ...REQUESTS.map((method) => `drachtio_sip_requests_${direction}_total{method="${method}"}`),
    ...RESPONSES.map((labels) => `drachtio_sip_responses_${back}_total{${labels}}`),
    ...['pdd', 'answer'].map((what) => `drachtio_call_${what}_seconds_${direction}_count`),
    `sip_session_attempts_total{direction="${direction}",peer="other"}`,
    `sip_session_results_total{direction="${direction}",peer="other",code="200"}`,
  ];
  const counted = names.map((name) => [name, samples.get(name)]);
  assert.deepEqual(
    counted,
    names.map((name) => [name, count]),
  );
  assert.equal(samples.get('sofia_dialogs_total'), 0);
}

/** The sum of all series of a family that have all of these labels, each written `name="value"`. */
export function sumOf(samples: Samples, family: string, ...labels: readonly string[]): number {
  let sum = 0;
  for (const [name, value] of samples) {
    if (name !== family && !name.startsWith(`${family}{`)) continue;
    if (labels.every((label) => name.includes(label))) sum += value;
  }
  return sum;
}
