/**
 * Gauges at every moment at which a real drachtio-server sampled its own: equal, or different for a reason
 * that DRACHTIO.md gives, which stands here with the most by which either side may be ahead.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { StateGauges } from '../../src/state/state-gauges.ts';
import { samplesOf } from '../helpers/metrics-fixture.ts';
import { sharedRoot } from '../helpers/paths.ts';
import { sampleFile } from '../helpers/replay.ts';

const GAUGES = ['inbound', 'outbound', 'dialogs', 'registered', 'proxyCores', 'apps'] as const;
type Gauge = (typeof GAUGES)[number];
type Readings = Readonly<Record<Gauge, number>>;

interface Reason {
  readonly why: string;
  /** By how much the server's number may be above ours, and ours above the server's. */
  readonly server: number;
  readonly ours: number;
}

const BYE = '7: a dialog that the server ends with BYE stays until the final, 32 s when none comes';
const LEGS =
  '8: a leg counts from sending, or from the first response without To tag, and a rejected one until its ACK';
const UDP_CONTACTS = '7: registrations over UDP never count';
const CORES = '7: a failed or cancelled proxied INVITE stays 30 s after its final';

const REASONS: Readonly<Record<string, Partial<Record<Gauge, Reason>>>> = {
  in_always180: {
    dialogs: {
      why: '5, 8: the 180 of --always-send-180 is sent without state; on the wire it opens a dialog',
      server: 0,
      ours: 2,
    },
  },
  indialog_timeout: {
    inbound: { why: BYE, server: 1, ours: 0 },
    dialogs: { why: BYE, server: 1, ours: 0 },
  },
  loss_mix: {
    outbound: { why: BYE, server: 1, ours: 0 },
    dialogs: { why: `${LEGS}; ${BYE}`, server: 6, ours: 0 },
  },
  loss_mix_badack: {
    outbound: { why: BYE, server: 3, ours: 0 },
    dialogs: { why: `${LEGS}; ${BYE}`, server: 6, ours: 0 },
  },
  mixed_load: {
    dialogs: { why: LEGS, server: 3, ours: 0 },
    registered: { why: UDP_CONTACTS, server: 0, ours: 1 },
  },
  mixed_load_badack: {
    dialogs: { why: LEGS, server: 2, ours: 0 },
    registered: { why: UDP_CONTACTS, server: 0, ours: 1 },
  },
  out_cancelled: { dialogs: { why: LEGS, server: 1, ours: 0 } },
  out_timeout: { dialogs: { why: LEGS, server: 1, ours: 0 } },
  proxy_dead_cancel: { proxyCores: { why: CORES, server: 1, ours: 0 } },
  proxy_dups: { proxyCores: { why: CORES, server: 1, ours: 0 } },
  proxy_fork_serial: { proxyCores: { why: CORES, server: 1, ours: 0 } },
  proxy_reject: { proxyCores: { why: CORES, server: 3, ours: 0 } },
  reg_200: { registered: { why: UDP_CONTACTS, server: 0, ours: 1 } },
  reg_401: { registered: { why: UDP_CONTACTS, server: 0, ours: 1 } },
  reg_edge: { registered: { why: UDP_CONTACTS, server: 0, ours: 1 } },
  reg_tcp: {
    registered: {
      why: '7: a binding expires at the next tick of its watchdog',
      server: 1,
      ours: 0,
    },
  },
  rej_decay: { dialogs: { why: LEGS, server: 1, ours: 0 } },
};

interface Moment {
  readonly time: number;
  /** What the server did not say is not compared. */
  readonly server: Partial<Record<Gauge, number>>;
}

function timelineOf(path: string): Moment[] {
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  return lines.map((line) => {
    const tick = JSON.parse(line);
    const server = {
      inbound: tick.dlg_in,
      outbound: tick.dlg_out,
      dialogs: tick.leg_used,
      registered: tick.reg_endpoints,
      proxyCores: tick.proxy_cores,
    };
    return { time: tick.t, server };
  });
}

const SERIES: Readonly<Record<Gauge, string>> = {
  inbound: 'drachtio_stable_dialogs{type="inbound"}',
  outbound: 'drachtio_stable_dialogs{type="outbound"}',
  dialogs: 'drachtio_sofia_dialogs',
  registered: 'drachtio_registered_endpoints',
  proxyCores: 'drachtio_proxy_cores',
  apps: 'drachtio_app_connections',
};

