/** Calls mirrored by three servers whose clocks differ: timers and delays of each are right, and none is lost. */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { sumOf } from '../helpers/call-counts.ts';
import { hep3 } from '../helpers/hep-packet.ts';
import { LOCAL_ADDRESS, LoadDialog, type LoadPacket } from '../helpers/load/load-dialog.ts';
import { LoadLedger } from '../helpers/load/load-ledger.ts';
import { answered } from '../helpers/load/load-stories.ts';
import { ProbeProcess } from '../helpers/probe-process.ts';

const CALLS = 60;
const MESSAGES_PER_CALL = 7;
/** Of each sender, from the right time. */
const CLOCKS_OFF_US = [0, -3600e6, 2.5e6];
const PDD_S = 0.021;
const LOCALHOST = '127.0.0.1';
const IP = 14;
const UDP = IP + 20;
const PAYLOAD = UDP + 8;

/** What a server says of one message of a call. */
function mirrored({ timeUs, frame }: LoadPacket): Uint8Array {
  const view = new DataView(frame.buffer, frame.byteOffset);
  return hep3({
    source: [...frame.subarray(IP + 12, IP + 16)],
    destination: [...frame.subarray(IP + 16, IP + 20)],
    ports: [view.getUint16(UDP), view.getUint16(UDP + 2)],
    timestampUs: timeUs,
    payload: Buffer.from(frame.subarray(PAYLOAD)).toString('latin1'),
  });
}

function messages(ledger: LoadLedger): Uint8Array[] {
  const packets: { readonly trueUs: number; readonly packet: Uint8Array }[] = [];
  const startUs = Math.floor(Date.now() / 1000) * 1e6;
  for (let i = 0; i < CALLS; i++) {
    const off = CLOCKS_OFF_US[i % CLOCKS_OFF_US.length] ?? 0;
    const call = new LoadDialog({ address: 0x0a010001, port: 5060 }, i, startUs + i * 7e3, ledger);
    answered(call);
    for (const { timeUs, frame } of call.packets) {
      packets.push({ trueUs: timeUs, packet: mirrored({ timeUs: timeUs + off, frame }) });
    }
  }
  return packets.sort((a, b) => a.trueUs - b.trueUs).map(({ packet }) => packet);
}

async function hepPort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, LOCALHOST);
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}

describe('HEP of several senders', () => {
  it('counts calls right whose messages come by clocks an hour apart', async (t) => {
    const port = await hepPort();
    const listen = ['hep', '--listen', `udp:${LOCALHOST}:${port}`, '--local', LOCAL_ADDRESS];
    const probe = await ProbeProcess.start(listen);
    t.after(() => probe.kill());
    const ledger = new LoadLedger();
    const socket = createSocket('udp4');
    for (const packet of messages(ledger)) {
      await new Promise<void>((resolve) => socket.send(packet, port, LOCALHOST, () => resolve()));
    }
    socket.close();
    const samples = await probe.until('all messages are counted', (counted) => {
      return sumOf(counted, 'sip_messages_total') >= CALLS * MESSAGES_PER_CALL;
    });
    ledger.check(new Map([...samples].map(([name, value]) => [name, String(value)])));
    assert.equal(sumOf(samples, 'sipgauge_clock_steps_total'), 0);
    assert.equal(sumOf(samples, 'sipgauge_intervals_discarded_total'), 0);
    assert.equal(sumOf(samples, 'sip_transaction_timeouts_total'), 0);
    const pdd = 'drachtio_call_pdd_seconds_in';
    assert.equal(samples.get(`${pdd}_count`), CALLS);
    assert.ok(Math.abs((samples.get(`${pdd}_sum`) ?? 0) - CALLS * PDD_S) < 1e-6);
  });
});
