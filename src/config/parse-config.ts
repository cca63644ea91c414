/**
 * Flags, file and environment → one frozen Config. All problems are reported at once, in one OperatorError.
 * Precedence: flag, environment (SIPGAUGE_*), file (`--config`), default; a list replaces a list.
 */
import { ExitCode, OperatorError } from '../core/operator-error.ts';
import { chooseValues, type Environment, type TextsByName } from './chosen-values.ts';
import { type Config, TUNNELS } from './config.ts';
import { readConfigFile } from './config-file.ts';
import { checkTogether } from './config-rules.ts';
import { fitToMemory, STREAM_BYTES_MAX } from './memory-limit.ts';
import type { Command } from './option.ts';
import { OptionReader } from './option-reader.ts';

export interface CommandLine {
  readonly command: Command;
  /** Files, interfaces. */
  readonly operands: readonly string[];
  readonly flags: TextsByName;
}

/** Throws OperatorError: USAGE for wrong values, OPERATOR for a file that cannot be read. */
export async function parseConfig(line: CommandLine, environment: Environment): Promise<Config> {
  const path = line.flags.get('config')?.[0] ?? environment['SIPGAUGE_CONFIG'];
  const file = path === undefined ? undefined : await readConfigFile(path);
  const chosen = chooseValues({
    flags: line.flags,
    environment,
    file: file?.texts ?? new Map(),
    fileName: path ?? '',
  });
  const reader = new OptionReader(chosen);
  const written = Object.fromEntries(
    [...chosen].map(([name, { texts }]) => [name, texts.join(' ')]),
  );
  const config: Config = { ...readConfig(line, reader), written, file: path };
  const problems = [...(file?.problems ?? []), ...reader.problems];
  // What does not go together is only worth saying of values that are right by themselves.
  if (problems.length === 0) problems.push(...checkTogether(config));
  if (problems.length > 0) throw usageError(line.command, problems);
  return deepFreeze(config);
}

/** One line for all of them. */
export function usageError(
  command: Command | undefined,
  problems: readonly string[],
): OperatorError {
  const hint = `See: sipgauge ${command === undefined ? '' : `${command} `}--help`;
  return new OperatorError('USAGE', problems.join('; '), hint, ExitCode.USAGE);
}

function readConfig(line: CommandLine, read: OptionReader): Omit<Config, 'written' | 'file'> {
  return {
    command: line.command,
    replay: readReplay(line, read),
    capture: readCapture(line, read),
    hep: {
      listeners: read.hepListeners('listen'),
      authKey: read.text('hep-auth-key'),
      allow: read.networks('hep-allow'),
      ports: read.portRanges('hep-port'),
    },
    ports: {
      sip: read.portRanges('sip-port'),
      webSocket: read.portRanges('ws-port'),
      tls: read.portRanges('tls-port'),
      app: read.integer('app-port'),
    },
    tunnels: read.flag('tunnels') ? read.choices('tunnel', TUNNELS) : [],
    local: read.endpoints('local'),
    peers: read.peers('peer'),
    topologyHiding: read.flag('topology-hiding'),
    times: readTimes(read),
    limits: readLimits(read),
    drachtioNames: read.choice('drachtio-names', ['docs', 'server', 'both']),
    exemplars: read.flag('exemplars'),
    web: {
      listen: read.addressPorts('web.listen-address'),
      telemetryPath: read.text('web.telemetry-path') ?? '',
      configFile: read.text('web.config.file'),
    },
    log: {
      level: read.choice('log.level', ['info', 'debug', 'warn', 'error']),
      format: read.choice('log.format', ['logfmt', 'json']),
    },
    tool: readTool(read),
    user: read.text('user'),
  };
}

function readReplay(line: CommandLine, read: OptionReader): Config['replay'] {
  return {
    files: line.command === 'replay' || line.command === 'report' ? line.operands : [],
    speed: read.speed('speed'),
    loop: read.flag('loop'),
    serve: read.flag('serve'),
    untilUs: read.epochUs('until'),
    explain: read.flag('explain'),
  };
}

function readCapture(line: CommandLine, read: OptionReader): Config['capture'] {
  const operands = line.command === 'live' || line.command === 'doctor' ? line.operands : [];
  return {
    interfaces: [...new Set([...read.texts('interface'), ...operands])],
    filter: read.text('filter'),
    snaplen: read.integer('snaplen'),
    bufferBytes: read.integer('buffer-size') * 1_048_576,
    promiscuous: read.flag('promiscuous'),
    source: read.choice('source', ['native', 'cap']),
    dedupWindowUs: read.durationUs('dedup-window'),
  };
}

function readTimes(read: OptionReader): Config['times'] {
  return {
    matchLingerUs: read.durationUs('match-linger') ?? 0,
    retryWaitUs: read.durationUs('retry-wait') ?? 0,
    inviteMaxAgeUs: read.durationUs('invite-max-age') ?? 0,
    dialogMaxAgeUs: read.durationUs('dialog-max-age') ?? 0,
    appIdleUs: read.durationUs('app-idle') ?? 0,
  };
}

function readLimits(read: OptionReader): Config['limits'] {
  return fitToMemory({
    transactions: read.integer('max-transactions'),
    dialogs: read.integer('max-dialogs'),
    attempts: read.integer('max-attempts'),
    registrations: read.integer('max-registrations'),
    flows: read.integer('max-flows'),
    appConnections: read.integer('max-app-connections'),
    tcpStreams: read.integer('max-tcp-streams'),
    sctpAssociations: read.integer('max-sctp-associations'),
    fragments: read.integer('max-fragments'),
    peers: read.integer('peers-max'),
    series: read.integer('series-max'),
    streamMessageBytes: read.size('stream-message-max') ?? 0,
    memoryBytes: read.size('memory-limit'),
    streamBytes: STREAM_BYTES_MAX,
  });
}

function readTool(read: OptionReader): Config['tool'] {
  return {
    seconds: read.integer('seconds'),
    url: read.text('url') ?? '',
    intervalUs: read.durationUs('interval') ?? 0,
    once: read.flag('once'),
    html: read.text('html'),
    showCallIds: read.flag('show-call-ids'),
  };
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const child of Object.values(value)) deepFreeze(child);
  return Object.freeze(value);
}