/** A scrape; the application connection is on the wire in one capture only. */
function scrapeOf(path: string, time: number, withApps: boolean): Moment {
  const samples = samplesOf(readFileSync(path, 'utf8'));
  const server: Partial<Record<Gauge, number>> = {};
  for (const gauge of GAUGES) {
    const value = samples.get(SERIES[gauge]);
    if (value !== undefined && (gauge !== 'apps' || withApps)) server[gauge] = Number(value);
  }
  return { time, server };
}

function readingsOf(gauges: StateGauges): Readings {
  return {
    inbound: gauges.stableInbound,
    outbound: gauges.stableOutbound,
    dialogs: gauges.dialogs,
    registered: gauges.registeredEndpoints,
    proxyCores: gauges.proxyCores,
    apps: gauges.appConnections,
  };
}

/** Differences without a reason; `used` gets the gauges whose reason was needed. */
function unexplained(name: string, moment: Moment, ours: Readings, used: Set<Gauge>): string[] {
  const lines: string[] = [];
  for (const gauge of GAUGES) {
    const theirs = moment.server[gauge];
    if (theirs === undefined || theirs === ours[gauge]) continue;
    const reason = REASONS[name]?.[gauge];
    const ahead = theirs - ours[gauge];
    if (reason === undefined || ahead > reason.server || -ahead > reason.ours) {
      lines.push(`at ${moment.time} ${gauge} is ${ours[gauge]}, the server's ${theirs}`);
    }
    used.add(gauge);
  }
  return lines;
}

function momentsOf(folder: string): Map<string, Moment[]> {
  const moments = new Map<string, Moment[]>();
  for (const file of readdirSync(folder).filter((each) => each.endsWith('.timeline.jsonl'))) {
    const name = file.replace('.timeline.jsonl', '');
    if (!name.startsWith('mal_')) moments.set(name, timelineOf(join(folder, file)));
  }
  const snapshots: Record<string, { file: string; pcap: string; gauges_sampled_at: number }> =
    JSON.parse(readFileSync(join(folder, 'SNAPSHOTS.json'), 'utf8'));
  for (const { file, pcap, gauges_sampled_at: time } of Object.values(snapshots)) {
    const name = pcap.replace('.pcap', '');
    const path = join(folder, file);
    moments.get(name)?.push(scrapeOf(path, time, name === 'in_answered_any'));
  }
  for (const list of moments.values()) list.sort((a, b) => a.time - b.time);
  return moments;
}

if (sharedRoot === undefined) {
  test('the gauges of a real server', { skip: '../shared is not there' });
} else {
  const folder = join(sharedRoot, 'oracle');
  const moments = momentsOf(folder);
  test('there are moments of many scenarios, and every reason is for one of them', () => {
    assert.ok(moments.size > 50);
    assert.deepEqual(
      Object.keys(REASONS).filter((name) => !moments.has(name)),
      [],
    );
  });
  for (const [name, list] of moments) {
    const gauges = Object.keys(REASONS[name] ?? {});
    const title = gauges.length === 0 ? 'equal' : `equal but for ${gauges.join(' and ')}`;
    test(`${name}, ${list.length} moments: ${title}`, async () => {
      const flags = { local: ['10.77.0.2', 'fd77::2'], 'app-port': ['9022'] };
      const times = list.map(({ time }) => time);
      const samples = (await sampleFile(join(folder, `${name}.pcap`), flags, times)).map(
        readingsOf,
      );
      const used = new Set<Gauge>();
      const lines = list.flatMap((moment, i) => {
        const ours = samples[i];
        return ours === undefined ? ['no sample'] : unexplained(name, moment, ours, used);
      });
      assert.deepEqual(lines, []);
      assert.deepEqual([...used].sort(), [...gauges].sort(), 'a reason that is not needed');
    });
  }

  test('in_answered_any: the one application connection on the wire', async () => {
    const snapshot = moments.get('in_answered_any')?.at(-1);
    assert.equal(snapshot?.server.apps ?? 1, 1);
    const flags = { local: ['10.77.0.2'], 'app-port': ['9022'] };
    const path = join(folder, 'in_answered_any.pcap');
    const [sample] = await sampleFile(path, flags, [snapshot?.time ?? 0]);
    assert.equal(sample?.appConnections, 1);
  });
}
