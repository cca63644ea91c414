/**
 * Reads the text of a web configuration into plain values, in the form of Prometheus' exporter-toolkit: the same
 * keys, the same defaults, unknown keys refused. It opens no file but the configuration itself.
 */
import { readFile } from 'node:fs/promises';
import { OperatorError } from '../core/operator-error.ts';
import { systemReason } from '../core/system-reason.ts';

export const CLIENT_AUTH_TYPES = [
  'NoClientCert',
  'RequestClientCert',
  'RequireAnyClientCert',
  'VerifyClientCertIfGiven',
  'RequireAndVerifyClientCert',
] as const;
export type ClientAuthType = (typeof CLIENT_AUTH_TYPES)[number];

export interface TlsConfig {
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
  /** The certificate and the key themselves, instead of files. */
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly clientCaFile: string | undefined;
  readonly clientAuthType: ClientAuthType;
  readonly clientAllowedSans: readonly string[];
  readonly minVersion: string;
  readonly maxVersion: string;
  readonly cipherSuites: readonly string[];
  readonly curvePreferences: readonly string[];
  readonly preferServerCipherSuites: boolean;
}

export interface WebConfigValues {
  readonly tls: TlsConfig | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** bcrypt hashes by user. Empty: everybody may ask. */
  readonly users: ReadonlyMap<string, string>;
}

const CONFIG_BYTES_MAX = 1 << 20;
/** A password takes about 2^cost steps to check; 14 is a second on a slow machine. */
const BCRYPT_COST_MAX = 14;
const BCRYPT_HASH = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;

const HEADERS = [
  'Content-Security-Policy',
  'X-Frame-Options',
  'X-Content-Type-Options',
  'X-XSS-Protection',
  'Strict-Transport-Security',
];

/** Throws OperatorError: no such file, not YAML, unknown key, bad value. */
export async function readWebConfig(path: string): Promise<WebConfigValues> {
  try {
    const text = await readFile(path, 'utf8');
    if (text.length > CONFIG_BYTES_MAX) throw new Error(`larger than ${CONFIG_BYTES_MAX} bytes`);
    const { parse } = await import('yaml');
    // An empty file is a configuration without any demands, as in exporter-toolkit.
    return readRoot(new Section('', (parse(text) as unknown) ?? {}));
  } catch (error) {
    throw webConfigError(path, error);
  }
}

export function webConfigError(path: string, error: unknown): OperatorError {
  if (error instanceof OperatorError) return error;
  const isSystemError = error instanceof Error && 'syscall' in error;
  const file = isSystemError && 'path' in error ? String(error.path) : path;
  // A certificate or a key that it names may be what cannot be read.
  const named = file === path ? '' : `${file}: `;
  return new OperatorError(
    'WEB_CONFIG',
    `web configuration ${path}: ${named}${systemReason(error)}`,
    isSystemError
      ? 'check its path and permissions, and those of the files it names'
      : 'its form is that of https://prometheus.io/docs/prometheus/latest/configuration/https/',
    undefined,
    error,
  );
}

function readRoot(root: Section): WebConfigValues {
  const tls = root.section('tls_server_config');
  const http = root.section('http_server_config');
  const headers = http?.section('headers');
  // HTTP/2 is a wish there, not a demand: this server speaks HTTP/1.1.
  http?.flag('http2', true);
  http?.end();
  const values = {
    tls: tls === undefined ? undefined : readTls(tls),
    headers: headers === undefined ? {} : readHeaders(headers),
    users: readUsers(root.section('basic_auth_users')),
  };
  root.end();
  return values;
}

function readTls(tls: Section): TlsConfig {
  const values = {
    certFile: tls.text('cert_file'),
    keyFile: tls.text('key_file'),
    cert: tls.text('cert'),
    key: tls.text('key'),
    clientCaFile: tls.text('client_ca_file'),
    clientAuthType: tls.choice('client_auth_type', CLIENT_AUTH_TYPES, 'NoClientCert'),
    clientAllowedSans: tls.list('client_allowed_sans'),
    minVersion: tls.choice('min_version', TLS_VERSIONS, 'TLS12'),
    maxVersion: tls.choice('max_version', TLS_VERSIONS, 'TLS13'),
    cipherSuites: tls.list('cipher_suites'),
    curvePreferences: tls.list('curve_preferences'),
    preferServerCipherSuites: tls.flag('prefer_server_cipher_suites', true),
  };
  tls.end();
  return values;
}

export const TLS_VERSIONS = ['TLS10', 'TLS11', 'TLS12', 'TLS13'] as const;

function readHeaders(section: Section): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of HEADERS) {
    const value = section.text(name);
    if (value !== undefined && value !== '') headers[name] = value;
  }
  section.end();
  return headers;
}

function readUsers(section: Section | undefined): Map<string, string> {
  const users = new Map<string, string>();
  for (const name of section?.names() ?? []) {
    const hash = section?.text(name) ?? '';
    const cost = Number(BCRYPT_HASH.exec(hash)?.[1]);
    if (Number.isNaN(cost)) throw new Error(`basic_auth_users.${name} is no bcrypt hash`);
    if (cost > BCRYPT_COST_MAX) {
      throw new Error(`basic_auth_users.${name}: bcrypt cost ${cost} is above ${BCRYPT_COST_MAX}`);
    }
    users.set(name, hash);
  }
  return users;
}

/** A mapping of the file: every value is asked for by type, and what nobody asked for is refused. */
class Section {
  private readonly path: string;
  private readonly values: Map<string, unknown>;
  private readonly asked: Set<string> = new Set();

  constructor(path: string, value: unknown) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new Error(`${path === '' ? 'the file' : path} is no mapping`);
    }
    this.path = path;
    this.values = new Map(Object.entries(value));
  }

  names(): string[] {
    return [...this.values.keys()];
  }

  section(name: string): Section | undefined {
    const value = this.ask(name);
    return value === undefined ? undefined : new Section(this.nameOf(name), value);
  }

  text(name: string): string | undefined {
    const value = this.ask(name);
    if (value === undefined || typeof value === 'string') return value;
    throw new Error(`${this.nameOf(name)} is no text`);
  }

  flag(name: string, unset: boolean): boolean {
    const value = this.ask(name);
    if (value === undefined) return unset;
    if (typeof value === 'boolean') return value;
    throw new Error(`${this.nameOf(name)} is neither true nor false`);
  }

  list(name: string): string[] {
    const value = this.ask(name) ?? [];
    if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
    throw new Error(`${this.nameOf(name)} is no list of texts`);
  }

  choice<T extends string>(name: string, choices: readonly T[], unset: T): T {
    const value = this.text(name);
    // The empty text is how exporter-toolkit's own examples write "the default".
    if (value === undefined || value === '') return unset;
    const found = choices.find((choice) => choice === value);
    if (found !== undefined) return found;
    throw new Error(`${this.nameOf(name)}: ${value} is none of ${choices.join(', ')}`);
  }

  /** Throws when there is a key that nothing has asked for. */
  end(): void {
    for (const name of this.values.keys()) {
      if (!this.asked.has(name)) throw new Error(`${this.nameOf(name)} is unknown`);
    }
  }

  private ask(name: string): unknown {
    this.asked.add(name);
    // YAML's `key:` without a value.
    return this.values.get(name) ?? undefined;
  }

  private nameOf(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }
}
