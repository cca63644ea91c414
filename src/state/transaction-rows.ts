/**
 * What is known of each transaction of one role: a record of 32 words, two lines of the processor's cache. What
 * a scrape counts over all rows is kept apart, packed densely, so that it does not have to walk the records.
 */
import {
  float64At,
  float64Column,
  int32At,
  uint8At,
  uint8Column,
  uint16At,
} from '../core/columns.ts';
import { Rows } from '../core/rows.ts';

const WORD_SHIFT = 5;
const BYTE_SHIFT = 7;
const HALF_SHIFT = 6;
const DOUBLE_SHIFT = 4;

// Words.
export const LINK = 0;
const SECOND_LINE = 16;
const SERIAL = 2;
const KEY_LO = 3;
const KEY_HI = 4;
const FLOW = 5;
const SIGNATURE = 6;
const NEXT_IN_CHAIN = 7;
const ERA = 18;
const EXPIRES = 19;
const ATTEMPT = 20;
const ATTEMPT_SERIAL = 21;
const DIALOG = 22;
const DIALOG_SERIAL = 23;
const UPSTREAM = 24;
const UPSTREAM_SERIAL = 25;
/** The first of those of response-memory.ts, up to the end. */
export const RESPONSES = 26;
// Doubles.
const START = 4;
const LINGER = 5;
const TIMEOUT_AT = 6;
const SCHEDULED = 7;
// Bytes of words 16 and 17, whose second half is the peer.
const METHOD = 64;
const STATE = 65;
const FLAGS = 66;
const TIMEOUT = 67;
export const CLASS_BYTE = 68;
const PEER = 35;

/** The Expires header of a request, in seconds: 68 years say as much as 136. */
const EXPIRES_MAX = 2 ** 31 - 1;

export const TransactionFlag = {
  /** The request has a To tag. */
  IN_DIALOG: 1,
  /** Server: a copy of this request went out. */
  FORWARDED: 2,
  /** Client: this request is a copy of a received one. */
  FORWARDED_COPY: 4,
  PDD_DONE: 8,
  ANSWER_DONE: 16,
  /** The originator sent CANCEL. */
  CANCELLED: 32,
  FINAL_SEEN: 64,
  RELIABLE: 128,
} as const;

export class TransactionRows {
  protected readonly rows: Rows;
  private readonly words: Int32Array;
  private readonly bytes: Uint8Array;
  private readonly halves: Uint16Array;
  private readonly doubles: Float64Array;
  /** Timer time at which the RFC's machine is over: until then the transaction counts as alive. */
  readonly aliveUntilUs: Float64Array;
  /** 1 while a received initial INVITE was forwarded and has no final response. */
  readonly proxyCores: Uint8Array;

  /** `heads`: rows for the ends of lists, as Rows has them. */
  constructor(rowsMax: number, heads: number) {
    this.rows = new Rows(rowsMax, WORD_SHIFT, heads);
    this.words = this.rows.words;
    this.bytes = this.rows.bytes;
    this.halves = this.rows.halves;
    this.doubles = this.rows.doubles;
    this.aliveUntilUs = float64Column(rowsMax);
    this.proxyCores = uint8Column(rowsMax);
  }

  /** A new tenant under a key; what is not set here is set before it is read. */
  protected begin(row: number, lo: number, hi: number, next: number): void {
    const { words } = this;
    const at = row << WORD_SHIFT;
    words[at | KEY_LO] = lo;
    words[at | KEY_HI] = hi;
    words[at | NEXT_IN_CHAIN] = next;
    words[at | SERIAL] = (int32At(words, at | SERIAL) + 1) | 0;
    words[at | ATTEMPT] = -1;
    words[at | DIALOG] = -1;
    words[at | UPSTREAM] = -1;
    words[at | (METHOD / 4)] = 0;
    this.doubles[(row << DOUBLE_SHIFT) | TIMEOUT_AT] = Number.POSITIVE_INFINITY;
    this.doubles[(row << DOUBLE_SHIFT) | SCHEDULED] = Number.POSITIVE_INFINITY;
  }

  /** References kept elsewhere end, and who counts rows finds nothing. */
  protected end(row: number): void {
    const at = (row << WORD_SHIFT) | SERIAL;
    this.words[at] = (int32At(this.words, at) + 1) | 0;
    this.aliveUntilUs[row] = 0;
    this.proxyCores[row] = 0;
  }

  protected keyLo(row: number): number {
    return int32At(this.words, (row << WORD_SHIFT) | KEY_LO);
  }

  protected keyHi(row: number): number {
    return int32At(this.words, (row << WORD_SHIFT) | KEY_HI);
  }

  protected nextInChain(row: number): number {
    return int32At(this.words, (row << WORD_SHIFT) | NEXT_IN_CHAIN);
  }

  protected setNextInChain(row: number, next: number): void {
    this.words[(row << WORD_SHIFT) | NEXT_IN_CHAIN] = next;
  }

  /** Reads both cache lines of a row. */
  touch(row: number): number {
    const at = row << WORD_SHIFT;
    return int32At(this.words, at) ^ int32At(this.words, at | SECOND_LINE);
  }

  /** Counts the lives of a row, so that a reference kept elsewhere can tell a new tenant. */
  serial(row: number): number {
    return int32At(this.words, (row << WORD_SHIFT) | SERIAL);
  }

  /** True while the row's tenant is the one that had this serial. */
  has(row: number, serial: number): boolean {
    return row >= 0 && this.words[(row << WORD_SHIFT) | SERIAL] === serial;
  }

  /** Hash of both addresses and ports, as the request went. */
  flow(row: number): number {
    return int32At(this.words, (row << WORD_SHIFT) | FLOW);
  }

