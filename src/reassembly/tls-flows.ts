/**
 * What can be seen of SIP over TLS without its keys: flows, handshakes, alerts and resets, from the record
 * headers alone (RFC 8446 5.1, RFC 5246 6.2.1, 7.2). Nothing is decrypted. Under TLS 1.3 alerts look like
 * application data and stay unseen.
 */
import { readUint8, readUint16 } from '../core/bytes.ts';
import { int32At, int32Column, uint8At, uint8Column } from '../core/columns.ts';
import { type PipelineCounters, TlsHandshake } from '../core/pipeline-counters.ts';
import { Likeness } from './likeness.ts';

/** Alert levels as PipelineCounters.tlsAlerts counts them; 1 and 2 on the wire (RFC 8446 6). */
const AlertLevel = { WARNING: 0, FATAL: 1, ENCRYPTED: 2 } as const;
type AlertLevel = (typeof AlertLevel)[keyof typeof AlertLevel];
const ALERT_LEVELS = 3;

const ContentType = {
  CHANGE_CIPHER_SPEC: 20,
  ALERT: 21,
  HANDSHAKE: 22,
  APPLICATION_DATA: 23,
} as const;
const HEARTBEAT = 24;
const CLIENT_HELLO = 1;
const HEADER_BYTES = 5;
const MAJOR_VERSION = 3;
const MINOR_VERSION_MAX = 4;
/** 2^14 and what compression and expansion may add (RFC 5246 6.2.3). */
const RECORD_MAX = 16_384 + 2048;
const ALERT_BYTES = 2;

const Handshake = { UNSEEN: 0, STARTED: 1, ENDED: 2 } as const;

/** Bits of a direction. */
const SECURED = 1;
const LOST = 2;
/** The direction leads into, or out of, the local side. */
const INBOUND = 4;
const OUTBOUND = 8;

/**
 * Does a TLS record stand at `start`? Its first three bytes tell; with the first of them begins no message
 * of ours.
 */
export function tlsLikeness(buf: Uint8Array, start: number, end: number): Likeness {
  if (start === end) return Likeness.MORE;
  const type = readUint8(buf, start);
  if (type < ContentType.CHANGE_CIPHER_SPEC || type > HEARTBEAT) return Likeness.NO;
  if (start + 3 > end) return Likeness.MORE;
  const isVersion =
    buf[start + 1] === MAJOR_VERSION && readUint8(buf, start + 2) <= MINOR_VERSION_MAX;
  return isVersion ? Likeness.YES : Likeness.NO;
}

export class TlsFlows {
  /** Flows now open. */
  open = 0;
  /** First byte that `read` did not consume. */
  consumed = 0;

  private readonly counters: PipelineCounters;
  private readonly active: Uint8Array;
  private readonly handshake: Uint8Array;
  private readonly directions: Uint8Array;
  /** Bytes of a record's payload still to come, per direction. */
  private readonly recordLeft: Int32Array;

  /** For `connectionsMax` rows, with two directions each: 2 · row and 2 · row + 1. */
  constructor(connectionsMax: number, counters: PipelineCounters) {
    this.counters = counters;
    this.active = uint8Column(connectionsMax);
    this.handshake = uint8Column(connectionsMax);
    this.directions = uint8Column(2 * connectionsMax);
    this.recordLeft = int32Column(2 * connectionsMax);
  }

  /** A connection has turned out to be TLS. `localEnds`: 1 when end 0 is local, plus 2 when end 1 is. */
  begin(row: number, localEnds: number): void {
    if (this.active[row] === 1) return;
    this.active[row] = 1;
    this.open++;
    this.handshake[row] = Handshake.UNSEEN;
    const first = (localEnds & 1) !== 0;
    const second = (localEnds & 2) !== 0;
    this.directions[2 * row] = (first ? OUTBOUND : 0) | (second ? INBOUND : 0);
    this.directions[2 * row + 1] = (second ? OUTBOUND : 0) | (first ? INBOUND : 0);
    this.recordLeft[2 * row] = 0;
    this.recordLeft[2 * row + 1] = 0;
  }

  isActive(row: number): boolean {
    return this.active[row] === 1;
  }

  /** The connection is over; a handshake that had begun has failed. */
  finish(row: number): void {
    if (this.active[row] === 0) return;
    this.fail(row);
    this.forget(row);
  }

