import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ExpositionFormat } from '../../src/metrics/exposition.ts';
import { sumOf } from '../helpers/call-counts.ts';
import { LOCAL_ADDRESS, LoadDialog, type LoadPacket } from '../helpers/load/load-dialog.ts';
import { LoadLedger } from '../helpers/load/load-ledger.ts';
import { LoadFeeder, planeFor, writeLoad } from '../helpers/load/load-runs.ts';
import { answered, makeLoad } from '../helpers/load/load-stories.ts';
import { samplesOf } from '../helpers/metrics-fixture.ts';
import { numbersIn, type Samples } from '../helpers/probe-process.ts';

const program = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'sipgauge-faults-'));
after(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'load.pcap');
const load = makeLoad(200, 9, 90_000);
writeLoad(path, load.groups);
const capture = readFileSync(path);
const RESULT = 'sip_session_results_total{direction="in",peer="other",code="200"}';

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Replays standard input, which `produce` writes. */
async function replayStdin(
  produce: (write: (part: Uint8Array) => void, end: () => void) => Promise<void> | void,
): Promise<Ended> {
  const child = spawn(process.execPath, [program, 'replay', '-', '--local', LOCAL_ADDRESS]);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  await produce(
    (part) => void child.stdin.write(part),
    () => child.stdin.end(),
  );
  return { code: await ended, stdout, stderr };
}

async function counted(packets: readonly LoadPacket[]): Promise<Samples> {
  const plane = await planeFor();
  const feeder = new LoadFeeder(plane);
  for (const packet of packets) feeder.feed(packet);
  feeder.flush();
  plane.registry.refresh(plane);
  return numbersIn(plane.registry.render(ExpositionFormat.CLASSIC));
}

const answeredCalls = async (packets: readonly LoadPacket[]): Promise<number | undefined> => {
  return (await counted(packets)).get(RESULT);
};

function calls(count: number, timeOf: (call: number) => number): LoadPacket[] {
  const packets: LoadPacket[] = [];
  for (let i = 0; i < count; i++) {
    const call = new LoadDialog(
      { address: 0x0a010001, port: 5060 },
      i,
      timeOf(i),
      new LoadLedger(),
    );
    answered(call);
    packets.push(...call.packets);
  }
  return packets;
}

describe('faults of time', () => {
  it('a clock that steps back and forward between calls costs none of them', async () => {
    const steps = [0, 3600, -86_400, 1, 7 * 86_400, -1];
    const packets = calls(60, (i) => 1.7e15 + i * 1e6 + (steps[i % steps.length] ?? 0) * 1e6);
    assert.equal(await answeredCalls(packets), 60);
  });

  it('timestamps of zero are a time like any other', async () => {
    const packets = calls(10, () => 1.7e15).map(({ frame }) => ({ timeUs: 0, frame }));
    assert.equal(await answeredCalls(packets), 10);
  });
});

describe('times that are wrong for a moment', () => {
  const overlapping = calls(100, (i) => 1.7e15 + i * 1e5).sort((a, b) => a.timeUs - b.timeUs);
  const damaged = {
    'a packet in ten without its time': (timeUs: number, i: number) => (i % 10 === 7 ? 0 : timeUs),
    'a clock an hour late for a while': (timeUs: number, i: number) =>
      i >= 200 && i < 300 ? timeUs - 3.6e9 : timeUs,
  };
  for (const [what, timeOf] of Object.entries(damaged)) {
    it(`${what}: no call is lost and no timer fires`, async () => {
      const packets = overlapping.map(({ timeUs, frame }, i) => ({
        timeUs: timeOf(timeUs, i),
        frame,
      }));
      const samples = await counted(packets);
      assert.equal(samples.get(RESULT), 100);
      assert.equal(sumOf(samples, 'sip_sessions_ended_total', 'by="remote"'), 100);
      assert.equal(sumOf(samples, 'sip_sessions_ended_total'), 100);
      assert.equal(sumOf(samples, 'sip_transaction_timeouts_total'), 0);
      assert.ok(sumOf(samples, 'sipgauge_clock_steps_total') > 0);
    });
  }
});

describe('faults of pipes', () => {
  it('a producer that stalls in the middle of a packet delays, and costs nothing', async () => {
    const { code, stdout, stderr } = await replayStdin(async (write, end) => {
      const middle = (capture.length >> 1) + 7;
      write(capture.subarray(0, middle));
      await new Promise((resolve) => setTimeout(resolve, 700));
      write(capture.subarray(middle));
      end();
    });
    assert.equal(code, 0, stderr);
    load.ledger.check(samplesOf(stdout));
  });

  it('a producer that dies in the middle of a packet: what came is counted, and it is said', async () => {
    const { code, stdout, stderr } = await replayStdin((write, end) => {
      write(capture.subarray(0, capture.length - 10));
      end();
    });
    assert.equal(code, 0);
    assert.match(stderr, /ends in the middle of a packet/);
    assert.match(stdout, /^sip_messages_total/m);
  });
});
