/** Connections to the application port, by their TCP flags alone (METRICS.md, drachtio_app_connections). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Table } from '../../../src/core/table.ts';
import { Scene } from '../../helpers/sip-scene.ts';

const FIN = 1;
const SYN = 2;
const RST = 4;
const ACK = 16;
const SERVER_PORT = 9022;

/** Segments of one application after the other, told by their port. */
class Apps {
  readonly scene: Scene;
  private now = 0;

  constructor(options: { appIdleUs?: number; appConnectionsMax?: number } = {}) {
    this.scene = new Scene(options);
  }

  client(flags: number, payload = 0, port = 40_000): this {
    return this.segment(flags, payload, port, false);
  }

  server(flags: number, payload = 0, port = 40_000): this {
    return this.segment(flags, payload, port, true);
  }

  open(port = 40_000): this {
    return this.client(SYN, 0, port)
      .server(SYN | ACK, 0, port)
      .client(ACK, 0, port);
  }

  at(seconds: number): this {
    this.now = seconds * 1e6;
    this.scene.tracker.advance(this.now);
    return this;
  }

  get connections(): number {
    return this.scene.gauges().appConnections;
  }

  private segment(tcpFlags: number, payload: number, port: number, fromServer: boolean): this {
    const ends = [0, 0, 0xffff, 2, 0, 0, 0xffff, 1];
    const addresses = Int32Array.from(fromServer ? [...ends.slice(4), ...ends.slice(0, 4)] : ends);
    const sourcePort = fromServer ? SERVER_PORT : port;
    const destinationPort = fromServer ? port : SERVER_PORT;
    const segment = {
      addresses,
      sourcePort,
      destinationPort,
      tcpFlags,
      payloadWireLength: payload,
    };
    this.scene.tracker.appSegment(segment, fromServer, this.now);
    return this;
  }
}

test("established with the handshake's ACK, not before", () => {
  const apps = new Apps().client(SYN);
  assert.equal(apps.connections, 0);
  assert.equal(apps.server(SYN | ACK).connections, 0);
  assert.equal(apps.client(ACK).connections, 1);
});

test('data on a connection older than the probe shows that it is there', () => {
  assert.equal(new Apps().client(ACK, 100).connections, 1);
  assert.equal(new Apps().server(ACK, 100).connections, 1);
  assert.equal(new Apps().client(ACK).connections, 0, 'an ACK alone may be the end of one');
  assert.equal(new Apps().client(FIN | ACK, 100).connections, 0);
});

test('FIN of both sides ends it, of one side not', () => {
  const apps = new Apps().open().client(FIN | ACK);
  assert.equal(apps.connections, 1);
  assert.equal(apps.client(FIN | ACK).connections, 1, 'a repeated FIN is the same one');
  assert.equal(apps.server(ACK, 10).connections, 1, 'half closed');
  assert.equal(apps.server(FIN | ACK).connections, 0);
  assert.equal(apps.client(ACK).connections, 0);
});

test('RST of either side ends it', () => {
  assert.equal(new Apps().open().client(RST).connections, 0);
  assert.equal(new Apps().open().server(RST | ACK).connections, 0);
});

test('a refused connection never was one', () => {
  assert.equal(new Apps().client(SYN).server(RST | ACK).connections, 0);
});

test('a SYN that reuses the ports ends the old one; it counts when it is established', () => {
  const apps = new Apps().open().client(SYN);
  assert.equal(apps.connections, 0);
  assert.equal(apps.server(SYN | ACK).client(ACK).connections, 1);
});

test('a retransmitted SYN opens once', () => {
  const apps = new Apps()
    .client(SYN)
    .client(SYN)
    .server(SYN | ACK)
    .server(SYN | ACK)
    .client(ACK);
  assert.equal(apps.connections, 1);
  assert.equal(apps.scene.use(Table.APP_CONNECTIONS).rows, 1);
});

test('several applications are several connections', () => {
  assert.equal(new Apps().open(1).open(2).open(3).connections, 3);
});

test('--app-idle 0 never forgets, otherwise after so long without a packet', () => {
  assert.equal(new Apps().open().at(1e6).connections, 1);
  const apps = new Apps({ appIdleUs: 60e6 }).open().at(30).server(ACK, 10);
  assert.equal(apps.at(89.999).connections, 1);
  assert.equal(apps.at(90).connections, 0);
});

test('a half-open handshake is forgotten after 64·T1', () => {
  const apps = new Apps().client(SYN);
  assert.equal(apps.at(31.999).scene.use(Table.APP_CONNECTIONS).rows, 1);
  assert.equal(apps.at(32).scene.use(Table.APP_CONNECTIONS).rows, 0);
});

test('at the limit a half-open one goes first, then the oldest', () => {
  const apps = new Apps({ appConnectionsMax: 3 }).open(1).client(SYN, 0, 2).open(3).open(4);
  assert.equal(apps.connections, 3);
  assert.deepEqual(apps.scene.use(Table.APP_CONNECTIONS), { rows: 3, evictions: 1 });
  apps.open(5);
  assert.deepEqual(apps.scene.use(Table.APP_CONNECTIONS), { rows: 3, evictions: 2 });
  assert.equal(apps.client(ACK, 1, 1).scene.use(Table.APP_CONNECTIONS).evictions, 3, '1 was gone');
});
