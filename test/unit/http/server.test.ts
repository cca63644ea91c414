import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent } from 'node:http';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { OperatorError } from '../../../src/core/operator-error.ts';
import { HttpLimit, MetricsServer } from '../../../src/http/server.ts';
import { ask, startServer } from '../../helpers/http-fixture.ts';
import { OwnTime } from '../../helpers/own-time.ts';

function open(t: TestContext, port: number): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  t.after(() => socket.destroy());
  return socket;
}

test('the telemetry path serves the format that was asked for', async (t) => {
  const { port } = await startServer(t);
  const classic = await ask(port, '/metrics');
  assert.equal(classic.status, 200);
  assert.equal(classic.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
  assert.equal(classic.body.toString(), 'exposed as classic\n');

  const accept = 'application/openmetrics-text;version=1.0.0,*/*;q=0.1';
  const openMetrics = await ask(port, '/metrics?x=1', { headers: { accept } });
  assert.equal(
    openMetrics.headers['content-type'],
    'application/openmetrics-text; version=1.0.0; charset=utf-8',
  );
  assert.equal(openMetrics.body.toString(), 'exposed as openmetrics\n');
  assert.equal(openMetrics.headers['vary'], 'Accept, Accept-Encoding');
});

test('gzip when the client takes it', async (t) => {
  const { port } = await startServer(t, { expose: () => 'sample 1\n'.repeat(10_000) });
  const answer = await ask(port, '/metrics', { headers: { 'accept-encoding': 'gzip' } });
  assert.equal(answer.headers['content-encoding'], 'gzip');
  assert.ok(answer.body.length < 1_000);
  assert.equal(gunzipSync(answer.body).toString(), 'sample 1\n'.repeat(10_000));
});

test('HEAD has the headers of GET and no body', async (t) => {
  const { port } = await startServer(t);
  const answer = await ask(port, '/metrics', { method: 'HEAD' });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers['content-length'], '19');
  assert.equal(answer.body.length, 0);
});

test('methods other than GET and HEAD are 405 and say what is allowed; unknown paths are 404', async (t) => {
  const { port } = await startServer(t);
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
    const answer = await ask(port, '/metrics', { method });
    assert.equal(answer.status, 405, method);
    assert.equal(answer.headers['allow'], 'GET, HEAD');
  }
  for (const path of ['/metric', '/metrics/', '//metrics', '/%6detrics', '/../metrics', '/']) {
    assert.equal((await ask(port, path)).status, 404, path);
  }
});

test('healthz says that the process lives, readyz that it captures', async (t) => {
  let capturing = false;
  const { port } = await startServer(t, { ready: () => capturing });
  assert.equal((await ask(port, '/healthz')).status, 200);
  const waiting = await ask(port, '/readyz');
  assert.deepEqual([waiting.status, waiting.body.toString()], [503, 'not capturing\n']);
  capturing = true;
  assert.equal((await ask(port, '/readyz')).status, 200);
});

test('pages are served with their own headers', async (t) => {
  const page = () => ({
    contentType: 'text/html; charset=utf-8',
    body: '<p>',
    headers: { 'Content-Security-Policy': "default-src 'none'" },
  });
  const { port } = await startServer(t, { pages: new Map([['/', page]]) });
  const answer = await ask(port, '/');
  assert.equal(answer.body.toString(), '<p>');
  assert.equal(answer.headers['content-security-policy'], "default-src 'none'");
  assert.equal(answer.headers['x-content-type-options'], 'nosniff');
  assert.equal(answer.headers['cache-control'], 'no-store');
});

test('what goes wrong in an exposition is a 500 and a notice, and the next request is answered', async (t) => {
  let bug = true;
  const { port, notices } = await startServer(t, {
    expose: () => {
      if (bug) throw new Error('impossible cell');
      return 'fine\n';
    },
  });
  assert.equal((await ask(port, '/metrics')).status, 500);
  assert.deepEqual(notices, ['/metrics failed: Error: impossible cell']);
  bug = false;
  assert.equal((await ask(port, '/metrics')).body.toString(), 'fine\n');
});

