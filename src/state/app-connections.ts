/**
 * TCP connections of applications to the local side's application port (METRICS.md, drachtio_app_connections):
 * from the handshake's ACK, or data on a connection older than the probe, until FIN both ways, RST, a SYN
 * that reuses the ports, or eviction. Only flags and ports are looked at, never a byte of payload.
 */
import {
  float64At,
  float64Column,
  int32At,
  int32Column,
  uint8At,
  uint8Column,
} from '../core/columns.ts';
import { EvictionLists } from '../core/eviction-lists.ts';
import { Hasher } from '../core/hash.ts';
import { KeyTable } from '../core/key-table.ts';
import { Slab } from '../core/slab.ts';
import type { TimerWheel } from '../core/timer-wheel.ts';
import { SIXTY_FOUR_T1_US, type TrackerOptions } from './tracker-options.ts';

const FIN = 1;
const SYN = 2;
const RST = 4;
const ACK = 16;

const State = { OPENING: 0, ESTABLISHED: 1 } as const;
/** Bits of `closed`. */
const FIN_FROM_SERVER = 1;
const FIN_FROM_APPLICATION = 2;
const FIN_BOTH = 3;
const SLOTS_INITIAL = 64;

/** What is looked at of a segment; the decoder's record has all of it. */
export interface TcpSegment {
  /** Words 0–3 source, 4–7 destination. */
  readonly addresses: Int32Array;
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** FIN 1, SYN 2, RST 4, PSH 8, ACK 16. */
  readonly tcpFlags: number;
  readonly payloadWireLength: number;
}

export class AppConnections {
  readonly timerBase: number;
  readonly slab: Slab;
  private readonly keys: KeyTable;
  private readonly wheel: TimerWheel;
  private readonly lists: EvictionLists;
  private readonly hasher: Hasher;
  private readonly idleUs: number;
  evictions = 0;

  private readonly keyLo: Int32Array;
  private readonly keyHi: Int32Array;
  private readonly state: Uint8Array;
  private readonly closed: Uint8Array;
  private readonly lastUs: Float64Array;

  constructor(options: TrackerOptions, wheel: TimerWheel, timerBase: number) {
    const rowsMax = options.appConnectionsMax;
    this.timerBase = timerBase;
    this.wheel = wheel;
    this.idleUs = options.appIdleUs;
    this.hasher = new Hasher(options.seed);
    this.slab = new Slab(rowsMax);
    this.keys = new KeyTable(rowsMax, SLOTS_INITIAL);
    this.lists = EvictionLists.apart(rowsMax, 2);
    this.keyLo = int32Column(rowsMax);
    this.keyHi = int32Column(rowsMax);
    this.state = uint8Column(rowsMax);
    this.closed = uint8Column(rowsMax);
    this.lastUs = float64Column(rowsMax);
  }

  /** One segment of such a connection; `fromServer`: its source is the application port. */
  segment(packet: TcpSegment, fromServer: boolean, nowUs: number): void {
    this.load(packet, fromServer);
    const { lo, hi } = this.hasher;
    const row = this.keys.find(lo, hi);
    const flags = packet.tcpFlags;
    if ((flags & RST) !== 0) {
      if (row >= 0) this.remove(row);
      return;
    }
    if ((flags & SYN) !== 0) {
      this.handshake(row, lo, hi, fromServer, nowUs);
      return;
    }
    if (row < 0) {
      // Older than the probe: data, or a FIN that is not the last, shows that it is there.
      if (packet.payloadWireLength > 0 && (flags & FIN) === 0)
        this.add(lo, hi, State.ESTABLISHED, nowUs);
      return;
    }
    if ((flags & ACK) !== 0 && (!fromServer || packet.payloadWireLength > 0)) this.establish(row);
    if ((flags & FIN) !== 0) {
      const side = fromServer ? FIN_FROM_SERVER : FIN_FROM_APPLICATION;
      const closed = uint8At(this.closed, row) | side;
      this.closed[row] = closed;
      if (closed === FIN_BOTH) {
        this.remove(row);
        return;
      }
    }
    this.touch(row, nowUs);
  }

  due(row: number, nowUs: number): void {
    const opening = this.state[row] === State.OPENING;
    const limit = opening ? SIXTY_FOUR_T1_US : this.idleUs;
    if (limit === 0) return;
    const end = float64At(this.lastUs, row) + limit;
    if (end <= nowUs) this.remove(row);
    else this.wheel.schedule(this.timerBase + row, end);
  }

  count(): number {
    let established = 0;
    for (let row = 0; row < this.slab.highWater; row++) {
      if (this.slab.isLive(row) && this.state[row] === State.ESTABLISHED) established++;
    }
    return established;
  }

  private handshake(row: number, lo: number, hi: number, fromServer: boolean, nowUs: number): void {
    if (fromServer) {
      if (row >= 0) this.touch(row, nowUs);
      return;
    }
    // A SYN on ports that are in use: the old connection is gone, unless it is this one's retransmission.
    if (row >= 0 && this.state[row] === State.OPENING) {
      this.touch(row, nowUs);
      return;
    }
    if (row >= 0) this.remove(row);
    this.add(lo, hi, State.OPENING, nowUs);
  }

  private establish(row: number): void {
    if (this.state[row] === State.ESTABLISHED) return;
    this.state[row] = State.ESTABLISHED;
    this.lists.move(row, 1);
    this.wheel.cancel(this.timerBase + row);
  }

  private touch(row: number, nowUs: number): void {
    this.lastUs[row] = nowUs;
    const opening = this.state[row] === State.OPENING;
    const limit = opening ? SIXTY_FOUR_T1_US : this.idleUs;
    if (limit > 0) this.wheel.schedule(this.timerBase + row, nowUs + limit);
  }

  private add(lo: number, hi: number, state: number, nowUs: number): void {
    if (this.slab.size === this.slab.rowsMax) {
      this.remove(this.lists.oldest());
      this.evictions++;
    }
    const row = this.slab.allocate();
    this.keys.insert(lo, hi, row);
    this.keyLo[row] = lo;
    this.keyHi[row] = hi;
    this.state[row] = state;
    this.closed[row] = 0;
    this.lists.add(row, state);
    this.touch(row, nowUs);
  }

  private remove(row: number): void {
    this.wheel.cancel(this.timerBase + row);
    this.keys.remove(int32At(this.keyLo, row), int32At(this.keyHi, row));
    this.lists.remove(row);
    this.slab.free(row);
  }

  private load(packet: TcpSegment, fromServer: boolean): void {
    const { hasher } = this;
    const { addresses } = packet;
    const server = fromServer ? 0 : 4;
    hasher.reset();
    for (let i = 0; i < 4; i++) hasher.word(int32At(addresses, server + i));
    for (let i = 0; i < 4; i++) hasher.word(int32At(addresses, 4 - server + i));
    const serverPort = fromServer ? packet.sourcePort : packet.destinationPort;
    const applicationPort = fromServer ? packet.destinationPort : packet.sourcePort;
    hasher.word((serverPort << 16) | applicationPort);
    hasher.finish();
  }
}
