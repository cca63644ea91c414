/** HEP as a real sender writes it: Kamailio's siptrace mirrors what it receives and sends. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { HepListenerSource } from '../../src/capture/hep-listener.ts';
import { TRANSPORT_NAMES } from '../../src/core/transport.ts';
import { decodeHep, HepRecord, hasHepKey } from '../../src/decode/hep.ts';
import { PacketFate } from '../../src/decode/packet-fate.ts';
import { PATIENCE_MS } from '../helpers/patience.ts';
import { eventually } from '../helpers/probe-process.ts';

const MODULES = '/usr/lib/x86_64-linux-gnu/kamailio/modules/';
const hasKamailio =
  spawnSync('kamailio', ['-v']).status === 0 && existsSync(join(MODULES, 'siptrace.so'));
const skip = hasKamailio ? false : 'kamailio with siptrace is not installed';

const LOCALHOST = '127.0.0.1';
const LOCALHOST_WORD = 0x7f000001;
const UDP_REQUESTS = 50;
const TCP_REQUESTS = 10;
/** Each request, and its answer. */
const MESSAGES = 2 * (UDP_REQUESTS + TCP_REQUESTS);
const KEY = 'a key';

function configuration(version: number, sipPort: number, hepPort: number): string {
  return `
debug=0
log_stderror=yes
children=2
listen=udp:${LOCALHOST}:${sipPort}
listen=tcp:${LOCALHOST}:${sipPort}
mpath="${MODULES}"
loadmodule "sl.so"
loadmodule "siptrace.so"
modparam("siptrace", "duplicate_uri", "sip:${LOCALHOST}:${hepPort}")
modparam("siptrace", "hep_mode_on", 1)
modparam("siptrace", "hep_version", ${version})
modparam("siptrace", "auth_key", "${KEY}")
modparam("siptrace", "trace_to_database", 0)
modparam("siptrace", "trace_on", 1)
modparam("siptrace", "trace_mode", 1)
request_route {
  sl_send_reply("200", "OK");
}
`;
}

function request(transport: 'UDP' | 'TCP', port: number, number: number): string {
  return [
    `OPTIONS sip:${LOCALHOST} SIP/2.0`,
    `Via: SIP/2.0/${transport} ${LOCALHOST}:${port};branch=z9hG4bK${transport}${number}`,
    'From: <sip:a@example.com>;tag=1',
    'To: <sip:b@example.com>',
    `Call-ID: ${transport}-${number}`,
    'CSeq: 1 OPTIONS',
    'Max-Forwards: 70',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}

const folder = mkdtempSync(join(tmpdir(), 'sipgauge-'));
after(() => rmSync(folder, { recursive: true }));

function startKamailio(version: number, sipPort: number, hepPort: number): ChildProcess {
  const path = join(folder, `kamailio-${version}.cfg`);
  writeFileSync(path, configuration(version, sipPort, hepPort));
  return spawn('kamailio', ['-f', path, '-DD', '-E', '-Y', folder], { stdio: 'ignore' });
}

async function boundSocket(): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(0, LOCALHOST);
  await once(socket, 'listening');
  return socket;
}

/** Two ports that nobody else has, for SIP and for HEP. */
async function freePorts(): Promise<readonly [number, number]> {
  const sockets = [await boundSocket(), await boundSocket()] as const;
  const ports = [sockets[0].address().port, sockets[1].address().port] as const;
  for (const socket of sockets) socket.close();
  return ports;
}

/** Sends a request until it is answered. */
async function waitForAnswer(port: number): Promise<void> {
  const socket = await boundSocket();
  let answered = false;
  socket.once('message', () => {
    answered = true;
  });
  let number = 100_000;
  await eventually('kamailio answers', () => {
    if (!answered) socket.send(request('UDP', socket.address().port, number++), port, LOCALHOST);
    return answered;
  });
  socket.close();
}

async function sendUdp(port: number): Promise<void> {
  const socket = await boundSocket();
  for (let i = 0; i < UDP_REQUESTS; i += 1) {
    const answer = once(socket, 'message');
    socket.send(request('UDP', socket.address().port, i), port, LOCALHOST);
    await answer;
  }
  socket.close();
}

