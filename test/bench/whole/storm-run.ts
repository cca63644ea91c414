/** A million INVITEs that nobody answers, over ten seconds, beside a hundred real calls a second. */
import assert from 'node:assert/strict';
import { ExpositionFormat } from '../../../src/metrics/exposition.ts';
import { LoadDialog, type LoadPacket } from '../../helpers/load/load-dialog.ts';
import { LoadLedger } from '../../helpers/load/load-ledger.ts';
import { LoadFeeder, planeFor } from '../../helpers/load/load-runs.ts';
import { answered } from '../../helpers/load/load-stories.ts';
import { samplesOf } from '../../helpers/metrics-fixture.ts';

const START_US = 1.7e15;
const SECONDS = 10;
const CALLS_PER_SECOND = 100;
const ATTACKER = { address: 0xc6336401, port: 5060 };
const CALLER = { address: 0x0a010001, port: 5060 };

/** Throws when a real call was not counted right. */
export async function runStorm(say: (line: string) => void, invites: number): Promise<void> {
  const plane = await planeFor();
  const feeder = new LoadFeeder(plane);
  const calls = new LoadLedger();
  const callPackets: LoadPacket[] = [];
  for (let i = 0; i < SECONDS * CALLS_PER_SECOND; i++) {
    const call = new LoadDialog(CALLER, i, START_US + (i * 1e6) / CALLS_PER_SECOND, calls);
    answered(call);
    callPackets.push(...call.packets);
  }
  callPackets.sort((a, b) => a.timeUs - b.timeUs);
  let next = 0;
  for (let i = 0; i < invites; i++) {
    const timeUs = START_US + (i * SECONDS * 1e6) / invites;
    const flood = new LoadDialog(ATTACKER, 10_000_000 + i, timeUs, new LoadLedger());
    flood.request('INVITE', 1, 'i');
    for (let call = callPackets[next]; call !== undefined && call.timeUs <= timeUs; ) {
      feeder.feed(call);
      call = callPackets[++next];
    }
    for (const packet of flood.packets) feeder.feed(packet);
  }
  for (const packet of callPackets.slice(next)) feeder.feed(packet);
  feeder.flush();
  plane.registry.refresh(plane);
  const samples = samplesOf(plane.registry.render(ExpositionFormat.CLASSIC));
  const answers = samples.get('sip_session_results_total{direction="in",peer="other",code="200"}');
  const ended = samples.get('sip_sessions_ended_total{direction="in",peer="other",by="remote"}');
  assert.equal(Number(answers), SECONDS * CALLS_PER_SECOND);
  assert.equal(Number(ended), SECONDS * CALLS_PER_SECOND);
  const evictions = plane.tables().reduce((sum, use) => sum + use.evictions, 0);
  const resident = (process.resourceUsage().maxRSS / 1024).toFixed(0);
  say(
    `storm: ${invites} INVITEs beside ${SECONDS * CALLS_PER_SECOND} calls, every call counted right`,
  );
  say(`storm: ${evictions} evictions counted, peak ${resident} MiB (generator included)`);
}