  signature(row: number): number {
    return int32At(this.words, (row << WORD_SHIFT) | SIGNATURE);
  }

  setFlow(row: number, flow: number): void {
    this.words[(row << WORD_SHIFT) | FLOW] = flow;
  }

  setSignature(row: number, signature: number): void {
    this.words[(row << WORD_SHIFT) | SIGNATURE] = signature;
  }

  method(row: number): number {
    return uint8At(this.bytes, (row << BYTE_SHIFT) | METHOD);
  }

  setMethod(row: number, method: number): void {
    this.bytes[(row << BYTE_SHIFT) | METHOD] = method;
  }

  state(row: number): number {
    return uint8At(this.bytes, (row << BYTE_SHIFT) | STATE);
  }

  setState(row: number, state: number): void {
    this.bytes[(row << BYTE_SHIFT) | STATE] = state;
  }

  hasFlag(row: number, flag: number): boolean {
    return (uint8At(this.bytes, (row << BYTE_SHIFT) | FLAGS) & flag) !== 0;
  }

  setFlag(row: number, flag: number): void {
    const at = (row << BYTE_SHIFT) | FLAGS;
    this.bytes[at] = uint8At(this.bytes, at) | flag;
  }

  setFlags(row: number, flags: number): void {
    this.bytes[(row << BYTE_SHIFT) | FLAGS] = flags;
  }

  peer(row: number): number {
    return uint16At(this.halves, (row << HALF_SHIFT) | PEER);
  }

  setPeer(row: number, peer: number): void {
    this.halves[(row << HALF_SHIFT) | PEER] = peer;
  }

  /** Packet time and clock era of the first transmission. */
  setStart(row: number, timestampUs: number, era: number): void {
    this.doubles[(row << DOUBLE_SHIFT) | START] = timestampUs;
    this.words[(row << WORD_SHIFT) | ERA] = era;
  }

  startUs(row: number): number {
    return float64At(this.doubles, (row << DOUBLE_SHIFT) | START);
  }

  era(row: number): number {
    return int32At(this.words, (row << WORD_SHIFT) | ERA);
  }

  /** The request's Expires header in seconds, -1 = none. */
  expires(row: number): number {
    return int32At(this.words, (row << WORD_SHIFT) | EXPIRES);
  }

  setExpires(row: number, seconds: number): void {
    this.words[(row << WORD_SHIFT) | EXPIRES] = Math.min(seconds, EXPIRES_MAX);
  }

  /** Timer time until which a retransmission would still be recognised. */
  lingerUntilUs(row: number): number {
    return float64At(this.doubles, (row << DOUBLE_SHIFT) | LINGER);
  }

  setLingerUntil(row: number, us: number): void {
    this.doubles[(row << DOUBLE_SHIFT) | LINGER] = us;
  }

  /** Timer time of the pending time-out, Infinity when none; `timeout` says which. */
  timeoutAtUs(row: number): number {
    return float64At(this.doubles, (row << DOUBLE_SHIFT) | TIMEOUT_AT);
  }

  timeout(row: number): number {
    return uint8At(this.bytes, (row << BYTE_SHIFT) | TIMEOUT);
  }

  setTimeout(row: number, timeout: number, us: number): void {
    this.doubles[(row << DOUBLE_SHIFT) | TIMEOUT_AT] = us;
    this.bytes[(row << BYTE_SHIFT) | TIMEOUT] = timeout;
  }

  clearTimeout(row: number): void {
    this.doubles[(row << DOUBLE_SHIFT) | TIMEOUT_AT] = Number.POSITIVE_INFINITY;
  }

  /** When the timer wheel looks at the row next; Infinity when it does not. */
  scheduledUs(row: number): number {
    return float64At(this.doubles, (row << DOUBLE_SHIFT) | SCHEDULED);
  }

  setScheduled(row: number, us: number): void {
    this.doubles[(row << DOUBLE_SHIFT) | SCHEDULED] = us;
  }

  /** A row of the attempts and its serial; -1 = none. */
  attempt(row: number): number {
    return int32At(this.words, (row << WORD_SHIFT) | ATTEMPT);
  }

  attemptSerial(row: number): number {
    return int32At(this.words, (row << WORD_SHIFT) | ATTEMPT_SERIAL);
  }

  setAttempt(row: number, attempt: number, serial: number): void {
    this.words[(row << WORD_SHIFT) | ATTEMPT] = attempt;
    this.words[(row << WORD_SHIFT) | ATTEMPT_SERIAL] = serial;
  }

  /** INVITE: the newest of its dialogs. BYE: the dialog it ends. -1 = none. */
  dialog(row: number): number {
    return int32At(this.words, (row << WORD_SHIFT) | DIALOG);
  }

  dialogSerial(row: number): number {
    return int32At(this.words, (row << WORD_SHIFT) | DIALOG_SERIAL);
  }

  setDialog(row: number, dialog: number, serial: number): void {
    this.words[(row << WORD_SHIFT) | DIALOG] = dialog;
    this.words[(row << WORD_SHIFT) | DIALOG_SERIAL] = serial;
  }

  /** Client: the server transaction whose request this one is a copy of; -1 = none. */
  upstream(row: number): number {
    return int32At(this.words, (row << WORD_SHIFT) | UPSTREAM);
  }

  upstreamSerial(row: number): number {
    return int32At(this.words, (row << WORD_SHIFT) | UPSTREAM_SERIAL);
  }

  setUpstream(row: number, upstream: number, serial: number): void {
    this.words[(row << WORD_SHIFT) | UPSTREAM] = upstream;
    this.words[(row << WORD_SHIFT) | UPSTREAM_SERIAL] = serial;
  }
}
