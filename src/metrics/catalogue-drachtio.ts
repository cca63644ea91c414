/**
 * Section 1 of docs/METRICS.md: drachtio's vocabulary, with the HELP texts of drachtio's own documentation
 * and, beside them, the names that its current releases expose.
 */
import { DRACHTIO_CODE, DRACHTIO_METHOD } from './catalogue-labels.ts';
import type { FamilyDefinition } from './family-definition.ts';

const ANSWER_SECONDS = [1, 3, 6, 10, 15, 20, 30, 60];
const PDD_SECONDS = [1, 2, 3, 5, 7, 10, 15, 20];
const ANSWER_EXEMPLARS_ABOVE_SECONDS = 15;
const PDD_EXEMPLARS_ABOVE_SECONDS = 3;

function counter(name: string, help: string, labels: FamilyDefinition['labels']): FamilyDefinition {
  return { name, help, type: 'counter', labels, section: 1 };
}

function gauge(name: string, help: string): FamilyDefinition {
  return { name, help, type: 'gauge', labels: [], section: 1 };
}

function sofiaGauge(name: string, serverName: string, help: string): FamilyDefinition {
  return { name, serverName, help, type: 'gauge', labels: [], section: 1 };
}

function callSeconds(
  name: string,
  help: string,
  bucketsSeconds: readonly number[],
  exemplarsAboveSeconds: number,
): FamilyDefinition {
  return {
    name,
    help,
    type: 'histogram',
    labels: [],
    bucketsSeconds,
    exemplarsAboveSeconds,
    section: 1,
  };
}

const METHOD_LABELS = [DRACHTIO_METHOD];
const METHOD_CODE_LABELS = [DRACHTIO_METHOD, DRACHTIO_CODE];

