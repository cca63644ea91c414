/**
 * Finds the local side of capture files when none is given (METRICS.md "Local side"): a first look at a
 * bounded number of messages, before anything is counted. Whoever counts tallies on, and looks again if the
 * whole file says otherwise.
 */
import type { PacketSource } from './capture/packet-source.ts';
import { formatAddress } from './core/address.ts';
import type { Endpoint } from './core/address-set.ts';
import type { DataPlane } from './data-plane.ts';

/** Messages that the first look takes in: most files have fewer, and are then known whole. */
const MESSAGES_LOOKED_AT = 20_000;
const PREFIX_BITS = 128;

/** Reads from an open source until enough messages were seen; the plane must be tallying. */
export async function lookAtMessages(
  source: PacketSource,
  plane: DataPlane,
  untilUs: number,
  enough: () => boolean,
): Promise<void> {
  while (plane.counters.messages < MESSAGES_LOOKED_AT && !enough()) {
    const batch = await source.next();
    if (batch === undefined) return;
    if (plane.pipeline.consume(batch, 0, untilUs) < batch.count) return;
  }
}

/** The address that takes part in most messages so far; undefined when there was no message. */
export function inferredLocal(plane: DataPlane): Endpoint | undefined {
  const words = new Int32Array(4);
  if (plane.tally === undefined || !plane.tally.winner(words)) return undefined;
  return { words, prefixLength: PREFIX_BITS, port: 0 };
}

export function endpointText(endpoint: Endpoint | undefined): string {
  return endpoint === undefined ? '' : formatAddress(endpoint.words, 0);
}
