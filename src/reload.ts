/** SIGHUP: the configuration is read again. Peers and the log's level change at once; the rest is named. */
import type { ProbeIo } from './cli/io.ts';
import type { Config } from './config/config.ts';
import { CONFIGURABLE } from './config/options.ts';
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
    const waiting = changedOptions(running, fresh);
    if (waiting.length > 0) log.warn(`takes effect at the next start only: ${waiting.join(', ')}`);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    log.warn(`the old configuration stays: ${error.message}`);
  }
}

/** Names of options that differ and cannot change while running. */
function changedOptions(running: Config, fresh: Config): string[] {
  return CONFIGURABLE.filter(({ reloadable }) => reloadable !== true)
    .map(({ name }) => name)
    .filter((name) => running.written[name] !== fresh.written[name]);
}
