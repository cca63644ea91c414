/**
 * `--memory-limit`: what the tables' limits must be for the process to stay below so many bytes, whatever comes.
 * All tables, and the bytes that streams may hold, are lowered in one proportion; limits that fit stay as they
 * are. The prices below are those of full tables (test/unit/config/memory-limit.test.ts holds them to that).
 */
import type { Config } from './config.ts';

type Limits = Config['limits'];

const MIB = 1_048_576;
/** Node, the program and its code, blocks of packets, series, a scrape being rendered. */
const FIXED_BYTES: number = 112 * MIB;
/** Bytes of streams that wait to become whole messages: of TCP so many, of SCTP as many again. */
export const STREAM_BYTES_MAX: number = 64 * MIB;
const STREAM_BYTES_MIN: number = 4 * MIB;

/** Of one key while its table is growing: slots at the least load, and the smaller array. */
const KEY_BYTES = 60;

/** Bytes of one row in every table that has as many as the limit says, and the fewest rows there may be. */
const ROW_PRICES = {
  /** Client and server, with their responses, bindings asked for, timers and hops. */
  transactions: { bytes: 360 + 3 * KEY_BYTES, rowsMin: 1024 },
  dialogs: { bytes: 156 + KEY_BYTES, rowsMin: 1024 },
  /** Of calls and of registrations. */
  attempts: { bytes: 168 + 2 * KEY_BYTES, rowsMin: 1024 },
  registrations: { bytes: 92 + KEY_BYTES, rowsMin: 1024 },
  flows: { bytes: 24 + KEY_BYTES, rowsMin: 1024 },
  appConnections: { bytes: 68 + KEY_BYTES, rowsMin: 16 },
  tcpStreams: { bytes: 1280 + 2 * KEY_BYTES, rowsMin: 16 },
  sctpAssociations: { bytes: 176 + KEY_BYTES, rowsMin: 16 },
  fragments: { bytes: 4096, rowsMin: 16 },
} as const;

type RowLimit = keyof typeof ROW_PRICES;
const ROW_LIMITS: readonly RowLimit[] = [
  'transactions',
  'dialogs',
  'attempts',
  'registrations',
  'flows',
  'appConnections',
  'tcpStreams',
  'sctpAssociations',
  'fragments',
];

/** Bytes of all tables when they are full, and of the streams. */
function tableBytes(limits: Limits): number {
  let bytes = 2 * limits.streamBytes;
  for (const name of ROW_LIMITS) bytes += limits[name] * ROW_PRICES[name].bytes;
  return bytes;
}

/** The limits as they are, or lowered so that they fit; never below the least that options allow. */
export function fitToMemory(limits: Limits): Limits {
  const { memoryBytes } = limits;
  if (memoryBytes === undefined) return limits;
  const share = Math.max(0, memoryBytes - FIXED_BYTES) / tableBytes(limits);
  if (share >= 1) return limits;
  const rows = (name: RowLimit): number => {
    const least = Math.min(limits[name], ROW_PRICES[name].rowsMin);
    return Math.max(least, Math.floor(limits[name] * share));
  };
  const lowered = Object.fromEntries(ROW_LIMITS.map((name) => [name, rows(name)]));
  const streamBytes = Math.max(STREAM_BYTES_MIN, Math.floor(limits.streamBytes * share));
  return { ...limits, ...lowered, streamBytes };
}