  /** The row is wanted for something else: nothing is concluded. */
  forget(row: number): void {
    if (this.active[row] === 1) this.open--;
    this.active[row] = 0;
  }

  /** Reads records from [start, end) of a direction; the bytes from `consumed` on are wanted again. */
  read(direction: number, buf: Uint8Array, start: number, end: number): void {
    this.consumed = start;
    while (this.consumed < end) {
      if (this.hasBit(direction, LOST)) {
        this.consumed = end;
        return;
      }
      const left = int32At(this.recordLeft, direction);
      const step = Math.min(left, end - this.consumed);
      this.consumed += step;
      this.recordLeft[direction] = left - step;
      if (left === 0 && !this.record(direction, buf, end)) return;
    }
  }

  /** `lost` bytes are missing: within a record they matter little, beyond it the next one is not found. */
  gap(direction: number, lost: number): void {
    const left = int32At(this.recordLeft, direction);
    if (left >= lost) this.recordLeft[direction] = left - lost;
    else this.setBit(direction, LOST);
  }

  /** Reads the record header at `consumed`; false when more bytes are needed. */
  private record(direction: number, buf: Uint8Array, end: number): boolean {
    const at = this.consumed;
    if (at + HEADER_BYTES > end) return false;
    const length = readUint16(buf, at + 3);
    if (tlsLikeness(buf, at, end) !== Likeness.YES || length > RECORD_MAX) {
      this.setBit(direction, LOST);
      return true;
    }
    const wanted = Math.min(length, ALERT_BYTES);
    if (at + HEADER_BYTES + wanted > end) return false;
    this.classify(direction, buf, at, length);
    this.consumed = at + HEADER_BYTES;
    this.recordLeft[direction] = length;
    return true;
  }

  private classify(direction: number, buf: Uint8Array, at: number, length: number): void {
    const row = direction >> 1;
    switch (readUint8(buf, at)) {
      case ContentType.HANDSHAKE:
        if (length > 0 && buf[at + HEADER_BYTES] === CLIENT_HELLO) this.start(direction);
        return;
      case ContentType.CHANGE_CIPHER_SPEC:
      case ContentType.APPLICATION_DATA:
        this.setBit(direction, SECURED);
        if (this.hasBit(direction ^ 1, SECURED)) this.conclude(row, TlsHandshake.COMPLETED);
        return;
      case ContentType.ALERT: {
        const secured = this.hasBit(direction, SECURED) || length !== ALERT_BYTES;
        const level = secured
          ? AlertLevel.ENCRYPTED
          : alertLevel(readUint8(buf, at + HEADER_BYTES));
        this.alert(direction, level);
        if (level === AlertLevel.FATAL) this.fail(row);
        return;
      }
      default:
    }
  }

  private start(direction: number): void {
    const row = direction >> 1;
    if (this.handshake[row] !== Handshake.UNSEEN || this.hasBit(direction, SECURED)) return;
    this.handshake[row] = Handshake.STARTED;
    this.count(TlsHandshake.STARTED);
  }

  private fail(row: number): void {
    this.conclude(row, TlsHandshake.FAILED);
  }

  /** A handshake ends once. */
  private conclude(row: number, result: TlsHandshake): void {
    if (this.handshake[row] !== Handshake.STARTED) return;
    this.handshake[row] = Handshake.ENDED;
    this.count(result);
  }

  private count(result: TlsHandshake): void {
    const cells = this.counters.tlsHandshakes;
    cells[result] = (cells[result] ?? 0) + 1;
  }

  private alert(direction: number, level: AlertLevel): void {
    const cells = this.counters.tlsAlerts;
    const out = ALERT_LEVELS + level;
    if (this.hasBit(direction, INBOUND)) cells[level] = (cells[level] ?? 0) + 1;
    if (this.hasBit(direction, OUTBOUND)) cells[out] = (cells[out] ?? 0) + 1;
  }

  private hasBit(direction: number, bit: number): boolean {
    return (uint8At(this.directions, direction) & bit) !== 0;
  }

  private setBit(direction: number, bit: number): void {
    this.directions[direction] = uint8At(this.directions, direction) | bit;
  }
}

function alertLevel(byte: number): AlertLevel {
  if (byte === 1) return AlertLevel.WARNING;
  return byte === 2 ? AlertLevel.FATAL : AlertLevel.ENCRYPTED;
}
