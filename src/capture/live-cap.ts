/**
 * Live capture through npm's cap, for hosts where the addon can't be built. It sees each packet when
 * JavaScript gets to it, so times are those of arrival here, a stall moves them, and what is lost on the
 * way is lost without a count. It says so at start.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Cap } from 'cap';
import { assert } from '../core/assert.ts';
import { Linktype } from '../core/linktype.ts';
import { OperatorError } from '../core/operator-error.ts';
import type { PacketBatch } from '../core/packet-batch.ts';
import { badFilter, noSuchInterface, notPermitted } from './capture-error.ts';
import type { CaptureNotices } from './capture-notices.ts';
import { ANY_INTERFACE, deviceNames } from './devices.ts';
import { LiveBatch } from './live-batch.ts';
import {
  LIVE_BLOCK_BYTES,
  LIVE_BLOCK_ROWS,
  LIVE_IDLE_MS,
  type LiveOptions,
} from './live-options.ts';
import { NATIVE_SLACK_BYTES } from './native-addon.ts';
import type { CaptureStats, PacketSource } from './packet-source.ts';

/** cap's own snaplen; its buffer holds one packet. */
const PACKET_BYTES = 65535;
const LINE_FEED = 0x0a;

/** cap's names for what the decoder knows. */
const LINKTYPES: ReadonlyMap<string, Linktype> = new Map<string, Linktype>([
  ['ETHERNET', Linktype.ETHERNET],
  ['NULL', Linktype.NULL],
  ['RAW', Linktype.RAW],
  ['LINKTYPE_LINUX_SLL', Linktype.LINUX_SLL],
]);

function nowUs(): number {
  return (performance.timeOrigin + performance.now()) * 1000;
}

interface OpenedCap {
  readonly cap: Cap;
  readonly linktype: Linktype;
  readonly packet: Buffer;
}

/** The constructor of npm's cap. Throws OperatorError CAP_NOT_INSTALLED. */
export async function loadCap(): Promise<new () => Cap> {
  try {
    return (await import('cap')).default.Cap;
  } catch (error) {
    throw new OperatorError(
      'CAP_NOT_INSTALLED',
      "npm's cap is not installed, or not built",
      'Run `npm install cap` with libpcap-dev and a compiler there, or leave --source out',
      undefined,
      error,
    );
  }
}

export class LiveCapSource implements PacketSource {
  readonly interfaces: readonly string[];
  readonly #Cap: new () => Cap;
  readonly #options: LiveOptions;
  readonly #notices: CaptureNotices;
  readonly #opened: OpenedCap[] = [];
  readonly #packets: Float64Array;
  readonly #lost: Float64Array;
  #filling: LiveBatch = new LiveBatch();
  #handedOut: LiveBatch = new LiveBatch();
  #used = 0;
  #nextFrame = 1;
  #closed = false;
  #wake: (() => void) | undefined;

  constructor(capClass: new () => Cap, options: LiveOptions, notices: CaptureNotices) {
    this.#Cap = capClass;
    this.#options = options;
    this.#notices = notices;
    this.interfaces = options.interfaces;
    this.#packets = new Float64Array(options.interfaces.length);
    this.#lost = new Float64Array(options.interfaces.length);
  }

