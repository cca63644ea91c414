/** Privileges of the running program, as another process sees them in /proc while it captures. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, afterEach, before, describe, it } from 'node:test';
import { ExitCode } from '../../src/core/operator-error.ts';
import { addonMissing } from '../helpers/live-source.ts';
import { namespacesMissing, VethPair } from '../helpers/namespaces.ts';
import { ProbeProcess } from '../helpers/probe-process.ts';
import { SipSender } from '../helpers/sip-sender.ts';
import { commandMissing } from '../helpers/tcpdump.ts';

const NOBODY = 65_534;
const NONE = '0000000000000000';
const NET_RAW = '0000000000002000';
/** Node's own, and the one that captures. */
const THREADS_MIN = 8;
const REQUESTS = 'drachtio_sip_requests_out_total{method="OPTIONS"}';

const skip = addonMissing || namespacesMissing() || commandMissing('setpriv', '--version');
const pair = new VethPair(16);
const probes: ProbeProcess[] = [];

interface Thread {
  readonly name: string;
  readonly fields: ReadonlyMap<string, string>;
}

function threadsOf(probe: ProbeProcess): Thread[] {
  const folder = `/proc/${probe.process.pid}/task`;
  return readdirSync(folder).map((thread) => {
    const lines = readFileSync(`${folder}/${thread}/status`, 'utf8').split('\n');
    const fields = new Map(
      lines.map((line) => [line.split(':')[0] ?? '', line.split('\t').slice(1).join(' ').trim()]),
    );
    return { name: fields.get('Name') ?? '', fields };
  });
}

/** Of every thread the same. */
function assertThreads(
  threads: readonly Thread[],
  expected: Readonly<Record<string, string>>,
): void {
  assert.ok(threads.length >= THREADS_MIN, `${threads.length} threads`);
  assert.ok(
    threads.some(({ name }) => name === 'capture'),
    'the capture thread is among them',
  );
  for (const { name, fields } of threads) {
    const found = Object.keys(expected).map((field) => [field, fields.get(field)]);
    assert.deepEqual(Object.fromEntries(found), expected, name);
  }
}

const IDS = Array.from({ length: 4 }, () => String(NOBODY)).join(' ');

async function start(args: readonly string[], prefix?: readonly string[]): Promise<ProbeProcess> {
  const probe = await ProbeProcess.start(['live', '-i', pair.near, ...args], prefix);
  probes.push(probe);
  return probe;
}

describe('privileges', { skip }, () => {
  before(() => pair.create());
  afterEach(() => Promise.all(probes.splice(0).map((probe) => probe.kill())));
  after(() => pair.destroy());

  it('are gone in every thread with --user, and it captures', async () => {
    const probe = await start(['--user', 'nobody']);
    const sender = await SipSender.open(pair.nearAddress, pair.farAddress);
    await sender.send(50);
    await probe.until('all is counted', (samples) => samples.get(REQUESTS) === 50);
    sender.close();
    assertThreads(threadsOf(probe), {
      Uid: IDS,
      Gid: IDS,
      Groups: String(NOBODY),
      CapInh: NONE,
      CapPrm: NONE,
      CapEff: NONE,
      CapAmb: NONE,
    });
    assert.equal((await probe.end('SIGTERM')).status, ExitCode.OK);
  });

  it('of an ordinary user are CAP_NET_RAW alone', async () => {
    const ids = ['--reuid=nobody', '--regid=nogroup', '--clear-groups'];
    // One of them to read the program where it lies, which may be a folder of root's.
    const more = '+net_raw,+net_admin,+dac_read_search';
    const given = [`--inh-caps=${more}`, `--ambient-caps=${more}`];
    const probe = await start([], ['setpriv', ...ids, ...given]);
    assertThreads(threadsOf(probe), {
      Uid: IDS,
      CapInh: NONE,
      CapPrm: NET_RAW,
      CapEff: NET_RAW,
      CapAmb: NONE,
    });
    // Which is enough to open an interface that was made anew.
    pair.deleteLink();
    pair.createLink();
    await probe.logged(/is opened again/);
  });

  it('given up end the program with 75 when the interface is made anew', async () => {
    const probe = await start(['--user', 'nobody']);
    pair.deleteLink();
    pair.createLink();
    const { status } = await probe.end();
    assert.equal(status, ExitCode.RESTART);
    assert.match(probe.stderr, /^sipgauge: interface \S+ was made anew, .*exit code 75/m);
  });
});
