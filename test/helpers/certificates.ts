/** A certificate authority in a folder, made with openssl: server and client certificates, one of them expired. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const opensslMissing: boolean = spawnSync('openssl', ['version']).error !== undefined;

export interface KeyPair {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
}

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { stdio: 'pipe' });
}

function pair(folder: string, name: string): KeyPair {
  const certFile = join(folder, `${name}.crt`);
  const keyFile = join(folder, `${name}.key`);
  return {
    certFile,
    keyFile,
    cert: readFileSync(certFile, 'utf8'),
    key: readFileSync(keyFile, 'utf8'),
  };
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

export function makeAuthority(folder: string): KeyPair {
  const out = ['-keyout', join(folder, 'ca.key'), '-out', join(folder, 'ca.crt')];
  openssl('req', '-x509', ...NEW_KEY, ...out, '-days', '2', '-subj', '/CN=test authority');
  return pair(folder, 'ca');
}

/** `days` below 0: a certificate that has expired. */
export function makeCertificate(folder: string, name: string, san: string, days = 2): KeyPair {
  const file = (extension: string) => join(folder, `${name}.${extension}`);
  const out = ['-keyout', file('key'), '-out', file('csr')];
  openssl('req', '-new', ...NEW_KEY, ...out, '-subj', `/CN=${name}`);
  writeFileSync(file('ext'), `subjectAltName=${san}\n`);
  const authority = ['-CA', join(folder, 'ca.crt'), '-CAkey', join(folder, 'ca.key')];
  const request = ['-in', file('csr'), '-out', file('crt'), '-extfile', file('ext')];
  openssl('x509', '-req', ...request, ...authority, '-CAcreateserial', '-days', String(days));
  return pair(folder, name);
}
