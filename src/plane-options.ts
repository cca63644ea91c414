/** What every run tells its data plane: versions, seed, local side, window for duplicates. */
import { ANY_INTERFACE } from './capture/devices.ts';
import type { Config } from './config/config.ts';
import { programVersion } from './config/version.ts';
import type { Endpoint } from './core/address-set.ts';
import type { DataPlaneOptions } from './data-plane.ts';

/** A replay's hashes are the same everywhere. */
export const REPLAY_SEED = 0x5189;
/** Copies of one packet on several interfaces arrive within this. */
const LIVE_DEDUP_WINDOW_US = 5000;
/** And copies of one message that two servers mirrored: as far apart as their ways here are, below T1. */
const HEP_DEDUP_WINDOW_US = 400_000;

export function planeOptions(
  config: Config,
  local: readonly Endpoint[],
  seed: number,
  tallying: boolean,
  libpcapVersion = '',
): DataPlaneOptions {
  return {
    config,
    local,
    seed,
    tallying,
    dedupWindowUs: dedupWindowUs(config),
    version: programVersion(),
    nodeVersion: process.versions.node,
    libpcapVersion,
  };
}

/** Off for files and a single interface, unless asked for. */
function dedupWindowUs(config: Config): number {
  const { dedupWindowUs: asked, interfaces } = config.capture;
  if (asked !== undefined) return asked;
  if (config.command === 'hep') return HEP_DEDUP_WINDOW_US;
  const several = interfaces.length > 1 || interfaces.includes(ANY_INTERFACE);
  return config.command === 'live' && several ? LIVE_DEDUP_WINDOW_US : 0;
}