async function sendTcp(port: number): Promise<void> {
  const socket = connect(port, LOCALHOST);
  await once(socket, 'connect');
  for (let i = 0; i < TCP_REQUESTS; i += 1) {
    const answer = once(socket, 'data');
    socket.write(request('TCP', socket.localPort ?? 0, i));
    await answer;
  }
  socket.destroy();
}

interface Mirrored {
  readonly transport: string | undefined;
  readonly startLine: string | undefined;
  readonly callId: string | undefined;
  readonly toServer: boolean;
  readonly authentic: boolean;
}

/** Everything that is mirrored: what has to be, and what else comes before it is quiet. */
async function readMirrored(source: HepListenerSource, sipPort: number): Promise<Mirrored[]> {
  const record = new HepRecord();
  const all: Mirrored[] = [];
  const nowUs = Date.now() * 1000;
  const asked = (): Mirrored[] => all.filter(({ callId }) => !/-1\d{5}$/.test(callId ?? ''));
  const endMs = performance.now() + PATIENCE_MS;
  const missing = (): boolean => asked().length < MESSAGES && performance.now() < endMs;
  for (let idle = 0; idle < 3 || missing(); idle += 1) {
    const batch = await source.next();
    assert.ok(batch !== undefined);
    for (let row = 0; row < batch.count; row += 1) {
      idle = 0;
      const start = batch.offset[row] ?? 0;
      const fate = decodeHep(batch.block, start, start + (batch.caplen[row] ?? 0), record);
      assert.equal(fate, PacketFate.DELIVERED);
      assert.ok(Math.abs((batch.timestampUs[row] ?? 0) - nowUs) < PATIENCE_MS * 1000);
      assert.equal(record.addresses[3], LOCALHOST_WORD);
      assert.equal(record.addresses[7], LOCALHOST_WORD);
      const end = record.payloadOffset + record.payloadLength;
      const message = Buffer.from(batch.block.subarray(record.payloadOffset, end)).toString();
      assert.ok(message.endsWith('\r\n\r\n'));
      all.push({
        transport: TRANSPORT_NAMES[record.transport],
        startLine: message.split('\r\n')[0],
        callId: /^Call-ID: (.*)\r$/m.exec(message)?.[1],
        toServer: record.destinationPort === sipPort,
        authentic: hasHepKey(batch.block, record, new TextEncoder().encode(KEY)),
      });
    }
  }
  return asked();
}

/** What has to be mirrored: each request received and each answer sent, once. */
function expected(authentic: boolean): Mirrored[] {
  const all: Mirrored[] = [];
  for (const [name, count] of [
    ['UDP', UDP_REQUESTS],
    ['TCP', TCP_REQUESTS],
  ] as const) {
    for (let i = 0; i < count; i += 1) {
      const common = { transport: name.toLowerCase(), callId: `${name}-${i}`, authentic };
      const startLine = `OPTIONS sip:${LOCALHOST} SIP/2.0`;
      all.push({ ...common, startLine, toServer: true });
      all.push({ ...common, startLine: 'SIP/2.0 200 OK', toServer: false });
    }
  }
  return all;
}

function sorted(messages: readonly Mirrored[]): string[] {
  return messages.map((message) => JSON.stringify(Object.entries(message).sort())).sort();
}

describe('HEP from Kamailio', { skip, concurrency: false }, () => {
  for (const version of [3, 2]) {
    it(`in version ${version}: every message, once, with its transport and ports`, async () => {
      const [sipPort, hepPort] = await freePorts();
      const listen = [{ transport: 'udp', host: LOCALHOST, port: hepPort }] as const;
      const source = new HepListenerSource({ listen, allow: [LOCALHOST] });
      await source.open();
      const kamailio = startKamailio(version, sipPort, hepPort);
      try {
        await waitForAnswer(sipPort);
        await sendUdp(sipPort);
        await sendTcp(sipPort);
        const mirrored = await readMirrored(source, sipPort);
        assert.deepEqual(sorted(mirrored), sorted(expected(version === 3)));
        assert.equal(source.stats()[0]?.droppedByRing, 0);
      } finally {
        kamailio.kill();
        await once(kamailio, 'exit');
        await source.close();
      }
    });
  }
});
