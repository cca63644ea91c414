/**
 * Section 2 of docs/METRICS.md: what the wire also says, by direction and peer, per message and per attempt
 * (RFC 6076). Why the bounds are what they are stands in METRICS.md, "Bucket bounds".
 */
import { ENDED_BY_NAMES, OUTCOME_NAMES, ROLE_NAMES, TIMEOUT_NAMES } from '../state/observer.ts';
import {
  CLASS,
  DIRECTION,
  METHOD,
  ODDITY,
  PEER,
  PROXY_METHOD_NAMES,
  REASON,
  RESULT,
  TRANSACTION_METHOD,
  TRANSPORT,
} from './catalogue-labels.ts';
import type { FamilyDefinition } from './family-definition.ts';

const SIGNALLING_SECONDS = [0.005, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32];
const TRANSACTION_SECONDS = [0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32];
const ANSWER_SECONDS = [0.005, 0.5, 1, 2, 4, 6, 8, 12, 16, 24, 32];
const DURATION_SECONDS = [1, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14400];
const FORWARD_SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32];

const DIRECTION_PEER = [DIRECTION, PEER];
const OUTCOME = { name: 'outcome', values: OUTCOME_NAMES };
const ROLE = { name: 'role', values: ROLE_NAMES };

function counter(name: string, help: string, labels: FamilyDefinition['labels']): FamilyDefinition {
  return { name, help, type: 'counter', labels, section: 2 };
}

function gauge(name: string, help: string, labels: FamilyDefinition['labels']): FamilyDefinition {
  return { name, help, type: 'gauge', labels, section: 2 };
}

function histogram(
  name: string,
  help: string,
  labels: FamilyDefinition['labels'],
  bucketsSeconds: readonly number[],
): FamilyDefinition {
  return { name, help, type: 'histogram', labels, bucketsSeconds, section: 2 };
}

