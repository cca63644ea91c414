/**
 * Calls mirrored by several servers. Where their clocks differ, timers and delays of each are right, and none is lost;
 * where two mirror the same messages, each is counted once.
 */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { sumOf } from '../helpers/call-counts.ts';
import { hep3 } from '../helpers/hep-packet.ts';
import { LOCAL_ADDRESS, LoadDialog, type LoadPacket } from '../helpers/load/load-dialog.ts';
import { LoadLedger } from '../helpers/load/load-ledger.ts';
import { answered, retransmitted, type Story } from '../helpers/load/load-stories.ts';
import { ProbeProcess, type Samples } from '../helpers/probe-process.ts';

const CALLS = 60;
/** Of a call in which INVITE, 180, 200 and ACK are sent twice. */
const REPEATED_PER_CALL = 4;
/** Of each sender, from the right time. */
const CLOCKS_OFF_US = [0, -3600e6, 2.5e6];
const PDD_S = 0.021;
const PDD = 'drachtio_call_pdd_seconds_in';
const AT_ONCE = 100;
/** A host that is itself interrupted between two copies shows the second later than the default allows for. */
const PATIENT_WINDOW = ['--dedup-window', '10s'];
const LOCALHOST = '127.0.0.1';
const IP = 14;
const UDP = IP + 20;
const PAYLOAD = UDP + 8;

interface Mirrored {
  readonly timeUs: number;
  readonly packet: Uint8Array;
}

/** What server `agent` says of one message of a call. */
function mirrored({ timeUs, frame }: LoadPacket, clockOffUs: number, agent: number): Mirrored {
  const view = new DataView(frame.buffer, frame.byteOffset);
  const packet = hep3({
    source: [...frame.subarray(IP + 12, IP + 16)],
    destination: [...frame.subarray(IP + 16, IP + 20)],
    ports: [view.getUint16(UDP), view.getUint16(UDP + 2)],
    timestampUs: timeUs + clockOffUs,
    agent,
    payload: Buffer.from(frame.subarray(PAYLOAD)).toString('latin1'),
  });
  return { timeUs, packet };
}

function calls(story: Story, ledger: LoadLedger): LoadDialog[] {
  const startUs = Date.now() * 1000;
  return Array.from({ length: CALLS }, (_, i) => {
    const far = { address: 0x0a010001, port: 5060 };
    const call = new LoadDialog(far, i, startUs + i * 3e3, ledger);
    story(call);
    return call;
  });
}

const inOrder = (packets: readonly Mirrored[]): Uint8Array[] =>
  [...packets].sort((a, b) => a.timeUs - b.timeUs).map(({ packet }) => packet);

async function hepPort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, LOCALHOST);
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}

/** A probe that has counted them. They are made when it is ready: a sender's time is about that of the arrival. */
async function probeOf(make: () => readonly Uint8Array[]): Promise<ProbeProcess> {
  const port = await hepPort();
  const listen = [
    'hep',
    '--listen',
    `udp:${LOCALHOST}:${port}`,
    '--local',
    LOCAL_ADDRESS,
    ...PATIENT_WINDOW,
  ];
  const probe = await ProbeProcess.start(listen);
  const packets = make();
  const socket = createSocket('udp4');
  // No more at once than the smallest buffer holds.
  for (let sent = 0; sent < packets.length; sent += AT_ONCE) {
    const some = packets.slice(sent, sent + AT_ONCE);
    for (const packet of some) {
      await new Promise<void>((resolve) => socket.send(packet, port, LOCALHOST, () => resolve()));
    }
    await probe.until('they are counted', (counted) => {
      return sumOf(counted, 'sipgauge_packet_fate_total') >= sent + some.length;
    });
  }
  socket.close();
  return probe;
}

function check(ledger: LoadLedger, samples: Samples): void {
  ledger.check(new Map([...samples].map(([name, value]) => [name, String(value)])));
}

describe('HEP of several senders', () => {
  it('counts calls right whose messages come by clocks an hour apart', async (t) => {
    const ledger = new LoadLedger();
    const probe = await probeOf(() => {
      const packets = calls(answered, ledger).flatMap((call, i) => {
        const sender = i % CLOCKS_OFF_US.length;
        return call.packets.map((packet) => mirrored(packet, CLOCKS_OFF_US[sender] ?? 0, sender));
      });
      return inOrder(packets);
    });
    t.after(() => probe.kill());
    const samples = await probe.metrics();
    check(ledger, samples);
    assert.equal(sumOf(samples, 'sipgauge_clock_steps_total'), 0);
    assert.equal(sumOf(samples, 'sipgauge_intervals_discarded_total'), 0);
    assert.equal(sumOf(samples, 'sip_transaction_timeouts_total'), 0);
    assert.equal(samples.get(`${PDD}_count`), CALLS);
    assert.ok(Math.abs((samples.get(`${PDD}_sum`) ?? 0) - CALLS * PDD_S) < 1e-6);
  });

  it('measures from the clock of one to that of another only where both are right', async (t) => {
    for (const [off, measured] of [
      [0.2e6, CALLS],
      [5e6, 0],
      [7200e6, 0],
    ] as const) {
      const ledger = new LoadLedger();
      // The first to mirror the INVITE is one, of all else another.
      const probe = await probeOf(() => {
        const packets = calls(answered, ledger).flatMap((call) =>
          call.packets.map((packet, i) => mirrored(packet, i === 0 ? 0 : off, i === 0 ? 1 : 2)),
        );
        return inOrder(packets);
      });
      t.after(() => probe.kill());
      const samples = await probe.metrics();
      check(ledger, samples);
      assert.equal(samples.get(`${PDD}_count`), measured);
      const apart = (samples.get(`${PDD}_sum`) ?? 0) - measured * (PDD_S + off / 1e6);
      assert.ok(Math.abs(apart) < 1e-6);
      const discarded = sumOf(samples, 'sipgauge_intervals_discarded_total') > 0;
      assert.equal(discarded, measured === 0);
    }
  });

  it('counts once what two of them mirror, and what was sent twice twice', async (t) => {
    const ledger = new LoadLedger();
    let messages = 0;
    const probe = await probeOf(() => {
      const packets = calls(retransmitted, ledger).flatMap((call) =>
        call.packets.flatMap((packet) => [mirrored(packet, 0, 1), mirrored(packet, 0, 2)]),
      );
      messages = packets.length / 2;
      return inOrder(packets);
    });
    t.after(() => probe.kill());
    const samples = await probe.metrics();
    check(ledger, samples);
    assert.equal(sumOf(samples, 'sip_messages_total'), messages);
    assert.equal(sumOf(samples, 'sipgauge_packet_fate_total', '"delivered"'), messages);
    assert.equal(sumOf(samples, 'sipgauge_packet_fate_total', '"duplicate"'), messages);
    assert.equal(sumOf(samples, 'sip_retransmissions_total'), CALLS * REPEATED_PER_CALL);
  });
});
