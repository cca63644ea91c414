/**
 * What the history keeps of every sample, as named columns: enough to draw the page, in numbers that only the reader
 * turns into rates and percentiles. Counters are cumulative, gauges are what they were.
 */
import { MessageFate } from '../core/pipeline-counters.ts';
import { PACKET_FATE_NAMES, PacketFate } from '../decode/packet-fate.ts';
import { DIRECTION_NAMES } from '../direction/direction.ts';
import { METHOD_NAMES } from '../sip-parser/method.ts';
import { Outcome } from '../state/observer.ts';
import * as drachtio from './catalogue-drachtio.ts';
import { CLASS_NAMES } from './catalogue-labels.ts';
import * as probe from './catalogue-probe.ts';
import * as sip from './catalogue-sip.ts';
import type { FamilyDefinition } from './family-definition.ts';
import type { MetricsRegistry } from './metrics-registry.ts';
import type { ResultTotals } from './result-totals.ts';

export interface HistoryColumn {
  readonly name: string;
  readonly gauge: boolean;
  readonly read: () => number;
}

/** A histogram as columns: one per bucket, not cumulated, the last one above all bounds. */
export interface HistoryHistogram {
  readonly name: string;
  readonly boundsSeconds: readonly number[];
  readonly readBucket: (bucket: number) => number;
}

const ROLE_STATES = ['uas.early', 'uas', 'uac.early', 'uac', 'proxy.early', 'proxy'];
const RETRANSMISSION_KINDS = ['requests', 'responses'];

/** The delays per attempt: their bounds are finer than those of drachtio's histograms. */
export function historyHistograms(registry: MetricsRegistry): HistoryHistogram[] {
  const histograms: HistoryHistogram[] = [];
  for (const [direction, name] of DIRECTION_NAMES.entries()) {
    const answered = [direction, undefined, Outcome.SUCCESS];
    histograms.push(
      histogram(registry, `pdd.${name}`, sip.sessionRequestDelay, answered),
      histogram(registry, `answer.${name}`, sip.sessionAnswerDelay, [direction]),
    );
  }
  return histograms;
}

function histogram(
  registry: MetricsRegistry,
  name: string,
  definition: FamilyDefinition,
  wanted: readonly (number | undefined)[],
): HistoryHistogram {
  return {
    name,
    boundsSeconds: definition.bucketsSeconds ?? [],
    readBucket: (bucket) => registry.bucketTotal(definition, wanted, bucket),
  };
}

/** The columns whose number is known from the start; results by code come as they happen. */
export function historyColumns(registry: MetricsRegistry, results: ResultTotals): HistoryColumn[] {
  return [
    ...directionColumns(registry),
    ...dialogColumns(registry),
    ...captureColumns(registry),
    ...histogramColumns(registry),
    ...peerColumns(registry, results),
  ];
}

function directionColumns(registry: MetricsRegistry): HistoryColumn[] {
  const columns: HistoryColumn[] = [];
  const { messages } = registry.observer;
  for (const [direction, name] of DIRECTION_NAMES.entries()) {
    const sumOf = (definition: FamilyDefinition) => () => registry.total(definition, [direction]);
    const requests = direction === 0 ? messages.requestsIn : messages.requestsOut;
    columns.push(
      counter(`messages.${name}`, sumOf(sip.messages)),
      counter(`attempts.${name}`, sumOf(sip.sessionAttempts)),
      counter(`bad.${name}`, sumOf(sip.badMessages)),
      counter(`strays.${name}`, sumOf(sip.strayResponses)),
      gauge(`open.${name}`, sumOf(sip.sessionAttemptsOpen)),
      gauge(`registrations.${name}`, sumOf(sip.registrations)),
    );
    for (const [method, methodName] of METHOD_NAMES.entries()) {
      columns.push(counter(`requests.${name}.${methodName}`, () => requests.value(method)));
    }
    for (const [index, className] of CLASS_NAMES.entries()) {
      const wanted = [direction, undefined, index];
      columns.push(
        counter(`responses.${name}.${className}`, () => registry.total(sip.responses, wanted)),
      );
    }
    for (const [kind, kindName] of RETRANSMISSION_KINDS.entries()) {
      const wanted = [direction, undefined, undefined, kind];
      const read = () => registry.total(sip.retransmissions, wanted);
      columns.push(counter(`retransmissions.${name}.${kindName}`, read));
    }
  }
  return columns;
}

function dialogColumns(registry: MetricsRegistry): HistoryColumn[] {
  return [
    ...ROLE_STATES.map((name, index) =>
      gauge(`dialogs.${name}`, () => registry.value(sip.dialogs, index)),
    ),
    gauge('transactions.client', () => registry.value(drachtio.clientTxns, 0)),
    gauge('transactions.server', () => registry.value(drachtio.serverTxns, 0)),
  ];
}

function captureColumns(registry: MetricsRegistry): HistoryColumn[] {
  const discards = () => {
    let sum = 0;
    for (let fate = PacketFate.NOT_SIP + 1; fate < PACKET_FATE_NAMES.length; fate++) {
      sum += registry.value(probe.packetFate, fate);
    }
    return sum;
  };
  return [
    counter('packets', () => registry.value(probe.packets, 0)),
    counter('bytes', () => registry.value(probe.bytes, 0)),
    counter('dropped', () => registry.total(probe.captureDropped, [])),
    counter('discards', discards),
    counter('not_sip', () => registry.value(probe.packetFate, PacketFate.NOT_SIP)),
    counter('duplicates', () => registry.value(probe.packetFate, PacketFate.DUPLICATE)),
    counter('foreign', () => registry.value(probe.messageFate, MessageFate.FOREIGN)),
    counter('truncated', () => registry.value(probe.messageFate, MessageFate.TRUNCATED)),
    counter('evictions', () => registry.total(probe.tableEvictions, [])),
    counter('tcp_gaps', () => registry.value(probe.tcpGaps, 0)),
    counter('clock_steps', () => registry.value(probe.clockSteps, 0)),
    gauge('tls_flows', () => registry.value(probe.tlsFlows, 0)),
    gauge('lag_seconds', () => registry.value(probe.captureLag, 0)),
  ];
}

function histogramColumns(registry: MetricsRegistry): HistoryColumn[] {
  return historyHistograms(registry).flatMap(({ name, boundsSeconds, readBucket }) =>
    [...boundsSeconds, 'inf'].map((bound, bucket) =>
      counter(`${name}.${bound}`, () => readBucket(bucket)),
    ),
  );
}

/** By slot, for every peer there may be: `peer.<slot>.…`, both directions together. */
function peerColumns(registry: MetricsRegistry, results: ResultTotals): HistoryColumn[] {
  const columns: HistoryColumn[] = [];
  for (let slot = 0; slot < registry.peerCapacity; slot++) {
    columns.push(
      counter(`peer.${slot}.attempts`, () =>
        registry.total(sip.sessionAttempts, [undefined, slot]),
      ),
      counter(`peer.${slot}.answered`, () => results.answered(slot)),
      counter(`peer.${slot}.results`, () => results.ended(slot)),
      counter(`peer.${slot}.timeouts`, () =>
        registry.total(sip.transactionTimeouts, [undefined, slot]),
      ),
      gauge(`peer.${slot}.last_response`, () => registry.value(sip.peerLastResponse, slot)),
    );
  }
  return columns;
}

function counter(name: string, read: () => number): HistoryColumn {
  return { name, gauge: false, read };
}

function gauge(name: string, read: () => number): HistoryColumn {
  return { name, gauge: true, read };
}
