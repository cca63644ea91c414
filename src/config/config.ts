/**
 * The configuration of one run: validated, frozen, and complete, so that nothing behind it asks for a default.
 * Times are microseconds, sizes bytes. config/parse-config.ts makes it.
 */
import type { Command } from './option.ts';
import type { AddressPort, HepListener, PeerName, PortRange } from './value-grammar.ts';

export interface ReplayConfig {
  /** Of `replay` and `report`, in the order given; `-` is stdin. */
  readonly files: readonly string[];
  /** Times the capture's own pace; Infinity = as fast as possible. */
  readonly speed: number;
  readonly loop: boolean;
  readonly serve: boolean;
  readonly untilUs: number | undefined;
  readonly explain: boolean;
}

export interface CaptureConfig {
  readonly interfaces: readonly string[];
  /** undefined = made from the ports. */
  readonly filter: string | undefined;
  readonly snaplen: number;
  readonly bufferBytes: number;
  readonly promiscuous: boolean;
  readonly source: 'native' | 'cap';
  /** undefined = the source's default. */
  readonly dedupWindowUs: number | undefined;
}

export interface HepConfig {
  readonly listeners: readonly HepListener[];
  readonly authKey: string | undefined;
  /** CIDRs; empty = all senders. */
  readonly allow: readonly string[];
  /** Ports whose datagrams are HEP inside captured traffic. */
  readonly ports: readonly PortRange[];
}

export interface PortsConfig {
  readonly sip: readonly PortRange[];
  readonly webSocket: readonly PortRange[];
  readonly tls: readonly PortRange[];
  readonly app: number;
}

export const TUNNELS = [
  'ipip',
  'gre',
  'erspan',
  'vxlan',
  'geneve',
  'gtpu',
  'tzsp',
  'pppoe',
  'mpls',
] as const;
export type Tunnel = (typeof TUNNELS)[number];

export interface TimesConfig {
  readonly matchLingerUs: number;
  readonly retryWaitUs: number;
  readonly inviteMaxAgeUs: number;
  readonly dialogMaxAgeUs: number;
  /** 0 = for ever. */
  readonly appIdleUs: number;
}

/** Rows at most, by table. */
export interface LimitsConfig {
  readonly transactions: number;
  readonly dialogs: number;
  readonly attempts: number;
  readonly registrations: number;
  readonly flows: number;
  readonly appConnections: number;
  readonly tcpStreams: number;
  readonly sctpAssociations: number;
  readonly fragments: number;
  readonly peers: number;
  readonly series: number;
  readonly streamMessageBytes: number;
  /** undefined = what follows from the rows. */
  readonly memoryBytes: number | undefined;
  /** Bytes of streams that wait to become whole messages; follows from the memory limit. */
  readonly streamBytes: number;
}

export type DrachtioNames = 'docs' | 'server' | 'both';

export interface WebConfig {
  readonly listen: readonly AddressPort[];
  readonly telemetryPath: string;
  /** TLS, passwords and headers. */
  readonly configFile: string | undefined;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface LogConfig {
  readonly level: LogLevel;
  readonly format: 'logfmt' | 'json';
}

/** What the commands that do not count for long are told. */
export interface ToolConfig {
  /** doctor: how long to look. */
  readonly seconds: number;
  /** top: the running probe. */
  readonly url: string;
  readonly intervalUs: number;
  readonly once: boolean;
  /** report: where the HTML goes; undefined = plain text to stdout. */
  readonly html: string | undefined;
  readonly showCallIds: boolean;
}

export interface Config {
  readonly command: Command;
  readonly replay: ReplayConfig;
  readonly capture: CaptureConfig;
  readonly hep: HepConfig;
  readonly ports: PortsConfig;
  readonly tunnels: readonly Tunnel[];
  /** IP, CIDR, IP:port or CIDR:port; empty = to be found out. */
  readonly local: readonly string[];
  readonly peers: readonly PeerName[];
  readonly topologyHiding: boolean;
  readonly times: TimesConfig;
  readonly limits: LimitsConfig;
  readonly drachtioNames: DrachtioNames;
  readonly exemplars: boolean;
  readonly web: WebConfig;
  readonly log: LogConfig;
  readonly tool: ToolConfig;
  /** The user to become; undefined = stay who we are. */
  readonly user: string | undefined;
  /** Every option as it was written, by its name: to tell what a new reading changes. */
  readonly written: Readonly<Record<string, string>>;
  /** The configuration file that was read. */
  readonly file: string | undefined;
}
