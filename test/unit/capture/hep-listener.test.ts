import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { describe, it } from 'node:test';
import { type HepListenerOptions, HepListenerSource } from '../../../src/capture/hep-listener.ts';
import { Linktype } from '../../../src/core/linktype.ts';
import type { PacketBatch } from '../../../src/core/packet-batch.ts';
import { bytes, text } from '../../helpers/capture-file.ts';
import { hep3, oldHep } from '../../helpers/hep-packet.ts';

const NOW_US = Date.now() * 1000;
const LOCALHOST = '127.0.0.1';
/** After so long it says that it is idle. */
const IDLE_MS = 250;

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, LOCALHOST);
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  server.close();
  await once(server, 'close');
  return address.port;
}

interface Running {
  readonly source: HepListenerSource;
  readonly port: number;
}

async function start(
  transport: 'udp' | 'tcp',
  more: Partial<HepListenerOptions> = {},
): Promise<Running> {
  const port = await freePort();
  const listen = [{ transport, host: LOCALHOST, port }];
  const source = new HepListenerSource({ listen, allow: [], ...more });
  await source.open();
  return { source, port };
}

async function sendDatagrams(port: number, ...datagrams: readonly Uint8Array[]): Promise<void> {
  const socket = createSocket('udp4');
  for (const datagram of datagrams) {
    await new Promise<void>((resolve) => socket.send(datagram, port, LOCALHOST, () => resolve()));
  }
  socket.close();
}