export const requestsIn: FamilyDefinition = counter(
  'drachtio_sip_requests_in_total',
  'count of sip requests received',
  METHOD_LABELS,
);
export const requestsOut: FamilyDefinition = counter(
  'drachtio_sip_requests_out_total',
  'count of sip requests sent',
  METHOD_LABELS,
);
export const responsesIn: FamilyDefinition = counter(
  'drachtio_sip_responses_in_total',
  'count of sip responses received',
  METHOD_CODE_LABELS,
);
export const responsesOut: FamilyDefinition = counter(
  'drachtio_sip_responses_out_total',
  'count of sip responses sent',
  METHOD_CODE_LABELS,
);
export const drachtioBuildInfo: FamilyDefinition = counter(
  'drachtio_build_info',
  'drachtio version running',
  [{ name: 'version', values: 'sipgauge_version' }],
);
export const timeStarted: FamilyDefinition = gauge('drachtio_time_started', 'drachtio start time');
export const stableDialogs: FamilyDefinition = {
  name: 'drachtio_stable_dialogs',
  help: 'count of SIP dialogs in progress',
  type: 'gauge',
  labels: [{ name: 'type', values: ['inbound', 'outbound'], initial: [] }],
  section: 1,
};
export const proxyCores: FamilyDefinition = gauge(
  'drachtio_proxy_cores',
  'count of proxied call setups in progress',
);
export const registeredEndpoints: FamilyDefinition = gauge(
  'drachtio_registered_endpoints',
  'count of registered endpoints',
);
export const appConnections: FamilyDefinition = gauge(
  'drachtio_app_connections',
  'count of connections to drachtio applications',
);
export const clientTxnHashSize: FamilyDefinition = sofiaGauge(
  'sofia_client_txn_hash_size',
  'drachtio_sofia_client_txn_hash_size',
  'current size of sofia hash table for client transactions',
);
export const serverTxnHashSize: FamilyDefinition = sofiaGauge(
  'sofia_server_txn_hash_size',
  'drachtio_sofia_server_txn_hash_size',
  'current size of sofia hash table for server transactions',
);
export const dialogHashSize: FamilyDefinition = sofiaGauge(
  'sofia_dialog_hash_size',
  'drachtio_sofia_dialog_hash_size',
  'current size of sofia hash table for dialogs',
);
export const serverTxns: FamilyDefinition = sofiaGauge(
  'sofia_server_txns_total',
  'drachtio_sofia_server_txns',
  'count of sofia server-side transactions',
);
export const clientTxns: FamilyDefinition = sofiaGauge(
  'sofia_client_txns_total',
  'drachtio_sofia_client_txns',
  'count of sofia client-side transactions',
);
export const sofiaDialogs: FamilyDefinition = sofiaGauge(
  'sofia_dialogs_total',
  'drachtio_sofia_dialogs',
  'count of sofia dialogs',
);
export const msgsRecv: FamilyDefinition = sofiaGauge(
  'sofia_msgs_recv_total',
  'drachtio_sofia_msgs_recv',
  'count of sip messages received by sofia sip stack',
);
export const msgsSent: FamilyDefinition = sofiaGauge(
  'sofia_msgs_sent_total',
  'drachtio_sofia_msgs_sent',
  'count of sip messages sent by sofia sip stack',
);
// drachtio's own renaming left the `_total` of this one in place.
export const requestsRecv: FamilyDefinition = sofiaGauge(
  'sofia_requests_recv_total',
  'drachtio_sofia_requests_recv_total',
  'count of sip requests received by sofia sip stack',
);
export const requestsSent: FamilyDefinition = sofiaGauge(
  'sofia_requests_sent_total',
  'drachtio_sofia_requests_sent',
  'count of sip requests sent by sofia sip stack',
);
export const badMsgsRecv: FamilyDefinition = sofiaGauge(
  'sofia_bad_msgs_recv_total',
  'drachtio_sofia_bad_msgs_recv',
  'count of invalid sip messages received by sofia sip stack',
);
export const badReqsRecv: FamilyDefinition = sofiaGauge(
  'sofia_bad_reqs_recv_total',
  'drachtio_sofia_bad_reqs_recv',
  'count of invalid sip requests received by sofia sip stack',
);
export const retransmittedRequests: FamilyDefinition = sofiaGauge(
  'sofia_retransmitted_requests_total',
  'drachtio_sofia_retransmitted_requests',
  'count of sip requests retransmitted by sofia sip stack',
);
export const retransmittedResponses: FamilyDefinition = sofiaGauge(
  'sofia_retransmitted_responses_total',
  'drachtio_sofia_retransmitted_responses',
  'count of sip responses retransmitted by sofia sip stack',
);
export const callAnswerIn: FamilyDefinition = callSeconds(
  'drachtio_call_answer_seconds_in',
  'time to answer incoming call',
  ANSWER_SECONDS,
  ANSWER_EXEMPLARS_ABOVE_SECONDS,
);
export const callAnswerOut: FamilyDefinition = callSeconds(
  'drachtio_call_answer_seconds_out',
  'time to answer outgoing call',
  ANSWER_SECONDS,
  ANSWER_EXEMPLARS_ABOVE_SECONDS,
);
export const callPddIn: FamilyDefinition = callSeconds(
  'drachtio_call_pdd_seconds_in',
  'call post-dial delay in seconds for calls received',
  PDD_SECONDS,
  PDD_EXEMPLARS_ABOVE_SECONDS,
);
export const callPddOut: FamilyDefinition = callSeconds(
  'drachtio_call_pdd_seconds_out',
  'call post-dial delay in seconds for calls sent',
  PDD_SECONDS,
  PDD_EXEMPLARS_ABOVE_SECONDS,
);

/** In the order of drachtio's documentation, which is the order of exposition. */
export const DRACHTIO_FAMILIES: readonly FamilyDefinition[] = [
  requestsIn,
  requestsOut,
  responsesIn,
  responsesOut,
  drachtioBuildInfo,
  timeStarted,
  stableDialogs,
  proxyCores,
  registeredEndpoints,
  appConnections,
  clientTxnHashSize,
  serverTxnHashSize,
  dialogHashSize,
  serverTxns,
  clientTxns,
  sofiaDialogs,
  msgsRecv,
  msgsSent,
  requestsRecv,
  requestsSent,
  badMsgsRecv,
  badReqsRecv,
  retransmittedRequests,
  retransmittedResponses,
  callAnswerIn,
  callAnswerOut,
  callPddIn,
  callPddOut,
];
