/** The label definitions that the catalogue's families share. Every list of values is closed. */
import { TRANSPORT_NAMES } from '../core/transport.ts';
import { DIRECTION_NAMES } from '../direction/direction.ts';
import { METHOD_NAMES } from '../sip-parser/method.ts';
import { ODDITY_NAMES } from '../sip-parser/oddity.ts';
import { PARSE_ERROR_NAMES } from '../sip-parser/parse-error.ts';
import type { LabelDefinition } from './family-definition.ts';
import { OTHER } from './family-definition.ts';

/** Status codes that are labels of their own; all others are `other`. */
export const STATUS_CODE_MIN = 100;
export const STATUS_CODE_MAX = 699;

function codeNames(): readonly string[] {
  const names: string[] = [];
  for (let code = STATUS_CODE_MIN; code <= STATUS_CODE_MAX; code++) names.push(String(code));
  names.push(OTHER);
  return names;
}

/** Indexed by `codeIndex`. */
export const CODE_NAMES: readonly string[] = codeNames();
/** Indexed by `resultIndex`: a code, or how an attempt ended without one. */
export const RESULT_NAMES: readonly string[] = [...CODE_NAMES, 'timeout', 'cancelled', 'lost'];
/** Indexed by `classIndex`. */
export const CLASS_NAMES: readonly string[] = ['1xx', '2xx', '3xx', '4xx', '5xx', '6xx', OTHER];
/** Indexed by `proxyMethodIndex`. */
export const PROXY_METHOD_NAMES: readonly string[] = ['INVITE', 'REGISTER', OTHER];

const METHODS_FROM_START = [OTHER, 'INVITE', 'ACK', 'BYE', 'CANCEL', 'OPTIONS', 'REGISTER'];
const TRANSACTION_METHODS_FROM_START = [OTHER, 'BYE', 'CANCEL', 'OPTIONS', 'REGISTER'];
const RESULTS_FROM_START = ['200', '486', '487', '503', 'timeout', 'cancelled'];

export const DIRECTION: LabelDefinition = { name: 'direction', values: DIRECTION_NAMES };
export const PEER: LabelDefinition = { name: 'peer', values: 'peer' };
export const TRANSPORT: LabelDefinition = { name: 'transport', values: TRANSPORT_NAMES };
export const METHOD: LabelDefinition = {
  name: 'method',
  values: METHOD_NAMES,
  initial: METHODS_FROM_START,
};
/** drachtio's families show a label set once it is used. */
export const DRACHTIO_METHOD: LabelDefinition = {
  name: 'method',
  values: METHOD_NAMES,
  initial: [],
};
export const DRACHTIO_CODE: LabelDefinition = { name: 'code', values: CODE_NAMES, initial: [] };
/** An INVITE's and an ACK's are no non-INVITE transactions. */
export const TRANSACTION_METHOD: LabelDefinition = {
  name: 'method',
  values: METHOD_NAMES,
  initial: TRANSACTION_METHODS_FROM_START,
};
export const RESULT: LabelDefinition = {
  name: 'code',
  values: RESULT_NAMES,
  initial: RESULTS_FROM_START,
};
export const CLASS: LabelDefinition = {
  name: 'class',
  values: CLASS_NAMES,
  initial: CLASS_NAMES.slice(0, 6),
};
/** Code 0 of both lists stands for "nothing" and is never counted. */
export const REASON: LabelDefinition = {
  name: 'reason',
  values: PARSE_ERROR_NAMES,
  initial: PARSE_ERROR_NAMES.slice(1),
};
export const ODDITY: LabelDefinition = {
  name: 'oddity',
  values: ODDITY_NAMES,
  initial: ODDITY_NAMES.slice(1),
};
export const INTERFACE: LabelDefinition = { name: 'interface', values: 'interface' };

/** Index into CODE_NAMES. */
export function codeIndex(statusCode: number): number {
  if (statusCode < STATUS_CODE_MIN || statusCode > STATUS_CODE_MAX) {
    return STATUS_CODE_MAX - STATUS_CODE_MIN + 1;
  }
  return statusCode - STATUS_CODE_MIN;
}

/** Index into RESULT_NAMES; 1000, 1001 and 1002 are state's codes for timeout, cancelled and lost. */
export function resultIndex(result: number): number {
  if (result >= 1000 && result <= 1002) return result - 1000 + CODE_NAMES.length;
  return codeIndex(result);
}

/** Index into CLASS_NAMES. */
export function classIndex(statusCode: number): number {
  if (statusCode < STATUS_CODE_MIN || statusCode > STATUS_CODE_MAX) return CLASS_NAMES.length - 1;
  return ((statusCode / 100) | 0) - 1;
}
