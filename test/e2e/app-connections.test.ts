/**
 * Connections of applications, live on the loopback: made, reset, made again on the same ports, and older than
 * the probe (docs/METRICS.md, drachtio_app_connections).
 */
import assert from 'node:assert/strict';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { addonMissing } from '../helpers/live-source.ts';
import { ProbeProcess } from '../helpers/probe-process.ts';

const LOOPBACK = '127.0.0.1';
const FAMILY = 'drachtio_app_connections';

/** A free port that the system gives nobody by itself (Linux: ip_local_port_range begins at 32,768). */
async function portOfItsOwn(): Promise<number> {
  for (let port = 20_000; port < 32_768; port++) {
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, LOOPBACK, () => resolve(true));
    });
    await new Promise((resolve) => server.close(resolve));
    if (free) return port;
  }
  throw new Error('no port is free');
}

describe('live application connections', { skip: addonMissing }, () => {
  let server: Server;
  let probe: ProbeProcess;
  const sockets: Socket[] = [];
  const accepted: Socket[] = [];

  const portOf = (): number => {
    const address = server.address();
    assert.ok(address !== null && typeof address === 'object');
    return address.port;
  };

  const open = (localPort?: number): Promise<Socket> =>
    new Promise((resolve, reject) => {
      const local = localPort === undefined ? {} : { localAddress: LOOPBACK, localPort };
      const socket = connect({ host: LOOPBACK, port: portOf(), ...local }, () => resolve(socket));
      socket.on('error', reject);
      socket.resume();
      sockets.push(socket);
    });

  const expect = async (count: number, what: string): Promise<void> => {
    await probe.until(what, (samples) => samples.get(FAMILY) === count);
  };

  before(async () => {
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.resume();
      accepted.push(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
  });

  after(async () => {
    for (const socket of [...sockets, ...accepted]) socket.destroy();
    server?.close();
    await probe?.kill();
  });

  it('counts a connection older than the probe from its first data', async () => {
    const old = await open();
    probe = await ProbeProcess.start(['live', '-i', 'lo', '--app-port', String(portOf())]);
    assert.equal(await probe.metric(FAMILY), 0);
    old.write('ping');
    await expect(1, 'the old connection is seen');
  });

  it('counts connections made, and not those that were reset', async () => {
    const port = await portOfItsOwn();
    const second = await open(port);
    await open();
    await expect(3, 'three connections stand');
    second.resetAndDestroy();
    await expect(2, 'the reset one is gone');
    await open(port);
    await expect(3, 'its ports are used again');
  });

  it('lets go of those that both ends closed', async () => {
    for (const socket of sockets) socket.end();
    for (const socket of accepted) socket.end();
    await expect(0, 'all are closed');
  });
});