test('scrapes that wait together share one rendering, later ones get their own', async (t) => {
  let renderings = 0;
  const { port } = await startServer(t, { expose: () => `${++renderings}\n` });
  const agent = new Agent({ keepAlive: true });
  t.after(() => agent.destroy());
  const answers = await Promise.all(
    Array.from({ length: 200 }, () => ask(port, '/metrics', { agent })),
  );
  assert.ok(answers.every(({ status }) => status === 200));
  assert.ok(renderings < 50, `${renderings} renderings for 200 scrapes`);
  const before = renderings;
  assert.equal((await ask(port, '/metrics')).body.toString(), `${before + 1}\n`);
});

test('connections beyond the limit are closed, and the server goes on', async (t) => {
  const { port } = await startServer(t);
  const sockets = Array.from({ length: HttpLimit.CONNECTIONS }, () => open(t, port));
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  await once(open(t, port), 'close');
  for (const socket of sockets) socket.destroy();
  await Promise.all(sockets.map((socket) => once(socket, 'close')));
  let status = 0;
  while (status !== 200)
    status = await ask(port, '/metrics').then(
      (a) => a.status,
      () => 0,
    );
});

test('huge headers are refused with 431', async (t) => {
  const { port } = await startServer(t);
  const socket = open(t, port);
  socket.write(`GET /metrics HTTP/1.1\r\nHost: x\r\nX-Huge: ${'a'.repeat(20_000)}\r\n\r\n`);
  const [chunk] = await once(socket, 'data');
  assert.match(String(chunk), /^HTTP\/1.1 431 /);
});

test('a client that sends its headers slowly is cut off with 408', async (t) => {
  const { port } = await startServer(t);
  const socket = open(t, port);
  socket.write('GET /metrics HTTP/1.1\r\n');
  const trickle = setInterval(() => socket.write('X: y\r\n'), 300);
  t.after(() => clearInterval(trickle));
  const time = new OwnTime();
  const [chunk] = await once(socket, 'data');
  assert.match(String(chunk), /^HTTP\/1.1 408 /);
  assert.ok(time.passedMs < HttpLimit.HEADERS_MS + HttpLimit.CHECK_MS + 2_000);
});

test('closing takes less than a second with idle, half-sent, slow and unread connections', async (t) => {
  const { port, server } = await startServer(t, {
    expose: () => 'x'.repeat(50_000_000),
    pages: new Map([['/never', () => new Promise(() => {})]]),
  });
  const agent = new Agent({ keepAlive: true });
  t.after(() => agent.destroy());
  await ask(port, '/healthz', { agent });
  const requests = [
    '',
    'GET /metr',
    'GET /never HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET /metrics HTTP/1.0\r\n\r\n',
  ];
  const sockets = requests.map((request) => {
    const socket = open(t, port);
    socket.pause();
    socket.write(request);
    return socket;
  });
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  // The server has read all four once it has answered a fifth.
  await ask(port, '/healthz');
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let closed = false;
  const closing = server.close().then(() => {
    closed = true;
  });
  t.mock.timers.tick(HttpLimit.CLOSE_MS - 1);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(closed, false, 'open requests get their moment');
  t.mock.timers.tick(1);
  await closing;
  assert.ok(HttpLimit.CLOSE_MS < 1_000);
  await assert.rejects(ask(port, '/healthz'));
});

test('an address that cannot be had is an operator error that says which and what to do', async (t) => {
  const { port } = await startServer(t);
  const attempt = async (host: string | undefined, wanted: number): Promise<OperatorError> => {
    const server = new MetricsServer({
      listen: [
        { host: '127.0.0.1', port: 0 },
        { host, port: wanted },
      ],
      telemetryPath: '/metrics',
      expose: () => '',
      ready: () => true,
      pages: new Map(),
      webConfigFile: undefined,
      onNotice: () => {},
    });
    const error = await server.start().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof OperatorError);
    assert.deepEqual(server.addresses, []);
    return error;
  };
  const inUse = await attempt('127.0.0.1', port);
  assert.equal(inUse.code, 'EADDRINUSE');
  assert.equal(inUse.message, `cannot listen on 127.0.0.1:${port}: the port is in use`);
  assert.match(inUse.hint, /--web.listen-address/);
  assert.equal((await attempt('192.0.2.1', 0)).code, 'EADDRNOTAVAIL');
  const v6 = await attempt('2001:db8::1', 9099);
  assert.match(v6.message, /^cannot listen on \[2001:db8::1\]:9099: /);
});

test('without a host it listens on IPv4 as well', async (t) => {
  const { port } = await startServer(t, { listen: [{ host: undefined, port: 0 }] });
  assert.equal((await ask(port, '/healthz')).status, 200);
});
