/**
 * What a running probe lives through and how it ends: signals, reloads, interfaces that go and come, clients that
 * mean no good. Whatever happens, what is sent is counted.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { sumOf } from '../helpers/call-counts.ts';
import { addonMissing } from '../helpers/live-source.ts';
import { namespacesMissing, VethPair } from '../helpers/namespaces.ts';
import { eventually, ProbeProcess } from '../helpers/probe-process.ts';
import { SipSender } from '../helpers/sip-sender.ts';

const REQUESTS = 'drachtio_sip_requests_out_total{method="OPTIONS"}';
const SCRAPES = 1000;
const END_MS_MAX = 1000;
const skip = addonMissing || namespacesMissing();
const pair = new VethPair(20);
const folder = mkdtempSync(join(tmpdir(), 'sipgauge-shutdown-'));
const probes: ProbeProcess[] = [];
const sockets: Socket[] = [];

async function start(...args: readonly string[]): Promise<ProbeProcess> {
  const probe = await ProbeProcess.start(['live', '-i', pair.near, ...args]);
  probes.push(probe);
  return probe;
}

/** A connection of its own to the probe, which may be closed from the other side at any time. */
function connectTo(probe: ProbeProcess): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(probe.port, '127.0.0.1', () => resolve(socket));
    socket.once('error', reject);
    socket.on('error', () => {});
    sockets.push(socket);
  });
}

function closed(socket: Socket): Promise<void> {
  return eventually(
    'the probe closes the connection',
    () => socket.destroyed || socket.readableEnded,
  );
}

/** Of all scrapes at once: how many were answered whole. */
async function scrapeAtOnce(probe: ProbeProcess, count: number): Promise<number> {
  const agent = new Agent({ keepAlive: false, maxSockets: count });
  const answers = Array.from({ length: count }, () => {
    return new Promise<boolean>((resolve) => {
      const request = get({ port: probe.port, host: '127.0.0.1', path: '/metrics', agent });
      request.on('error', () => resolve(false));
      request.on('response', (response) => {
        response
          .resume()
          .on('end', () => resolve(response.complete))
          .on('error', () => resolve(false));
      });
    });
  });
  return (await Promise.all(answers)).filter((answered) => answered).length;
}