async function connectTo(port: number): Promise<Socket> {
  const socket = connect(port, LOCALHOST);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

interface Packet {
  readonly timestampUs: number;
  readonly data: string;
}

/** The packets of a batch as text. */
function packetsOf(batch: PacketBatch): Packet[] {
  return Array.from({ length: batch.count }, (_, row) => {
    const offset = batch.offset[row] ?? 0;
    const end = offset + (batch.caplen[row] ?? 0);
    assert.equal(batch.linktype[row], Linktype.HEP);
    assert.equal(batch.len[row], batch.caplen[row]);
    return {
      timestampUs: batch.timestampUs[row] ?? 0,
      data: Buffer.from(batch.block.subarray(offset, end)).toString('latin1'),
    };
  });
}

/** Reads until `count` packets are there; fails after ten idle batches in a row. */
async function take(source: HepListenerSource, count: number): Promise<Packet[]> {
  const all: Packet[] = [];
  for (let idle = 0; all.length < count; idle += 1) {
    const batch = await source.next();
    assert.ok(batch !== undefined && idle < 10, `${all.length} of ${count} packets came`);
    if (batch.count > 0) idle = 0;
    all.push(...packetsOf(batch));
  }
  return all;
}

/** Returns when it is so; fails after a while. */
async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; !condition(); turn += 1) {
    assert.ok(turn < 100_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function latin1(packet: Uint8Array): string {
  return Buffer.from(packet).toString('latin1');
}

describe('HepListenerSource over UDP', () => {
  it('gives packets with the time of their arrival, whatever they say', async () => {
    const { source, port } = await start('udp');
    const timed = hep3({ timestampUs: NOW_US - 1500 });
    const others = [hep3({ timestampUs: 1e6 }), oldHep(1), text('what is this')];
    await sendDatagrams(port, timed, ...others);
    const packets = await take(source, 4);
    assert.deepEqual(
      packets.map((packet) => packet.data),
      [timed, ...others].map(latin1),
    );
    assert.ok(
      packets.every(({ timestampUs }) => timestampUs >= NOW_US && timestampUs < NOW_US + 60e6),
    );
    const [stats] = source.stats();
    assert.equal(stats?.interface, `udp:${LOCALHOST}:${port}`);
    assert.deepEqual([stats?.packets, stats?.droppedByRing, stats?.droppedByKernel], [4, 0, 0]);
    await source.close();
    await source.close();
  });

  it('is not idle while packets wait that came when the program stood still', async () => {
    const { source, port } = await start('udp');
    const socket = createSocket('udp4');
    socket.connect(port, LOCALHOST);
    await once(socket, 'connect');
    socket.send(hep3());
    await take(source, 1);
    const next = source.next();
    socket.send(hep3());
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2 * IDLE_MS);
    const batch = await next;
    socket.close();
    await source.close();
    assert.equal(batch?.count, 1);
  });

  it('says that it is idle, and ends a wait when it is closed', async () => {
    const { source } = await start('udp');
    const before = Date.now() * 1000;
    const idle = await source.next();
    assert.deepEqual([idle?.count, idle?.drained], [0, true]);
    assert.ok((idle?.settledUs ?? 0) > before, 'all that came until now has been handed out');
    const waiting = source.next();
    await source.close();
    assert.equal(await waiting, undefined);
    assert.equal(await source.next(), undefined);
  });

  it('takes only packets of senders on its list, which can change', async () => {
    const { source, port } = await start('udp', { allow: ['10.0.0.0/8', '2001:db8::/32'] });
    await sendDatagrams(port, hep3());
    assert.equal((await source.next())?.count, 0);
    assert.equal(source.rejections().sender, 1);
    source.allow(['127.0.0.0/8']);
    await sendDatagrams(port, hep3());
    await take(source, 1);
    source.allow(['127.0.0.1']);
    await sendDatagrams(port, hep3());
    await take(source, 1);
    await source.close();
  });

  it('counts what finds no room', async () => {
    const { source, port } = await start('udp', { queueBytesMax: 0 });
    const payload = `OPTIONS sip:a SIP/2.0\r\n\r\n${'x'.repeat(60_000)}`;
    const datagrams = Array.from({ length: 60 }, () => hep3({ payload }));
    for (let sent = 0; sent < datagrams.length; sent += 5) {
      await sendDatagrams(port, ...datagrams.slice(sent, sent + 5));
      await new Promise((resolve) => setImmediate(resolve));
    }
    // Two blocks of 1 MiB hold 18 packets of this size each.
    await until(() => {
      const [stats] = source.stats();
      return (stats?.droppedByRing ?? 0) + (stats?.droppedByKernel ?? 0) === 60 - 36;
    });
    assert.ok((source.stats()[0]?.droppedByRing ?? 0) > 0);
    assert.equal((await take(source, 36)).length, 36);
    assert.equal(source.stats()[0]?.packets, 36);
    await source.close();
  });

  it('listens on several addresses, each an interface', async () => {
    const [first, second] = [await freePort(), await freePort()];
    const source = new HepListenerSource({
      listen: [
        { transport: 'udp', host: LOCALHOST, port: first },
        { transport: 'udp', host: '', port: second },
      ],
      allow: [LOCALHOST],
    });
    await source.open();
    assert.deepEqual(source.interfaces, [`udp:${LOCALHOST}:${first}`, `udp::${second}`]);
    await sendDatagrams(second, hep3());
    const batch = await source.next();
    assert.deepEqual([batch?.count, batch?.interfaceIndex[0]], [1, 1]);
    await source.close();
  });

  it('says which port is in use', async () => {
    const { source, port } = await start('udp');
    const again = new HepListenerSource({
      listen: [{ transport: 'udp', host: LOCALHOST, port }],
      allow: [],
    });
    await assert.rejects(again.open(), {
      name: 'OperatorError',
      code: 'PORT_IN_USE',
      message: `udp:${LOCALHOST}:${port} is in use`,
    });
    await source.close();
  });
});

describe('HepListenerSource over TCP', () => {
  it('gives the same packets wherever the stream is cut', async () => {
    const { source, port } = await start('tcp');
    const packets = ['a', 'b'.repeat(3000), 'c'].map((payload) => hep3({ payload }));
    const stream = bytes(...packets);
    for (const size of [1, 7, 1000, stream.length]) {
      const socket = await connectTo(port);
      socket.setNoDelay(true);
      for (let offset = 0; offset < stream.length; offset += size) {
        socket.write(stream.subarray(offset, offset + size));
        if (size < 1000) await new Promise((resolve) => setImmediate(resolve));
      }
      const read = await take(source, 3);
      assert.deepEqual(
        read.map((packet) => packet.data),
        packets.map(latin1),
        `pieces of ${size}`,
      );
      socket.destroy();
    }
    await source.close();
  });

  it('closes a connection that does not speak HEP 3, after the packets before', async () => {
    const { source, port } = await start('tcp');
    const socket = await connectTo(port);
    socket.write(bytes(hep3(), text('GET / HTTP/1.1\r\n\r\n')));
    await once(socket, 'close');
    await take(source, 1);
    assert.equal(source.rejections().stream, 1);
    await source.close();
  });

  it('closes connections of strangers', async () => {
    const { source, port } = await start('tcp', { allow: ['10.0.0.0/8'] });
    const socket = await connectTo(port);
    await once(socket, 'close');
    assert.equal(source.rejections().sender, 1);
    await source.close();
  });

  it('holds a connection back while there is no room, and loses nothing', async () => {
    const { source, port } = await start('tcp', { queueBytesMax: 0 });
    const socket = await connectTo(port);
    const count = 300;
    for (let i = 0; i < count; i += 1) {
      socket.write(hep3({ payload: `${i} ${'x'.repeat(60_000)}` }));
    }
    await until(() => source.stats()[0]?.packets === 36);
    const packets = await take(source, count);
    const numbers = packets.map((packet) => Number(/(\d+) x/.exec(packet.data)?.[1]));
    assert.deepEqual(
      numbers,
      Array.from({ length: count }, (_, i) => i),
    );
    assert.equal(source.stats()[0]?.droppedByRing, 0);
    socket.destroy();
    await source.close();
  });
});
