import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { compareSync, hashSync } from 'bcryptjs';
import { OperatorError } from '../../../src/core/operator-error.ts';
import { readTlsSettings } from '../../../src/http/tls-settings.ts';
import type { TlsConfig } from '../../../src/http/web-config-schema.ts';
import { readWebConfig } from '../../../src/http/web-config-schema.ts';
import { makeAuthority, makeCertificate, opensslMissing } from '../../helpers/certificates.ts';
import type { RunningServer } from '../../helpers/http-fixture.ts';
import { ask, startServer } from '../../helpers/http-fixture.ts';
import { mainThreadMs } from '../../helpers/own-time.ts';
import { PATIENCE_MS } from '../../helpers/patience.ts';

const NO_OPENSSL = opensslMissing ? { skip: 'openssl is not installed' } : {};

function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sipgauge-web-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

let writes = 0;

/** Every write gets a time of its own, whatever the file system's resolution. */
function write(path: string, text: string): void {
  writeFileSync(path, text);
  const time = 1_700_000_000 + writes++;
  utimesSync(path, time, time);
}

function withConfig(t: TestContext, text: string): Promise<RunningServer> {
  const webConfigFile = join(scratch(t), 'web.yml');
  write(webConfigFile, text);
  return startServer(t, { webConfigFile });
}

function basic(user: string, password: string): { headers: { authorization: string } } {
  const encoded = Buffer.from(`${user}:${password}`).toString('base64');
  return { headers: { authorization: `Basic ${encoded}` } };
}