  async open(): Promise<void> {
    assert(this.#opened.length === 0 && !this.#closed, 'a live source is opened once');
    this.#notices.warn(
      '--source cap: times are of arrival in this program, not of the kernel, packets lost are not ' +
        'counted, capture is promiscuous, and the program ends when an interface is removed',
    );
    try {
      for (const [index, name] of this.interfaces.entries()) this.#openInterface(index, name);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async next(): Promise<PacketBatch | undefined> {
    await nextTurn();
    if (this.#filling.count === 0 && !this.#closed) await this.#packetOrIdle();
    return this.#closed ? undefined : this.#handOver();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const { cap } of this.#opened) cap.close();
    this.#wake?.();
  }

  stats(): readonly CaptureStats[] {
    return this.interfaces.map((name, index) => ({
      interface: name,
      up: !this.#closed && index < this.#opened.length,
      packets: this.#packets[index] ?? 0,
      droppedByKernel: 0,
      droppedByInterface: 0,
      droppedByRing: this.#lost[index] ?? 0,
    }));
  }

  #openInterface(index: number, name: string): void {
    if (name === ANY_INTERFACE) {
      throw new OperatorError(
        'ANY_NOT_SUPPORTED',
        "npm's cap cannot capture on any",
        'Name the interfaces, or leave --source out',
      );
    }
    const known = deviceNames();
    if (!known.includes(name)) throw noSuchInterface(name, known);
    const packet = Buffer.alloc(PACKET_BYTES);
    const cap = new this.#Cap();
    const linktypeName = this.#openCap(cap, name, packet);
    const linktype = LINKTYPES.get(linktypeName);
    this.#opened.push({ cap, linktype: linktype ?? Linktype.NULL, packet });
    if (linktype === undefined) {
      throw new OperatorError(
        'LINKTYPE_NOT_SUPPORTED',
        `${name} has a link type that npm's cap does not name: ${linktypeName}`,
        'Leave --source out',
      );
    }
    cap.on('packet', (caplen: number) => this.#onPacket(index, caplen));
  }

  /** cap tells the link type only after it took a filter: Ethernet's first, then one for the rest. */
  #openCap(cap: Cap, name: string, packet: Buffer): string {
    const { bufferBytes } = this.#options;
    const filter = this.#options.filterFor(Linktype.ETHERNET);
    const plain = this.#options.filterFor(Linktype.RAW);
    try {
      return cap.open(name, filter, bufferBytes, packet);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (plain !== filter && reason.includes('VLAN')) {
        return cap.open(name, plain, bufferBytes, packet);
      }
      if (/permi|CAP_NET/i.test(reason)) throw notPermitted(name, error);
      if (this.#opened.length === 0 && reason.includes('expression')) {
        throw badFilter(name, filter, reason);
      }
      throw new OperatorError(
        'CAPTURE_FAILED',
        `cannot capture on ${name}: ${reason || 'libpcap gives no reason'}`,
        `Is it up (ip link show ${name}), and is the filter right?`,
        undefined,
        error,
      );
    }
  }

  #onPacket(index: number, caplen: number): void {
    const opened = this.#opened[index];
    const batch = this.#filling;
    if (opened === undefined) return;
    if (batch.count === LIVE_BLOCK_ROWS || this.#used + caplen > LIVE_BLOCK_BYTES) {
      this.#lost[index] = (this.#lost[index] ?? 0) + 1;
      return;
    }
    const row = batch.count;
    batch.block.set(opened.packet.subarray(0, caplen), this.#used);
    batch.timestampUs[row] = nowUs();
    batch.offset[row] = this.#used;
    batch.caplen[row] = caplen;
    batch.len[row] = caplen;
    batch.linktype[row] = opened.linktype;
    batch.interfaceIndex[row] = index;
    batch.count = row + 1;
    this.#used += caplen;
    this.#wake?.();
  }

  #packetOrIdle(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#wake?.(), LIVE_IDLE_MS);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
    });
  }

  #handOver(): LiveBatch {
    const batch = this.#filling;
    batch.block.fill(LINE_FEED, this.#used, this.#used + NATIVE_SLACK_BYTES);
    this.#filling = this.#handedOut;
    this.#filling.count = 0;
    this.#handedOut = batch;
    this.#used = 0;
    batch.drained = true;
    // The next packet will be stamped when it gets here.
    batch.settledUs = nowUs();
    batch.firstFrame = this.#nextFrame;
    this.#nextFrame += batch.count;
    batch.countInto(this.#packets);
    return batch;
  }
}
