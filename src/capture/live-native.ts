/**
 * Live capture through the addon: one capture thread drains the kernel's rings of all interfaces, in order
 * of time across them, into a few blocks, which come here whole. When none is free, packets wait in the
 * kernel's ring; nothing is dropped on this side of it.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { assert } from '../core/assert.ts';
import { OperatorError } from '../core/operator-error.ts';
import type { PacketBatch } from '../core/packet-batch.ts';
import { badFilter, noSuchInterface, openFailure } from './capture-error.ts';
import type { CaptureNotices } from './capture-notices.ts';
import { ANY_INTERFACE, listDevices } from './devices.ts';
import { InterfaceWatch } from './interface-watch.ts';
import { LiveBatch } from './live-batch.ts';
import { LIVE_IDLE_MS, type LiveOptions } from './live-options.ts';
import type { NativeAddon, NativeLiveCapture } from './native-addon.ts';
import type { CaptureStats, PacketSource } from './packet-source.ts';

const BLOCKS = 4;
/**
 * The kernel hands over a part of its ring (256 KiB) when it is full or this old. A shorter time would
 * waste the ring: at 100 ms, 32 MiB outlast a standstill of 12 s at any rate below 2.5 MB/s.
 */
const READ_TIMEOUT_MS = 100;

type State = 'new' | 'open' | 'running' | 'closed';

export class LiveNativeSource implements PacketSource {
  readonly interfaces: readonly string[];
  readonly #addon: NativeAddon;
  readonly #options: LiveOptions;
  readonly #notices: CaptureNotices;
  readonly #batches: readonly LiveBatch[];
  readonly #capture: NativeLiveCapture;
  readonly #watches: InterfaceWatch[] = [];
  readonly #packets: Float64Array;
  readonly #report: Float64Array = new Float64Array(3);
  #state: State = 'new';
  /** The block that the caller has. */
  #handedOut = -1;
  #nextFrame = 1;
  #wake: (() => void) | undefined;
  #woken = false;

  constructor(addon: NativeAddon, options: LiveOptions, notices: CaptureNotices) {
    this.#addon = addon;
    this.#options = options;
    this.#notices = notices;
    this.interfaces = options.interfaces;
    this.#packets = new Float64Array(options.interfaces.length);
    this.#batches = Array.from({ length: BLOCKS }, () => new LiveBatch());
    const timing = { readTimeoutMs: READ_TIMEOUT_MS, idleMs: LIVE_IDLE_MS };
    this.#capture = new addon.LiveCapture(this.#batches, timing);
  }

  /**
   * Opens and filters all interfaces. From then on the kernel collects packets; the capture thread starts
   * with the first `next`, so that privileges can be given up in between.
   */
  async open(): Promise<void> {
    assert(this.#state === 'new', 'a live source is opened once');
    try {
      for (const [index, name] of this.interfaces.entries()) {
        const number = this.#openInterface(index);
        const watched = {
          name,
          numberOf: (other: string) => this.#addon.interfaceNumber(other),
          stateOf: (interfaceNumber: number) => this.#addon.interfaceState(interfaceNumber),
          reopen: () => this.#reopen(index),
        };
        this.#watches.push(new InterfaceWatch(watched, number, this.#notices));
      }
    } catch (error) {
      this.#capture.close();
      this.#state = 'closed';
      throw error;
    }
    this.#state = 'open';
  }

  /** Comes back through the event loop each time, so that a busy wire does not starve a scrape. */
  async next(): Promise<PacketBatch | undefined> {
    if (this.#state === 'open') this.#start();
    this.#giveBack();
    await nextTurn();
    while (this.#state === 'running') {
      this.#look();
      const batch = this.#take();
      if (batch !== undefined) return batch;
      await this.#ready();
    }
    return undefined;
  }

  async close(): Promise<void> {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#capture.close();
    this.#onReady();
  }

  stats(): readonly CaptureStats[] {
    const losses = new Float64Array(3);
    return this.interfaces.map((name, index) => {
      this.#capture.losses(index, losses);
      return {
        interface: name,
        up: this.#state !== 'closed' && (this.#watches[index]?.up ?? false),
        packets: this.#packets[index] ?? 0,
        droppedByKernel: losses[0] ?? 0,
        droppedByInterface: losses[1] ?? 0,
        droppedByRing: losses[2] ?? 0,
      };
    });
  }

  #start(): void {
    const failure = this.#capture.start(() => this.#onReady());
    if (failure !== undefined) {
      throw new OperatorError(
        'NO_CAPTURE_THREAD',
        `cannot start the capture thread: ${failure.message}`,
        'Look at the limits on processes (ulimit -u, TasksMax) and open files (ulimit -n)',
      );
    }
    this.#state = 'running';
  }

  #openInterface(index: number): number {
    const name = this.interfaces[index] ?? '';
    // libpcap would take a bus or a queue by such a name, and say less about a name that is not there.
    if (name !== ANY_INTERFACE && this.#addon.interfaceNumber(name) === 0) {
      throw noSuchInterface(name, this.#names());
    }
    const { snaplen, bufferBytes, promiscuous } = this.#options;
    const settings = { interface: name, snaplen, bufferBytes, promiscuous };
    const opened = this.#capture.open(index, settings);
    if ('status' in opened) throw openFailure(name, opened, () => this.#names());
    const filter = this.#options.filterFor(opened.linktype);
    const failure = this.#capture.setFilter(index, filter);
    if (failure !== undefined) throw badFilter(name, filter, failure.message);
    return opened.interfaceNumber;
  }

  #reopen(index: number): number {
    const number = this.#openInterface(index);
    this.#capture.replace(index);
    return number;
  }

  #names(): readonly string[] {
    const captured = listDevices(this.#addon).map((device) => device.name);
    return captured.filter((name) => this.#addon.interfaceNumber(name) !== 0);
  }

  #look(): void {
    for (let event = this.#capture.takeEvent(); event; event = this.#capture.takeEvent()) {
      this.#watches[event.interface]?.report(event.message, event.failed);
    }
    const nowMs = performance.now();
    for (const watch of this.#watches) watch.check(nowMs);
  }

  #take(): LiveBatch | undefined {
    const index = this.#capture.take(this.#report);
    const batch = this.#batches[index];
    if (batch === undefined) return undefined;
    this.#handedOut = index;
    batch.count = this.#report[0] ?? 0;
    batch.drained = this.#report[1] === 1;
    batch.settledUs = this.#report[2] ?? 0;
    batch.firstFrame = this.#nextFrame;
    this.#nextFrame += batch.count;
    batch.countInto(this.#packets);
    return batch;
  }

  #giveBack(): void {
    if (this.#handedOut >= 0) this.#capture.giveBack(this.#handedOut);
    this.#handedOut = -1;
  }

  #ready(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#woken) resolve();
      else this.#wake = resolve;
      this.#woken = false;
    });
  }

  #onReady(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    if (wake === undefined) this.#woken = true;
    else wake();
  }
}