async function statusBecomes(wanted: number, attempt: () => Promise<number>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  let status = await attempt();
  while (status !== wanted) {
    assert.ok(Date.now() < deadline, `still ${status}, not ${wanted}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    status = await attempt();
  }
}

test('with users in the configuration, only the right password gets in, on every path', async (t) => {
  const { port } = await withConfig(t, `basic_auth_users:\n  prom: ${hashSync('s3cret', 4)}\n`);
  for (const path of ['/metrics', '/healthz', '/nowhere']) {
    const answer = await ask(port, path);
    assert.equal(answer.status, 401, path);
    assert.equal(answer.headers['www-authenticate'], 'Basic realm="sipgauge", charset="UTF-8"');
  }
  const status = async (options: object) => (await ask(port, '/metrics', options)).status;
  assert.equal(await status(basic('prom', 's3cret')), 200);
  assert.equal(await status(basic('prom', 's3cret')), 200);
  for (const options of [
    basic('prom', 'wrong'),
    basic('prom', ''),
    basic('other', 's3cret'),
    basic('__proto__', 's3cret'),
    basic('prom', 's3cret'.padEnd(73, 'x')),
    { headers: { authorization: 'Basic !' } },
    { headers: { authorization: 'Basic cHJvbQ==' } },
    { headers: { authorization: 'Bearer s3cret' } },
  ]) {
    assert.equal(await status(options), 401, JSON.stringify(options));
  }
});

test('a flood of wrong passwords is refused without a stall, and who is known still gets in', async (t) => {
  const hash = hashSync('s3cret', 12);
  const { port } = await withConfig(t, `basic_auth_users:\n  prom: ${hash}\n`);
  assert.equal((await ask(port, '/metrics', basic('prom', 's3cret'))).status, 200);
  const started = mainThreadMs();
  compareSync('wrong', hash);
  const checkMs = mainThreadMs() - started;

  let stallMs = 0;
  let last = mainThreadMs();
  const beat = setInterval(() => {
    const now = mainThreadMs();
    stallMs = Math.max(stallMs, now - last);
    last = now;
  }, 1);
  const flood = Array.from({ length: 100 }, (_, i) => ask(port, '/metrics', basic('prom', `${i}`)));
  const known = await ask(port, '/metrics', basic('prom', 's3cret'));
  assert.equal(known.status, 200);
  const statuses = (await Promise.all(flood)).map(({ status }) => status);
  clearInterval(beat);
  assert.ok(statuses.every((status) => status === 401 || status === 503));
  assert.ok(statuses.includes(503), 'the queue is bounded');
  assert.ok(stallMs < checkMs / 2, `stood still for ${stallMs} ms, a check takes ${checkMs} ms`);
});

test('the headers of the configuration are on every answer', async (t) => {
  const { port } = await withConfig(
    t,
    'http_server_config:\n  http2: false\n  headers:\n    X-Frame-Options: deny\n    Strict-Transport-Security: max-age=1\n',
  );
  for (const path of ['/metrics', '/nowhere']) {
    const { headers } = await ask(port, path);
    assert.equal(headers['x-frame-options'], 'deny');
    assert.equal(headers['strict-transport-security'], 'max-age=1');
  }
});

test('a configuration that goes bad refuses everything until it is good again', async (t) => {
  const webConfigFile = join(scratch(t), 'web.yml');
  write(webConfigFile, '');
  const { port, notices } = await startServer(t, { webConfigFile });
  const status = async () => (await ask(port, '/metrics')).status;
  assert.equal(await status(), 200);
  write(webConfigFile, 'basic_auth_user: {}\n');
  await statusBecomes(500, status);
  assert.equal(await status(), 500);
  assert.deepEqual(notices, [
    `web configuration ${webConfigFile}: basic_auth_user is unknown; all requests are refused`,
  ]);
  write(webConfigFile, `basic_auth_users:\n  prom: ${hashSync('new', 4)}\n`);
  await statusBecomes(401, status);
  assert.equal((await ask(port, '/metrics', basic('prom', 'new'))).status, 200);
  rmSync(webConfigFile);
  await statusBecomes(500, status);
  assert.match(notices.at(-1) ?? '', /no such file/);
});

test('a configuration that is bad at the start is one line that names the key', async (t) => {
  const path = join(scratch(t), 'web.yml');
  const bad: readonly (readonly [string, RegExp])[] = [
    ['tls_server_confg: {}', /tls_server_confg is unknown/],
    ['basic_auth_users: {a: plain}', /basic_auth_users\.a is no bcrypt hash/],
    [`basic_auth_users: {a: $2b$15$${'a'.repeat(53)}}`, /bcrypt cost 15 is above 14/],
    ['basic_auth_users: [a]', /basic_auth_users is no mapping/],
    ['http_server_config: {headers: {X-Mine: 1}}', /headers\.X-Mine is unknown/],
    ['http_server_config: {http2: maybe}', /http2 is neither true nor false/],
    ['tls_server_config: {cert_file: 7}', /cert_file is no text/],
    ['tls_server_config: {key_file: x}', /x: no such file/],
    ['tls_server_config: {key: x}', /cert_file is missing/],
    ['tls_server_config: {cert: x}', /key_file is missing/],
    ['tls_server_config: {cert: x, cert_file: y}', /certificate is given twice/],
    ['tls_server_config: {min_version: SSL3}', /min_version: SSL3 is none of TLS10/],
    ['tls_server_config: {cipher_suites: nope}', /cipher_suites is no list of texts/],
    ['- a list', /the file is no mapping/],
    ['{', /web configuration/],
  ];
  for (const [text, message] of bad) {
    write(path, text);
    const error = await startServer(t, { webConfigFile: path }).then(
      () => assert.fail(text),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof OperatorError, text);
    assert.match(error.message, message);
    assert.doesNotMatch(error.message, /\n/);
  }
});

test(
  'versions, suites and curves have the names that exporter-toolkit gives them',
  NO_OPENSSL,
  async (t) => {
    const folder = scratch(t);
    makeAuthority(folder);
    makeCertificate(folder, 'server', 'DNS:localhost');
    const path = join(folder, 'web.yml');
    const read = async (extra: string) => {
      write(path, `tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n${extra}`);
      const { tls } = await readWebConfig(path);
      assert.ok(tls !== undefined);
      return readTlsSettings(tls satisfies TlsConfig, path);
    };
    const { options } = await read(
      [
        '  min_version: TLS12',
        '  max_version: TLS12',
        '  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384]',
        '  curve_preferences: [X25519, CurveP384]',
        '  prefer_server_cipher_suites: false',
      ].join('\n'),
    );
    assert.equal(options.minVersion, 'TLSv1.2');
    assert.equal(options.maxVersion, 'TLSv1.2');
    assert.equal(options.ciphers, 'ECDHE-ECDSA-AES256-GCM-SHA384');
    assert.equal(options.ecdhCurve, 'X25519:P-384');
    assert.equal(options.honorCipherOrder, false);
    await assert.rejects(read('  cipher_suites: [RC4]'), /cipher_suites: RC4 is unknown/);
    await assert.rejects(
      read('  min_version: TLS13\n  max_version: TLS12'),
      /min_version is above/,
    );
    await assert.rejects(
      read('  client_auth_type: RequireAndVerifyClientCert'),
      /needs client_ca_file/,
    );
    await assert.rejects(read('  client_ca_file: ca.crt'), /of no use with NoClientCert/);
  },
);

test(
  'TLS: plain HTTP is refused, and a renewed certificate is served without a restart',
  NO_OPENSSL,
  async (t) => {
    const folder = scratch(t);
    const { cert: ca } = makeAuthority(folder);
    const first = makeCertificate(folder, 'server', 'DNS:localhost');
    const webConfigFile = join(folder, 'web.yml');
    write(webConfigFile, 'tls_server_config: {cert_file: server.crt, key_file: server.key}\n');
    const { port, server } = await startServer(t, { webConfigFile });
    assert.equal(server.scheme, 'https');
    assert.equal((await ask(port, '/metrics', { tls: true, ca })).status, 200);
    await assert.rejects(ask(port, '/metrics'));
    await assert.rejects(ask(port, '/metrics', { tls: true, ca, maxVersion: 'TLSv1.1' } as object));

    const fresh = scratch(t);
    const otherCa = makeAuthority(fresh);
    const renewed = makeCertificate(fresh, 'server', 'DNS:localhost');
    write(first.keyFile, renewed.key);
    write(first.certFile, renewed.cert);
    // Between the two files the pair did not fit, so that a look then may have found it broken.
    await statusBecomes(200, async () => {
      // A request of a client that still trusts the old one makes the server look at its files.
      await ask(port, '/metrics', { tls: true, ca }).catch(() => undefined);
      return ask(port, '/metrics', { tls: true, ca: otherCa.cert }).then(
        ({ status }) => status,
        () => 0,
      );
    });
  },
);

test(
  'client certificates: none, expired and foreign ones are refused, the right one gets in',
  NO_OPENSSL,
  async (t) => {
    const folder = scratch(t);
    const { cert: ca } = makeAuthority(folder);
    makeCertificate(folder, 'server', 'DNS:localhost');
    const good = makeCertificate(folder, 'prometheus', 'DNS:prometheus.example');
    const other = makeCertificate(folder, 'other', 'DNS:other.example');
    const expired = makeCertificate(folder, 'expired', 'DNS:prometheus.example', -1);
    const foreignFolder = scratch(t);
    makeAuthority(foreignFolder);
    const foreign = makeCertificate(foreignFolder, 'prometheus', 'DNS:prometheus.example');
    const webConfigFile = join(folder, 'web.yml');
    const start = async (type: string, extra = '') => {
      const tls = `cert_file: server.crt, key_file: server.key, client_auth_type: ${type}${extra}`;
      write(webConfigFile, `tls_server_config: {${tls}}\n`);
      return (await startServer(t, { webConfigFile })).port;
    };
    const gets = async (port: number, client: object) =>
      ask(port, '/metrics', { tls: true, ca, ...client }).then(
        ({ status }) => status,
        () => 'refused',
      );
    const answers = async (port: number) =>
      Promise.all([{}, good, other, expired, foreign].map((client) => gets(port, client)));

    const withCa = ', client_ca_file: ca.crt';
    const verified = await start('RequireAndVerifyClientCert', withCa);
    assert.deepEqual(await answers(verified), ['refused', 200, 200, 'refused', 'refused']);
    const sans = ', client_allowed_sans: [prometheus.example]';
    const named = await start('RequireAndVerifyClientCert', withCa + sans);
    assert.deepEqual(await answers(named), ['refused', 200, 'refused', 'refused', 'refused']);
    const ifGiven = await start('VerifyClientCertIfGiven', withCa);
    assert.deepEqual(await answers(ifGiven), [200, 200, 200, 'refused', 'refused']);
    const any = await start('RequireAnyClientCert');
    assert.deepEqual(await answers(any), ['refused', 200, 200, 200, 200]);
    const requested = await start('RequestClientCert');
    assert.deepEqual(await answers(requested), [200, 200, 200, 200, 200]);
  },
);
