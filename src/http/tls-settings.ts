/**
 * From the `tls_server_config` of a web configuration to what node:tls takes: certificates read, versions, cipher
 * suites and curves renamed, and the five ways of asking a client for its certificate.
 */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { SecureContextOptions, SecureVersion, TLSSocket } from 'node:tls';
import { createSecureContext } from 'node:tls';
import type { ClientAuthType, TlsConfig } from './web-config-schema.ts';

export interface TlsSettings {
  readonly options: SecureContextOptions & {
    readonly requestCert: boolean;
    readonly rejectUnauthorized: boolean;
  };
  readonly clientAuthType: ClientAuthType;
  readonly clientAllowedSans: readonly string[];
  /** The files it was made of, to be watched. */
  readonly files: readonly string[];
}

const VERSIONS: Readonly<Record<string, SecureVersion>> = {
  TLS10: 'TLSv1',
  TLS11: 'TLSv1.1',
  TLS12: 'TLSv1.2',
  TLS13: 'TLSv1.3',
};

/** Go's names, which the configuration uses, and OpenSSL's. Those of TLS 1.3 are the same in both. */
const CIPHER_SUITES: Readonly<Record<string, string>> = {
  TLS_AES_128_GCM_SHA256: 'TLS_AES_128_GCM_SHA256',
  TLS_AES_256_GCM_SHA384: 'TLS_AES_256_GCM_SHA384',
  TLS_CHACHA20_POLY1305_SHA256: 'TLS_CHACHA20_POLY1305_SHA256',
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: 'ECDHE-ECDSA-AES128-GCM-SHA256',
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: 'ECDHE-ECDSA-AES256-GCM-SHA384',
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: 'ECDHE-ECDSA-CHACHA20-POLY1305',
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA: 'ECDHE-ECDSA-AES128-SHA',
  TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA: 'ECDHE-ECDSA-AES256-SHA',
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: 'ECDHE-RSA-AES128-GCM-SHA256',
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: 'ECDHE-RSA-AES256-GCM-SHA384',
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: 'ECDHE-RSA-CHACHA20-POLY1305',
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA: 'ECDHE-RSA-AES128-SHA',
  TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA: 'ECDHE-RSA-AES256-SHA',
};

const CURVES: Readonly<Record<string, string>> = {
  CurveP256: 'P-256',
  CurveP384: 'P-384',
  CurveP521: 'P-521',
  X25519: 'X25519',
};

/** Paths are relative to the folder of `configPath`. Throws what is wrong, in words. */
export async function readTlsSettings(config: TlsConfig, configPath: string): Promise<TlsSettings> {
  const folder = dirname(configPath);
  const files: string[] = [];
  const read = async (file: string | undefined, text: string | undefined, what: string) => {
    if (text !== undefined && file !== undefined) throw new Error(`${what} is given twice`);
    if (file === undefined) return text;
    const path = resolve(folder, file);
    files.push(path);
    return readFile(path, 'utf8');
  };
  const cert = await read(config.certFile, config.cert, 'tls_server_config: the certificate');
  const key = await read(config.keyFile, config.key, 'tls_server_config: the key');
  const ca = await read(config.clientCaFile, undefined, 'tls_server_config: client_ca_file');
  if (cert === undefined) throw new Error('tls_server_config: cert_file is missing');
  if (key === undefined) throw new Error('tls_server_config: key_file is missing');
  checkClientAuth(config, ca);

  const options = {
    cert,
    key,
    ...(ca === undefined ? {} : { ca }),
    ...versionOptions(config),
    ...suiteOptions(config),
    requestCert: config.clientAuthType !== 'NoClientCert',
    rejectUnauthorized: config.clientAuthType === 'RequireAndVerifyClientCert',
  };
  // Certificate and key that do not belong together are found here, not at the first handshake.
  createSecureContext(options);
  const { clientAuthType, clientAllowedSans } = config;
  return { options, clientAuthType, clientAllowedSans, files };
}

/** What node:tls does not check by itself. */
export function checkClientCertificate(socket: TLSSocket, settings: TlsSettings): boolean {
  const { clientAuthType, clientAllowedSans } = settings;
  const certificate = socket.getPeerCertificate();
  const given = Object.keys(certificate).length > 0;
  if (clientAuthType === 'RequireAnyClientCert' && !given) return false;
  if (clientAuthType === 'VerifyClientCertIfGiven' && given && !socket.authorized) return false;
  if (clientAllowedSans.length === 0) return true;
  const names = (certificate.subjectaltname ?? '').split(', ').map((name) => {
    return name.slice(name.indexOf(':') + 1);
  });
  return names.some((name) => clientAllowedSans.includes(name));
}

function checkClientAuth(config: TlsConfig, ca: string | undefined): void {
  const verifies = config.clientAuthType.includes('Verify');
  if (verifies && ca === undefined) {
    throw new Error(`tls_server_config: ${config.clientAuthType} needs client_ca_file`);
  }
  if (!verifies && ca !== undefined) {
    throw new Error(`tls_server_config: client_ca_file is of no use with ${config.clientAuthType}`);
  }
  if (
    config.clientAllowedSans.length > 0 &&
    config.clientAuthType !== 'RequireAndVerifyClientCert'
  ) {
    throw new Error('tls_server_config: client_allowed_sans needs RequireAndVerifyClientCert');
  }
}

function versionOptions(config: TlsConfig): SecureContextOptions {
  const minVersion = VERSIONS[config.minVersion];
  const maxVersion = VERSIONS[config.maxVersion];
  if (config.minVersion > config.maxVersion) {
    throw new Error('tls_server_config: min_version is above max_version');
  }
  return {
    ...(minVersion === undefined ? {} : { minVersion }),
    ...(maxVersion === undefined ? {} : { maxVersion }),
  };
}

function suiteOptions(config: TlsConfig): SecureContextOptions {
  const ciphers = renamed(config.cipherSuites, CIPHER_SUITES, 'cipher_suites');
  const curves = renamed(config.curvePreferences, CURVES, 'curve_preferences');
  return {
    honorCipherOrder: config.preferServerCipherSuites,
    ...(ciphers === '' ? {} : { ciphers }),
    ...(curves === '' ? {} : { ecdhCurve: curves }),
  };
}

function renamed(
  names: readonly string[],
  known: Readonly<Record<string, string>>,
  key: string,
): string {
  const theirs = names.map((name) => {
    const found = known[name];
    if (found === undefined) throw new Error(`tls_server_config.${key}: ${name} is unknown`);
    return found;
  });
  return theirs.join(':');
}
