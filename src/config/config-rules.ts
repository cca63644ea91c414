/** Rules over several options at once: what must be given for a command, and what excludes each other. */
import type { Config } from './config.ts';

/** Paths the probe serves itself. */
const RESERVED_PATHS: readonly string[] = ['/', '/healthz', '/readyz'];
const RESERVED_FOLDERS: readonly string[] = ['/api/', '/assets/'];

/** Every rule that is broken, as sentences without a full stop. */
export function checkTogether(config: Config): readonly string[] {
  return [...replayRules(config), ...liveRules(config), ...webRules(config), ...peerRules(config)];
}

function replayRules({ command, replay }: Config): readonly string[] {
  const problems: string[] = [];
  if (command !== 'replay' && command !== 'report') return problems;
  if (replay.files.length === 0) problems.push('no capture file is named');
  const stdins = replay.files.filter((file) => file === '-').length;
  if (stdins > 1) problems.push('stdin (-) can be read once only');
  if (stdins > 0 && replay.loop) problems.push('--loop cannot begin stdin (-) again');
  if (replay.loop && replay.untilUs !== undefined) problems.push('--loop excludes --until');
  return [...problems, ...(replay.serve ? servedRules(replay) : printedRules(replay))];
}

function servedRules({ untilUs, explain }: Config['replay']): readonly string[] {
  const problems: string[] = [];
  if (untilUs !== undefined) problems.push('--serve excludes --until');
  if (explain) problems.push('--serve excludes --explain');
  return problems;
}

function printedRules({ loop, speed }: Config['replay']): readonly string[] {
  const problems: string[] = [];
  if (loop) problems.push('--loop never ends to print: it needs --serve');
  if (Number.isFinite(speed)) problems.push('--speed N is for watching it pass: it needs --serve');
  return problems;
}

function liveRules({ command, capture }: Config): readonly string[] {
  if (command !== 'live' || capture.interfaces.length > 0) return [];
  return ['no interface is named: -i IFACE (sipgauge devices lists them)'];
}

function webRules({ web }: Config): readonly string[] {
  const path = web.telemetryPath;
  if (!/^\/[A-Za-z0-9._~/-]*$/.test(path)) return [`--web.telemetry-path: "${path}" is not a path`];
  const inFolder = RESERVED_FOLDERS.some((folder) => path.startsWith(folder));
  if (!inFolder && !RESERVED_PATHS.includes(path)) return [];
  return [`--web.telemetry-path: "${path}" is taken by the probe itself`];
}

function peerRules({ peers }: Config): readonly string[] {
  const owners = new Map<string, string>();
  const problems: string[] = [];
  for (const { name, networks } of peers) {
    for (const network of networks) {
      const owner = owners.get(network);
      if (owner !== undefined && owner !== name) {
        problems.push(`--peer: ${network} belongs to both ${owner} and ${name}`);
      }
      owners.set(network, name);
    }
  }
  return problems;
}
