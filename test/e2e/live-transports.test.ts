/**
 * Live calls over everything that carries SIP between two namespaces: TCP, WebSocket, IPv6, a VXLAN tunnel seen
 * from outside and inside, and interfaces that show the same packets twice. Every count is exact.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { assertCalls, sumOf } from '../helpers/call-counts.ts';
import { webSocketServer, webSocketServerMissing } from '../helpers/kamailio.ts';
import { addonMissing } from '../helpers/live-source.ts';
import { namespacesMissing, VethPair } from '../helpers/namespaces.ts';
import { eventually, ProbeProcess, type Samples } from '../helpers/probe-process.ts';
import { readPcap } from '../helpers/read-pcap.ts';
import {
  MESSAGES_PER_CALL,
  makeCalls,
  type SippEnd,
  type SippTransport,
  startCallee,
} from '../helpers/sipp.ts';
import { commandMissing, Tcpdump } from '../helpers/tcpdump.ts';
import { WebSocketClient } from '../helpers/websocket-client.ts';

const CALLS = 100;
const PER_SECOND = 100;
const MESSAGES = CALLS * MESSAGES_PER_CALL;
const SIP_PORT = 5060;
/** TCP's are not free at once for a second callee. */
const OTHER_SIP_PORT = 5080;
const WEBSOCKET_PORT = 5066;
const NEAR_IPV6 = 'fd00:5189::1';
const FAR_IPV6 = 'fd00:5189::2';
/** A host that is itself interrupted between two interfaces shows a copy later than the default allows for. */
const PATIENT_WINDOW = ['--dedup-window', '1s'];

const skip =
  addonMissing ||
  namespacesMissing() ||
  commandMissing('sipp', '-v') ||
  commandMissing('tcpdump', '--version');
const pair = new VethPair(12);
const folder = mkdtempSync(join(tmpdir(), 'sipgauge-transports-'));
const probes: ProbeProcess[] = [];
const children: ChildProcess[] = [];

function end(address: string, transport: SippTransport, prefix: readonly string[] = []): SippEnd {
  return { folder, address, port: SIP_PORT, transport, prefix };
}

async function start(args: readonly string[], place?: { host: string }): Promise<ProbeProcess> {
  const all = ['live', ...args];
  const probe =
    place === undefined
      ? await ProbeProcess.start(all)
      : await ProbeProcess.start(all, pair.prefix, place.host);
  probes.push(probe);
  return probe;
}

interface Called {
  /** What each probe exposes when it has counted them all. */
  readonly seen: readonly Samples[];
  /** Messages sent: more than those of the calls when SIPp had to wait for a processor and repeated itself. */
  readonly sent: number;
}

/** Calls from here to there, which tcpdump counts on `iface`; done when every probe has `copies` of each packet. */
async function call(from: SippEnd, to: SippEnd, iface: string, copies = 1): Promise<Called> {
  children.push(await startCallee(to));
  const isUdp = to.transport === 'u1';
  const reference = isUdp ? await startReference(iface, to.address) : undefined;
  await makeCalls({ ...from, port: 5070 }, { to, count: CALLS, perSecond: PER_SECOND });
  assert.equal((await reference?.stop()) ?? 0, 0, 'tcpdump lost nothing');
  const sent = reference === undefined ? MESSAGES : readPcap(reference.path).length;
  assert.ok(sent >= MESSAGES);
  const seen = await Promise.all(
    probes.map((probe) =>
      probe.until(`all ${sent} messages are counted`, (samples) => {
        const duplicates = sumOf(samples, 'sipgauge_packet_fate_total', '"duplicate"');
        const counted = sumOf(samples, 'sip_messages_total') + duplicates;
        return counted >= sent * (duplicates > 0 ? copies : 1);
      }),
    ),
  );
  return { seen, sent };
}

function startReference(iface: string, host: string): Promise<Tcpdump> {
  return Tcpdump.start(iface, `udp and host ${host}`, join(folder, 'reference.pcap'));
}

async function stopAll(): Promise<void> {
  for (const child of children.splice(0)) {
    const gone = once(child, 'exit');
    if (child.exitCode === null && child.kill('SIGKILL')) await gone;
  }
  await Promise.all(probes.splice(0).map((probe) => probe.kill()));
}

