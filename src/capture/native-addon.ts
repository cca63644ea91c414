/**
 * The addon of native/ as TypeScript sees it, and where it is found. It moves packets and counts losses;
 * names, messages and decisions are made on this side.
 */
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { OperatorError } from '../core/operator-error.ts';

/** libpcap's PCAP_ERROR_ values (pcap.h) that have a meaning of their own here. */
export const PcapStatus = {
  NO_SUCH_DEVICE: -5,
  PERMISSION_DENIED: -8,
  INTERFACE_NOT_UP: -9,
  PROMISCUOUS_PERMISSION_DENIED: -11,
} as const;

export interface NativeFailure {
  /** A PcapStatus, another PCAP_ERROR_ value, or 0. */
  readonly status: number;
  /** 0 where the kernel gave none. */
  readonly errno: number;
  /** libpcap's words; may be empty. */
  readonly message: string;
}

export interface NativeInterface {
  readonly name: string;
  readonly description: string;
  readonly addresses: readonly string[];
  /** PCAP_IF_ bits: 1 loopback, 2 up, 4 running. */
  readonly flags: number;
}

export const InterfaceState = { GONE: 0, DOWN: 1, UP: 2 } as const;
export type InterfaceState = (typeof InterfaceState)[keyof typeof InterfaceState];

export interface NativeUser {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}

/** The memory of one block: the columns of PacketBatch, which the capture thread fills. */
export interface NativeBlock {
  readonly block: Uint8Array;
  readonly timestampUs: Float64Array;
  readonly offset: Uint32Array;
  readonly caplen: Uint32Array;
  readonly len: Uint32Array;
  readonly linktype: Uint16Array;
  readonly interfaceIndex: Uint16Array;
}

/** Bytes behind a block's last packet that the addon fills with line ends. A block is longer by these. */
export const NATIVE_SLACK_BYTES = 16;

export interface NativeTiming {
  /** After this time the kernel shows a partly filled part of its ring. */
  readonly readTimeoutMs: number;
  /** How often an idle wire is reported. */
  readonly idleMs: number;
}

export interface NativeOpenSettings {
  readonly interface: string;
  readonly snaplen: number;
  readonly bufferBytes: number;
  readonly promiscuous: boolean;
}

export interface NativeOpened {
  readonly linktype: number;
  /** The kernel's number; 0 for `any`. */
  readonly interfaceNumber: number;
  readonly nanoseconds: boolean;
}

export interface NativeEvent extends NativeFailure {
  /** Index of the interface. */
  readonly interface: number;
  /** The handle is of no use any more; else it goes on when its interface comes up again. */
  readonly failed: boolean;
}

/** One capture: open every interface, start, then take and give back blocks. */
export interface NativeLiveCapture {
  /** Opens or reopens an interface on this thread; the capture thread gets it by `start` or `replace`. */
  open(index: number, settings: NativeOpenSettings): NativeOpened | NativeFailure;
  /** Of what was opened last. */
  setFilter(index: number, text: string): NativeFailure | undefined;
  /** Once. `ready` is called when a block or an event waits. */
  start(ready: () => void): NativeFailure | undefined;
  replace(index: number): void;
  /** A block's index or -1; `report` gets its packet count, 1 when drained, and the settled time. */
  take(report: Float64Array): number;
  giveBack(block: number): boolean;
  takeEvent(): NativeEvent | undefined;
  /** `report` gets what was lost so far by the kernel, the interface, the ring. */
  losses(index: number, report: Float64Array): void;
  close(): void;
}

export interface NativeAddon {
  libpcapVersion(): string;
  /** undefined when the filter compiles. */
  checkFilter(linktype: number, snaplen: number, text: string): NativeFailure | undefined;
  interfaces(): readonly NativeInterface[] | NativeFailure;
  /** The kernel's number, 0 when there is none of that name. */
  interfaceNumber(name: string): number;
  interfaceState(interfaceNumber: number): InterfaceState;
  findUser(name: string): NativeUser | undefined;
  /** On every thread of the process; undefined when it is done and was verified. */
  dropPrivileges(uid: number, gid: number, groups: readonly number[]): NativeFailure | undefined;
  keepOnlyNetRaw(): NativeFailure | undefined;
  readonly LiveCapture: new (
    blocks: readonly NativeBlock[],
    timing: NativeTiming,
  ) => NativeLiveCapture;
}

const ADDON_FILE = 'sipgauge.node';

/** Asked of what may be opened: existsSync asks what the user may, whom a capability may have been given beside. */
function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

/** The built addon, or a prebuild for this platform; undefined when there is neither. */
function findAddon(root: string): string | undefined {
  const platform = `${process.platform}-${process.arch}`;
  const candidates = [
    join(root, 'native', 'build', 'Release', ADDON_FILE),
    join(root, 'native', 'prebuilds', platform, ADDON_FILE),
  ];
  return candidates.find(isThere);
}

/**
 * Loads the addon below `root`, the package's folder.
 * Throws OperatorError NATIVE_NOT_BUILT, or NATIVE_NOT_LOADABLE with the loader's words.
 */
export function loadNativeAddon(root: string): NativeAddon {
  const path = findAddon(root);
  if (path === undefined) {
    throw new OperatorError(
      'NATIVE_NOT_BUILT',
      'the capture addon is not built',
      'Run `npm run build:native` (it needs a compiler and libpcap-dev), or capture with --source cap',
    );
  }
  try {
    const addon: NativeAddon = createRequire(import.meta.url)(path);
    return addon;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new OperatorError(
      'NATIVE_NOT_LOADABLE',
      `the capture addon does not load: ${reason}`,
      'Install libpcap, or build the addon for this Node.js with `npm run build:native`',
      undefined,
      error,
    );
  }
}
