/** Live sources as tests use them: opened with small settings, read until enough came. */
import { createSocket } from 'node:dgram';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LiveNativeSource } from '../../src/capture/live-native.ts';
import type { LiveOptions } from '../../src/capture/live-options.ts';
import { loadNativeAddon, type NativeAddon } from '../../src/capture/native-addon.ts';
import type { PacketSource } from '../../src/capture/packet-source.ts';
import type { PacketBatch } from '../../src/core/packet-batch.ts';
import { repoRoot } from './paths.ts';
import { PATIENCE_MS } from './patience.ts';

export const SIP_PORT = 5060;

const built = existsSync(join(repoRoot, 'native/build/Release/sipgauge.node'));
/** For the `skip` of a test. */
export const addonMissing: string | false = built
  ? false
  : 'the addon is not built (npm run build:native)';

let loaded: NativeAddon | undefined;

/** Only where `addonMissing` is false. Kept: who gave up privileges may not read the checkout any more. */
export function addon(): NativeAddon {
  loaded ??= loadNativeAddon(repoRoot);
  return loaded;
}

export interface OpenedSource {
  readonly source: LiveNativeSource;
  readonly notices: string[];
}

export function makeOptions(
  interfaces: readonly string[],
  more: Partial<LiveOptions> = {},
): LiveOptions {
  return {
    interfaces,
    snaplen: 65535,
    bufferBytes: 8 * 1024 * 1024,
    promiscuous: true,
    filterFor: () => `udp port ${SIP_PORT}`,
    ...more,
  };
}

export async function openSource(
  interfaces: readonly string[],
  more: Partial<LiveOptions> = {},
): Promise<OpenedSource> {
  const notices: string[] = [];
  const note = (message: string) => notices.push(message);
  const options = makeOptions(interfaces, more);
  const source = new LiveNativeSource(addon(), options, { info: note, warn: note });
  await source.open();
  return { source, notices };
}

export interface TakenPacket {
  readonly timestampUs: number;
  readonly data: Uint8Array;
  readonly len: number;
  readonly linktype: number;
  readonly interfaceIndex: number;
}

export function packetsOf(batch: PacketBatch): TakenPacket[] {
  return Array.from({ length: batch.count }, (_, row) => {
    const start = batch.offset[row] ?? 0;
    return {
      timestampUs: batch.timestampUs[row] ?? 0,
      data: batch.block.slice(start, start + (batch.caplen[row] ?? 0)),
      len: batch.len[row] ?? 0,
      linktype: batch.linktype[row] ?? 0,
      interfaceIndex: batch.interfaceIndex[row] ?? 0,
    };
  });
}

/** Reads until `done` says so of what was taken so far, at most for a while. */
export async function takeUntil(
  source: PacketSource,
  done: (taken: readonly TakenPacket[], batch: PacketBatch) => boolean,
): Promise<TakenPacket[]> {
  const taken: TakenPacket[] = [];
  const endMs = performance.now() + PATIENCE_MS;
  while (performance.now() < endMs) {
    const batch = await source.next();
    if (batch === undefined) return taken;
    taken.push(...packetsOf(batch));
    if (done(taken, batch)) return taken;
  }
  throw new Error(`waited in vain; ${taken.length} packets came`);
}

/** Reads until at least `count` packets and then a drained batch came. */
export function takeAtLeast(source: PacketSource, count: number): Promise<TakenPacket[]> {
  return takeUntil(source, (taken, batch) => taken.length >= count && batch.drained);
}

/** Sends datagrams whose payloads are their numbers, from `first` on, padded to `length` bytes. */
export async function sendNumbered(
  address: string,
  count: number,
  first = 0,
  length = 100,
): Promise<void> {
  const socket = createSocket('udp4');
  socket.on('error', () => {}); // An interface that is down may be what a test wants.
  for (let number = first; number < first + count; number++) {
    const payload = String(number).padEnd(length);
    await new Promise((resolve) => socket.send(payload, SIP_PORT, address, resolve));
  }
  socket.close();
}

/** Of an Ethernet frame with an IPv4 header without options and a UDP header. */
const PAYLOAD_OFFSET = 14 + 20 + 8;

/** The numbers that `sendNumbered` wrote. */
export function numbersOf(packets: readonly TakenPacket[]): number[] {
  return packets.map((packet) =>
    Number.parseInt(Buffer.from(packet.data.subarray(PAYLOAD_OFFSET)).toString(), 10),
  );
}

export function numbersFrom(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}