/** Every datagram was a message; so many came again another way. */
function assertFates(samples: Samples = new Map(), sent: number, duplicates: number): void {
  assert.equal(sumOf(samples, 'sipgauge_packet_fate_total', '"delivered"'), sent);
  assert.equal(sumOf(samples, 'sipgauge_packet_fate_total', '"duplicate"'), duplicates);
}

interface Expected {
  readonly direction: 'in' | 'out';
  readonly transport: 'udp' | 'tcp';
  readonly sent: number;
}

/** Calls over one transport, nothing lost, nothing counted twice. */
function assertExact(samples: Samples | undefined, expected: Expected): void {
  const { direction, transport, sent } = expected;
  assert.ok(samples !== undefined);
  assertCalls(samples, direction, CALLS);
  const counts = [
    ['sip_messages_total', sumOf(samples, 'sip_messages_total')],
    [transport, sumOf(samples, 'sip_messages_total', `transport="${transport}"`)],
    ['sip_retransmissions_total', sumOf(samples, 'sip_retransmissions_total')],
  ];
  assert.deepEqual(counts, [
    ['sip_messages_total', sent],
    [transport, sent],
    ['sip_retransmissions_total', sent - MESSAGES],
  ]);
  for (const family of [
    'sip_bad_messages_total',
    'sipgauge_tcp_gaps_total',
    'sipgauge_capture_dropped_total',
  ]) {
    assert.equal(sumOf(samples, family), 0, family);
  }
  assert.equal(
    sumOf(samples, 'sipgauge_packets_total'),
    sumOf(samples, 'sipgauge_packet_fate_total'),
  );
}

describe('live calls', { skip }, () => {
  before(() => {
    pair.create();
  });
  afterEach(stopAll);
  after(async () => {
    await stopAll();
    pair.destroy();
    rmSync(folder, { recursive: true });
  });

  it('over one TCP connection', async () => {
    await start(['-i', pair.near]);
    const far = end(pair.farAddress, 't1', pair.prefix);
    const { seen, sent } = await call(end(pair.nearAddress, 't1'), far, pair.near);
    assertExact(seen[0], { direction: 'out', transport: 'tcp', sent });
  });

  it('over a TCP connection each', async () => {
    await start(['-i', pair.near]);
    // A callee takes as many connections as come.
    const far = { ...end(pair.farAddress, 't1', pair.prefix), port: OTHER_SIP_PORT };
    const { seen, sent } = await call(end(pair.nearAddress, 'tn'), far, pair.near);
    assertExact(seen[0], { direction: 'out', transport: 'tcp', sent });
  });

  it('over IPv6', async () => {
    writeFileSync(`/proc/sys/net/ipv6/conf/${pair.near}/disable_ipv6`, '0');
    pair.execFar('sysctl', '-q', '-w', `net.ipv6.conf.${pair.far}.disable_ipv6=0`);
    execFileSync('ip', ['address', 'add', `${NEAR_IPV6}/64`, 'dev', pair.near, 'nodad']);
    pair.execFar('ip', 'address', 'add', `${FAR_IPV6}/64`, 'dev', pair.far, 'nodad');
    await start(['-i', pair.near]);
    const far = end(FAR_IPV6, 'u1', pair.prefix);
    const { seen, sent } = await call(end(NEAR_IPV6, 'u1'), far, pair.near);
    assertExact(seen[0], { direction: 'out', transport: 'udp', sent });
  });

  it('in a VXLAN tunnel, seen from outside and from inside', async () => {
    const inner = pair.addVxlan();
    await start(['-i', pair.near, '--local', inner.nearAddress]);
    await start(['-i', inner.near]);
    await start(['-i', pair.near, '-i', inner.near, ...PATIENT_WINDOW]);
    const far = end(inner.farAddress, 'u1', pair.prefix);
    const { seen, sent } = await call(end(inner.nearAddress, 'u1'), far, inner.near, 2);
    for (const samples of seen) assertExact(samples, { direction: 'out', transport: 'udp', sent });
    const [outside, inside, both] = seen;
    assertFates(inside, sent, 0);
    assertFates(outside, sent, 0);
    assertFates(both, sent, sent);
  });

  it('seen on a bridge and on its port, by name and by any', async () => {
    const inner = pair.addBridges();
    await start(['-i', pair.near, '-i', inner.near, ...PATIENT_WINDOW]);
    // Where nothing else is sent.
    const local = ['--local', inner.farAddress];
    await start(['-i', 'any', ...local, ...PATIENT_WINDOW], { host: inner.farAddress });
    const far = end(inner.farAddress, 'u1', pair.prefix);
    const { seen, sent } = await call(end(inner.nearAddress, 'u1'), far, inner.near, 2);
    const [named, any] = seen;
    assertExact(named, { direction: 'out', transport: 'udp', sent });
    assertExact(any, { direction: 'in', transport: 'udp', sent });
    for (const samples of [named, any]) assertFates(samples, sent, sent);
  });
});