function residentMiB(probe: ProbeProcess): number {
  const status = readFileSync(`/proc/${probe.process.pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}

describe('a running probe', { skip }, () => {
  before(() => pair.create());
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await Promise.all(probes.splice(0).map((probe) => probe.kill()));
  });
  after(() => {
    pair.destroy();
    rmSync(folder, { recursive: true });
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`ends within a second at ${signal}, while it captures and is being scraped`, async () => {
      const probe = await start();
      const sender = await SipSender.open(pair.nearAddress, pair.farAddress);
      const stop = new AbortController();
      const sending = sender.sendUntil(stop.signal);
      await probe.until('it counts', (samples) => (samples.get(REQUESTS) ?? 0) > 0);
      const unread = await connectTo(probe);
      unread.pause().write('GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(50));
      (await connectTo(probe)).write('GET /metrics HT');
      const { status, afterMs } = await probe.end(signal);
      stop.abort();
      await sending;
      sender.close();
      assert.equal(status, 0);
      assert.ok(afterMs < END_MS_MAX, `${afterMs} ms`);
      assert.match(probe.stderr, /msg=stopped/);
    });
  }

  it('takes other peers at SIGHUP and keeps what it knows; a bad file changes nothing', async () => {
    const path = join(folder, 'sipgauge.yaml');
    writeFileSync(path, `peer:\n  - carrier=${pair.farAddress}\n`);
    const probe = await start('--config', path);
    const sender = await SipSender.open(pair.nearAddress, pair.farAddress);
    const byPeer = (name: string): string =>
      `sip_requests_total{direction="out",peer="${name}",method="OPTIONS"}`;

    await sender.send(10);
    await probe.until('the peer has them', (samples) => samples.get(byPeer('carrier')) === 10);
    writeFileSync(path, `snaplen: 1500\npeer:\n  - trunk=${pair.farAddress}\n`);
    probe.process.kill('SIGHUP');
    await probe.logged(/configuration reloaded/);
    await probe.logged(/takes effect at the next start only: snaplen"/);
    await sender.send(5);
    await probe.until('the new one has them', (samples) => samples.get(byPeer('trunk')) === 5);

    writeFileSync(path, 'peer:\n  - nonsense\n');
    probe.process.kill('SIGHUP');
    await probe.logged(/the old configuration stays/);
    await sender.send(5);
    const last = await probe.until('it goes on', (samples) => samples.get(REQUESTS) === 20);
    sender.close();
    assert.equal(last.get(byPeer('trunk')), 10);
    assert.equal(last.get(byPeer('carrier')), 10);
    assert.equal(last.get('sofia_client_txns_total'), 20);
  });

  it('serves on while its interface is down, gone and back, and counts again', async () => {
    const up = `sipgauge_capture_up{interface="${pair.near}"}`;
    const probe = await start();
    const sender = await SipSender.open(pair.nearAddress, pair.farAddress);
    await sender.send(10);
    await probe.until('it counts', (samples) => samples.get(REQUESTS) === 10);

    pair.setNear('down');
    await probe.until('it is down', (samples) => samples.get(up) === 0);
    assert.equal((await probe.ask('/readyz')).status, 503);
    assert.equal((await probe.ask('/healthz')).status, 200);
    pair.setNear('up');
    await probe.until('it is up', (samples) => samples.get(up) === 1);
    await sender.send(10);
    await probe.until('it counts again', (samples) => samples.get(REQUESTS) === 20);

    pair.deleteLink();
    await probe.until('it is gone', (samples) => samples.get(up) === 0);
    pair.createLink();
    await probe.until('it is back', (samples) => samples.get(up) === 1);
    await sender.send(10);
    sender.close();
    await probe.until('it counts once more', (samples) => samples.get(REQUESTS) === 30);
    assert.equal((await probe.end('SIGTERM')).status, 0);
  });

  it('takes an address that comes later for its own', async () => {
    const probe = await start();
    pair.addAddresses('198.19.250.1', '198.19.250.2');
    const sender = await SipSender.open('198.19.250.1', '198.19.250.2');
    await probe.logged(/more addresses, local from now on.*198\.19\.250\.1/);
    await sender.send(10);
    sender.close();
    await probe.until('it counts', (samples) => samples.get(REQUESTS) === 10);
  });

  it('counts every message among scrapers that flood, dawdle, vanish and never read', async () => {
    const probe = await start();
    const sender = await SipSender.open(pair.nearAddress, pair.farAddress);
    const stop = new AbortController();
    const sending = sender.sendUntil(stop.signal);
    const atFirstMiB = residentMiB(probe);

    const unread = await connectTo(probe);
    unread.pause().write('GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(1000));
    const slow = await connectTo(probe);
    slow.resume().write('GET /metrics HTTP/1.1\r\nX-Slow: ');
    const drip = setInterval(() => slow.write('a'), 200);
    const huge = await connectTo(probe);
    huge.resume().write(`GET /metrics HTTP/1.1\r\nX-Huge: ${'a'.repeat(100_000)}\r\n\r\n`);
    await closed(huge);
    for (let i = 0; i < 50; i++) {
      // As a scraper that is killed in the middle of an answer.
      const killed = await connectTo(probe);
      killed.write('GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n', () => killed.resetAndDestroy());
    }
    const answered = await scrapeAtOnce(probe, SCRAPES);
    assert.ok(answered > SCRAPES / 4, `${answered} were answered`);
    await closed(slow);
    clearInterval(drip);

    stop.abort();
    await sending;
    const { sent } = sender;
    sender.close();
    const samples = await probe.until('all is counted', (counted) => {
      return (counted.get(REQUESTS) ?? 0) >= sent;
    });
    assert.equal(samples.get(REQUESTS), sent);
    assert.equal(sumOf(samples, 'sipgauge_capture_dropped_total'), 0);
    assert.ok(residentMiB(probe) - atFirstMiB < 100, `${atFirstMiB} to ${residentMiB(probe)} MiB`);
    assert.equal((await probe.end('SIGTERM')).status, 0);
  });
});
