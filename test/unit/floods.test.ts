import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Table } from '../../src/core/table.ts';
import type { DataPlane } from '../../src/data-plane.ts';
import { ExpositionFormat } from '../../src/metrics/exposition.ts';
import { LOCAL, LoadDialog, type LoadPacket } from '../helpers/load/load-dialog.ts';
import { type LoadEnd, tcpFrame } from '../helpers/load/load-frames.ts';
import { LoadLedger } from '../helpers/load/load-ledger.ts';
import { LoadFeeder, planeFor } from '../helpers/load/load-runs.ts';
import { answered } from '../helpers/load/load-stories.ts';
import { samplesOf } from '../helpers/metrics-fixture.ts';

const START_US = 1.7e15;
const FLOOD = 20_000;
/** Tables as small as they can be: a flood of 20,000 is twenty times what they hold. */
const SMALL = {
  'max-transactions': '1024',
  'max-dialogs': '1024',
  'max-attempts': '1024',
  'max-registrations': '1024',
  'max-tcp-streams': '64',
  'max-fragments': '64',
};
const attacker: LoadEnd = { address: 0xc6336401, port: 5060 };
const caller: LoadEnd = { address: 0x0a010001, port: 5060 };

/** One packet of a flood: the `i`-th. */
type Flood = (dialog: LoadDialog, i: number) => void;

/** A flood's packets with real calls beside it: one call for each hundred packets, spread over 50 ms. */
function mixed(flood: Flood, calls: LoadLedger): LoadPacket[] {
  const packets: LoadPacket[] = [];
  for (let i = 0; i < FLOOD; i++) {
    const timeUs = START_US + i * 500;
    const dialog = new LoadDialog(attacker, 1_000_000 + i, timeUs, new LoadLedger());
    flood(dialog, i);
    packets.push(...dialog.packets);
    if (i % 100 !== 0) continue;
    const call = new LoadDialog(caller, 2_000_000 + i, timeUs, calls);
    answered(call);
    packets.push(...call.packets);
  }
  return packets.sort((a, b) => a.timeUs - b.timeUs);
}

function run(plane: DataPlane, packets: readonly LoadPacket[]): void {
  const feeder = new LoadFeeder(plane);
  for (const packet of packets) feeder.feed(packet);
  feeder.flush();
}

function sampleOf(plane: DataPlane, series: string): number {
  plane.registry.refresh(plane);
  return Number(samplesOf(plane.registry.render(ExpositionFormat.CLASSIC)).get(series));
}

function evictionsOf(plane: DataPlane, table: Table): number {
  return plane.tables().find((use) => use.table === table)?.evictions ?? 0;
}

function assertBounded(plane: DataPlane): void {
  for (const { table, rows, capacity } of plane.tables()) {
    assert.ok(rows <= capacity, `table ${table} holds ${rows} of ${capacity}`);
  }
}

const FLOODS: readonly (readonly [string, Flood, Table | undefined])[] = [
  [
    'INVITEs of distinct Call-IDs',
    (dialog) => dialog.request('INVITE', 1, 'i'),
    Table.SERVER_TRANSACTIONS,
  ],
  [
    'branches of one Call-ID',
    (dialog, i) => {
      const one = new LoadDialog(attacker, 7, dialog.timeUs, new LoadLedger());
      one.request('OPTIONS', i + 1, `b${i}`);
      dialog.packets.push(...one.packets);
    },
    Table.SERVER_TRANSACTIONS,
  ],
  [
    'bindings of distinct AORs',
    (dialog, i) => {
      dialog.callee = `user${i}`;
      dialog.request('REGISTER', 1, 'r');
      dialog.response(200, 'REGISTER', 1, 'r');
    },
    Table.REGISTRATIONS,
  ],
  [
    'stray responses',
    (dialog) => dialog.response(200, 'OPTIONS', 1, 'o'),
    Table.SERVER_TRANSACTIONS,
  ],
  [
    'provisional responses with ever new tags',
    (dialog, i) => {
      const one = new LoadDialog(attacker, 8, dialog.timeUs, new LoadLedger());
      if (i === 0) one.request('INVITE', 1, 'i');
      const text = one.text('SIP/2.0 183 X', '1 INVITE', {
        branch: 'i',
        tag: `;tag=x${i}`,
        body: '',
      });
      one.send(text);
      dialog.packets.push(...one.packets);
    },
    Table.DIALOGS,
  ],
  [
    'TCP connections with half a message each',
    (dialog, i) => {
      const far = { address: attacker.address + (i >> 14), port: 1024 + (i & 0x3fff) };
      const text = dialog.text('OPTIONS sip:a@b SIP/2.0', '1 OPTIONS', {
        branch: 'o',
        tag: '',
        body: '',
      });
      const segment = { sequence: 1, flags: 0x18, text: text.slice(0, 200) };
      dialog.packets.push({ timeUs: dialog.timeUs, frame: tcpFrame(far, LOCAL, segment) });
    },
    undefined,
  ],
  [
    'first fragments of datagrams that never come whole',
    (dialog, i) => {
      dialog.request('OPTIONS', 1, 'o');
      const frame = dialog.packets[0]?.frame ?? new Uint8Array(0);
      frame[18] = i >> 8;
      frame[19] = i & 255;
      frame[20] = 0x20;
    },
    undefined,
  ],
];

describe('floods, beside one real call for each hundred packets', () => {
  for (const [name, flood, table] of FLOODS) {
    it(`of ${name}: tables stay below their limits, evictions are counted, calls are right`, async () => {
      const plane = await planeFor(SMALL);
      const calls = new LoadLedger();
      run(plane, mixed(flood, calls));
      assertBounded(plane);
      if (table !== undefined) assert.ok(evictionsOf(plane, table) > 0, 'nothing was evicted');
      const called = FLOOD / 100;
      const result = 'sip_session_results_total{direction="in",peer="other",code="200"}';
      assert.equal(sampleOf(plane, result), called);
      const ended = 'sip_sessions_ended_total{direction="in",peer="other",by="remote"}';
      assert.equal(sampleOf(plane, ended), called);
      assert.equal(plane.gauges().stableInbound, 0);
    });
  }

  it('established calls are kept over unanswered INVITEs', async () => {
    const plane = await planeFor(SMALL);
    const calls: LoadDialog[] = [];
    for (let i = 0; i < 500; i++) {
      const call = new LoadDialog(caller, i, START_US + i * 1000, new LoadLedger());
      answered(call);
      calls.push(call);
    }
    const all = calls.flatMap(({ packets }) => packets);
    const isBye = ({ frame }: LoadPacket): boolean =>
      /CSeq: 2 BYE/.test(Buffer.from(frame).toString('latin1'));
    const byTime = (a: LoadPacket, b: LoadPacket): number => a.timeUs - b.timeUs;
    run(plane, all.filter((packet) => !isBye(packet)).sort(byTime));
    assert.equal(plane.gauges().stableInbound, 500);
    run(plane, mixed((dialog) => dialog.request('INVITE', 1, 'i'), new LoadLedger()).map(later(2)));
    assert.equal(plane.gauges().stableInbound, 500);
    run(plane, all.filter(isBye).sort(byTime).map(later(30)));
    assert.equal(plane.gauges().stableInbound, 0);
  });
});

function later(seconds: number): (packet: LoadPacket) => LoadPacket {
  return ({ timeUs, frame }) => ({ timeUs: timeUs + seconds * 1e6, frame });
}