export const messages: FamilyDefinition = counter(
  'sip_messages_total',
  'SIP messages of the local side, good and bad, retransmissions included',
  [...DIRECTION_PEER, TRANSPORT],
);
export const requests: FamilyDefinition = counter(
  'sip_requests_total',
  'SIP requests, each once: retransmissions and bad ones excluded',
  [...DIRECTION_PEER, METHOD],
);
export const responses: FamilyDefinition = counter(
  'sip_responses_total',
  'SIP responses, each once: retransmissions and bad ones excluded',
  [...DIRECTION_PEER, CLASS],
);
export const retransmissions: FamilyDefinition = counter(
  'sip_retransmissions_total',
  'retransmitted SIP requests and responses',
  [...DIRECTION_PEER, METHOD, { name: 'kind', values: ['request', 'response'] }],
);
export const badMessages: FamilyDefinition = counter(
  'sip_bad_messages_total',
  'SIP messages that a server has to refuse, by reason',
  [DIRECTION, REASON],
);
export const messageOddities: FamilyDefinition = counter(
  'sip_message_oddities_total',
  'oddities tolerated in SIP messages',
  [DIRECTION, ODDITY],
);
export const strayResponses: FamilyDefinition = counter(
  'sip_stray_responses_total',
  'SIP responses whose request was not seen',
  [DIRECTION],
);
export const transactionTimeouts: FamilyDefinition = {
  ...counter('sip_transaction_timeouts_total', 'SIP transactions that a timer ended', [
    ROLE,
    PEER,
    { name: 'timer', values: TIMEOUT_NAMES },
  ]),
  impossible: [
    { when: 'role', is: 'client', label: 'timer', values: ['H', 'no_ack', 'no_response'] },
    { when: 'role', is: 'server', label: 'timer', values: ['B', 'F'] },
  ],
};
export const transactionSeconds: FamilyDefinition = histogram(
  'sip_transaction_seconds',
  'time from a non-INVITE request to its final response',
  [ROLE, TRANSACTION_METHOD],
  TRANSACTION_SECONDS,
);
export const sessionAttempts: FamilyDefinition = counter(
  'sip_session_attempts_total',
  'call attempts, authentication retries and forks to one peer coalesced',
  DIRECTION_PEER,
);
export const sessionAttemptsOpen: FamilyDefinition = gauge(
  'sip_session_attempts_open',
  'call attempts without a result yet',
  DIRECTION_PEER,
);
export const sessionResults: FamilyDefinition = counter(
  'sip_session_results_total',
  'results of call attempts, one each',
  [...DIRECTION_PEER, RESULT],
);
export const sessionLateAnswers: FamilyDefinition = counter(
  'sip_session_late_answers_total',
  'calls answered after their attempt had its result',
  [DIRECTION],
);
export const sessionsEnded: FamilyDefinition = counter(
  'sip_sessions_ended_total',
  'confirmed INVITE dialogs that ended, by who or what ended them',
  [...DIRECTION_PEER, { name: 'by', values: ENDED_BY_NAMES }],
);
export const sessionRequestDelay: FamilyDefinition = {
  ...histogram(
    'sip_session_request_delay_seconds',
    'RFC 6076 session request delay per attempt',
    [...DIRECTION_PEER, OUTCOME],
    SIGNALLING_SECONDS,
  ),
  exemplarsAboveSeconds: 4,
};
export const sessionAnswerDelay: FamilyDefinition = {
  ...histogram(
    'sip_session_answer_delay_seconds',
    'time from the first INVITE of an attempt to its 2xx',
    DIRECTION_PEER,
    ANSWER_SECONDS,
  ),
  exemplarsAboveSeconds: 16,
};
export const sessionDisconnectDelay: FamilyDefinition = histogram(
  'sip_session_disconnect_delay_seconds',
  'RFC 6076 session disconnect delay',
  [DIRECTION, OUTCOME],
  TRANSACTION_SECONDS,
);
export const sessionDuration: FamilyDefinition = histogram(
  'sip_session_duration_seconds',
  'RFC 6076 session duration time, 2xx to BYE',
  DIRECTION_PEER,
  DURATION_SECONDS,
);
export const registrationAttempts: FamilyDefinition = counter(
  'sip_registration_attempts_total',
  'registration attempts, authentication retries coalesced',
  DIRECTION_PEER,
);
export const registrationResults: FamilyDefinition = counter(
  'sip_registration_results_total',
  'results of registration attempts, one each',
  [...DIRECTION_PEER, RESULT],
);
export const registrationRequestDelay: FamilyDefinition = histogram(
  'sip_registration_request_delay_seconds',
  'RFC 6076 registration request delay, challenge included',
  DIRECTION_PEER,
  SIGNALLING_SECONDS,
);
export const registrations: FamilyDefinition = gauge(
  'sip_registrations',
  'live bindings: in = held by the local registrar, out = held by others for the local side',
  [DIRECTION],
);
export const dialogs: FamilyDefinition = gauge('sip_dialogs', 'dialogs in progress', [
  { name: 'role', values: ['uas', 'uac', 'proxy'] },
  { name: 'state', values: ['early', 'confirmed'] },
]);
export const proxyForward: FamilyDefinition = histogram(
  'sip_proxy_forward_seconds',
  'time from a request received to its first forwarded copy',
  [{ name: 'method', values: PROXY_METHOD_NAMES }],
  FORWARD_SECONDS,
);
export const peerLastResponse: FamilyDefinition = gauge(
  'sip_peer_last_response_timestamp_seconds',
  'packet time of the last response from the peer, 0 before the first',
  [PEER],
);
export const peerConsecutiveTimeouts: FamilyDefinition = gauge(
  'sip_peer_consecutive_timeouts',
  'client transactions with the peer that timed out in a row',
  [PEER],
);

export const SIP_FAMILIES: readonly FamilyDefinition[] = [
  messages,
  requests,
  responses,
  retransmissions,
  badMessages,
  messageOddities,
  strayResponses,
  transactionTimeouts,
  transactionSeconds,
  sessionAttempts,
  sessionAttemptsOpen,
  sessionResults,
  sessionLateAnswers,
  sessionsEnded,
  sessionRequestDelay,
  sessionAnswerDelay,
  sessionDisconnectDelay,
  sessionDuration,
  registrationAttempts,
  registrationResults,
  registrationRequestDelay,
  registrations,
  dialogs,
  proxyForward,
  peerLastResponse,
  peerConsecutiveTimeouts,
];
