/** SIGHUP: the configuration is read again. Peers and the log's level change at once; the rest is named. */
import type { ProbeIo } from './cli/io.ts';
import type { Config } from './config/config.ts';
import type { Log } from './core/log.ts';
import { OperatorError } from './core/operator-error.ts';
import type { DataPlane } from './data-plane.ts';

/** A bad configuration keeps the old one and says so; no state is lost either way. */
export async function reloadPeers(
  running: Config,
  plane: DataPlane,
  log: Log,
  io: ProbeIo,
): Promise<void> {
  if (io.reread === undefined) return;
  try {
    const fresh = await io.reread();
    plane.setPeers(fresh);
    log.level = fresh.log.level;
    log.info('configuration reloaded', { peers: fresh.peers.length });
    const waiting = changedGroups(running, fresh);
    if (waiting.length > 0) log.warn(`takes effect at the next start only: ${waiting.join(', ')}`);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    log.warn(`the old configuration stays: ${error.message}. ${error.hint}`);
  }
}

/** Groups of the configuration that differ and cannot change while running. */
function changedGroups(running: Config, fresh: Config): string[] {
  const changed: string[] = [];
  for (const [group, value] of Object.entries(fresh)) {
    if (group === 'peers' || group === 'log') continue;
    const before = Object.entries(running).find(([name]) => name === group)?.[1];
    if (JSON.stringify(before) !== JSON.stringify(value)) changed.push(group);
  }
  return changed;
}