/** The longest is near Kamailio's limit, and leaves here as one segment for the interface to cut. */
const BODY_LENGTHS = [0, 500, 60_000];
const REQUESTS = 30;

function options(number: number): Uint8Array {
  const body = 'b'.repeat(BODY_LENGTHS[number % BODY_LENGTHS.length] ?? 0);
  const lines = [
    `OPTIONS sip:${pair.farAddress} SIP/2.0`,
    `Via: SIP/2.0/WS df7jal23ls0d.invalid;branch=z9hG4bKws${number}`,
    'From: <sip:a@example.com>;tag=1',
    'To: <sip:b@example.com>',
    `Call-ID: ws-${number}`,
    'CSeq: 1 OPTIONS',
    'Max-Forwards: 70',
    'Content-Type: text/plain',
    `Content-Length: ${body.length}`,
  ];
  return new TextEncoder().encode(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

/** A message in a frame, as text or binary, behind a ping or cut into segments. Kamailio takes none continued. */
async function sendOptions(client: WebSocketClient, number: number): Promise<void> {
  const message = options(number);
  switch (Math.floor(number / BODY_LENGTHS.length) % 3) {
    case 0:
      return client.send({ payload: message });
    case 1:
      await client.send({ payload: new Uint8Array(4), opcode: 9 });
      return client.send({ payload: message });
    default:
      return client.send({ payload: message, opcode: 2 }, [1, 3, 50, 200]);
  }
}

describe('requests over WebSocket', { skip: skip || webSocketServerMissing() }, () => {
  const own = new VethPair(13);
  const ownFolder = mkdtempSync(join(tmpdir(), 'sipgauge-kamailio-'));
  before(() => own.create());
  after(async () => {
    await stopAll();
    own.destroy();
    rmSync(ownFolder, { recursive: true });
  });

  it('to Kamailio, in frames of all lengths, behind pings, cut anywhere', async () => {
    const path = join(ownFolder, 'kamailio.cfg');
    writeFileSync(path, webSocketServer(own.farAddress, WEBSOCKET_PORT));
    const probe = await start(['-i', own.near]);
    children.push(own.spawnFar('kamailio', '-f', path, '-DD', '-E', '-Y', ownFolder));
    await eventually('kamailio listens', () => listens(own.farAddress, WEBSOCKET_PORT));
    const client = await WebSocketClient.connect(own.farAddress, WEBSOCKET_PORT);
    for (let i = 0; i < REQUESTS; i++) {
      await sendOptions(client, i);
      await eventually('it is answered', () => client.count('SIP/2.0 200') === i + 1);
    }
    const samples = await probe.until('all is counted', (counted) => {
      return sumOf(counted, 'sip_messages_total') >= 2 * REQUESTS;
    });
    client.close();
    for (const direction of ['in', 'out']) {
      const labels = [`direction="${direction}"`, 'transport="ws"'];
      assert.equal(sumOf(samples, 'sip_messages_total', ...labels), REQUESTS);
    }
    assert.equal(sumOf(samples, 'drachtio_sip_requests_out_total', '"OPTIONS"'), REQUESTS);
    assert.equal(sumOf(samples, 'drachtio_sip_responses_in_total', 'code="200"'), REQUESTS);
    assert.equal(sumOf(samples, 'sip_bad_messages_total'), 0);
    assert.equal(sumOf(samples, 'sipgauge_tcp_gaps_total'), 0);
  });
});

function listens(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    const say = (connected: boolean): void => {
      socket.destroy();
      resolve(connected);
    };
    socket.once('connect', () => say(true)).once('error', () => say(false));
  });
}
