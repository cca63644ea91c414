/**
 * What an HTTP port may meet at its worst — a thousand scrapes at once, wrong passwords, headers that never end
 * or are far too large — while calls are captured: refused or bounded, and not a packet is missing.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { hashSync } from 'bcryptjs';
import { assertCalls, sumOf } from '../helpers/call-counts.ts';
import { addonMissing } from '../helpers/live-source.ts';
import { namespacesMissing, VethPair } from '../helpers/namespaces.ts';
import { eventually, numbersIn, ProbeProcess, type Samples } from '../helpers/probe-process.ts';
import { MESSAGES_PER_CALL, makeCalls, type SippEnd, startCallee } from '../helpers/sipp.ts';
import { commandMissing } from '../helpers/tcpdump.ts';

const CALLS = 300;
const PER_SECOND = 50;
const SCRAPES = 1_000;
const WRONG_PASSWORDS = 50;
const SLOW_CLIENTS = 50;
const HEADER_BYTES = 64 * 1024;
const BCRYPT_ROUNDS = 6;
const RIGHT = 'prometheus:right';

const skip = addonMissing || namespacesMissing() || commandMissing('sipp', '-v');
const pair = new VethPair(21);
const folder = mkdtempSync(join(tmpdir(), 'sipgauge-storm-'));

/** The status of one answer; 0 when the connection was refused or cut. */
function statusOf(port: number, user: string, headers: Record<string, string> = {}) {
  return new Promise<number>((resolve) => {
    const to = { host: '127.0.0.1', port, path: '/metrics' };
    const asked = request({ ...to, agent: false, auth: user, headers });
    asked.on('response', (answer) => {
      answer.resume().on('close', () => resolve(answer.statusCode ?? 0));
    });
    asked.on('error', () => resolve(0));
    asked.end();
  });
}

/** Statuses and how often each came. */
function tally(statuses: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const status of statuses) counts.set(status, (counts.get(status) ?? 0) + 1);
  return counts;
}

/** Sends the beginning of a request and no more; resolves when the server has cut it off. */
async function slowClient(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write('GET /metrics HTTP/1.1\r\nHost: a\r\n');
  socket.resume();
  await once(socket, 'close');
}

async function scraped(port: number): Promise<Samples> {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`, {
    headers: { authorization: `Basic ${Buffer.from(RIGHT).toString('base64')}` },
  });
  return numbersIn(await answer.text());
}

describe('the HTTP port in a storm', { skip }, () => {
  before(() => pair.create());
  after(() => {
    pair.destroy();
    rmSync(folder, { recursive: true });
  });

  it('refuses or bounds it, and the capture misses nothing', async (t) => {
    const web = join(folder, 'web.yml');
    const hash = hashSync('right', BCRYPT_ROUNDS);
    writeFileSync(web, `basic_auth_users: { prometheus: "${hash}" }\n`);
    const probe = new ProbeProcess(['live', '-i', pair.near, '--web.config.file', web]);
    t.after(() => probe.kill());
    await probe.logged(/msg=started/);
    const { port } = probe;
    const near: SippEnd = {
      folder,
      address: pair.nearAddress,
      port: 5070,
      transport: 'u1',
      prefix: [],
    };
    const far: SippEnd = { ...near, address: pair.farAddress, port: 5060, prefix: pair.prefix };
    const callee = await startCallee(far);
    t.after(() => callee.kill('SIGKILL'));

    const calls = makeCalls(near, { to: far, count: CALLS, perSecond: PER_SECOND });
    const each = (count: number, ask: () => Promise<number>) =>
      Promise.all(Array.from({ length: count }, ask)).then(tally);
    const slow = Array.from({ length: SLOW_CLIENTS }, () => slowClient(port));
    const scrapes = await each(SCRAPES, () => statusOf(port, RIGHT));
    const wrong = await each(WRONG_PASSWORDS, () => statusOf(port, 'prometheus:wrong'));
    const none = await each(WRONG_PASSWORDS, () => statusOf(port, ''));
    const huge = await each(SLOW_CLIENTS, () =>
      statusOf(port, RIGHT, { 'x-large': 'x'.repeat(HEADER_BYTES) }),
    );
    await Promise.all(slow);
    await calls;

    // Beyond the limit of connections one is closed unanswered: 0.
    assert.deepEqual(
      [...scrapes.keys()].filter((status) => ![0, 200, 503].includes(status)),
      [],
    );
    assert.ok((scrapes.get(200) ?? 0) > 0);
    assert.equal(wrong.get(200), undefined);
    assert.equal(none.get(200), undefined);
    assert.equal(huge.get(200), undefined);
    let samples: Samples = new Map();
    await eventually('all messages are counted', async () => {
      samples = await scraped(port);
      return sumOf(samples, 'sip_messages_total') >= CALLS * MESSAGES_PER_CALL;
    });
    assertCalls(samples, 'out', CALLS);
    // A host as busy as this one may make SIPp repeat itself; nothing else comes on top.
    const repeated = sumOf(samples, 'sip_retransmissions_total');
    assert.equal(sumOf(samples, 'sip_messages_total'), CALLS * MESSAGES_PER_CALL + repeated);
    assert.equal(sumOf(samples, 'sipgauge_capture_dropped_total'), 0);
  });
});
