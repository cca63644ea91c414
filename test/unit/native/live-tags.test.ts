/**
 * Tagged frames on a live interface. Where they arrive the kernel has taken the outer tag off before the
 * filter runs, and libpcap puts it back; where they leave it is in place. The filter must hold for both.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { captureFilter } from '../../../src/capture/capture-filter.ts';
import { loadCap } from '../../../src/capture/live-cap.ts';
import { bytes } from '../../helpers/capture-file.ts';
import { ethernet, ipv4, udp, vlan } from '../../helpers/frames.ts';
import { addonMissing, openSource, takeAtLeast } from '../../helpers/live-source.ts';
import { namespacesMissing } from '../../helpers/namespaces.ts';
import { repoRoot } from '../../helpers/paths.ts';

const capBuilt = existsSync(join(repoRoot, 'node_modules/cap/build/Release/cap.node'));
const skip =
  addonMissing ||
  namespacesMissing() ||
  (capBuilt ? false : "npm's cap, to send with, is not built");

const LEAVING = `sgl${process.pid % 100_000}`;
const ARRIVING = `sga${process.pid % 100_000}`;
const IPV4 = 0x0800;
const CTAG = 0x8100;
const STAG = 0x88a8;

const filler = new Uint8Array(40).fill(0x61);
const sip = ipv4(udp(filler, { source: 5060, destination: 40_000 }));
const other = ipv4(udp(filler, { source: 7000, destination: 7001 }));

const FRAMES: readonly (readonly [wanted: boolean, Uint8Array])[] = [
  [true, ethernet(IPV4, sip)],
  [false, ethernet(IPV4, other)],
  [true, ethernet(CTAG, vlan(5, IPV4, sip))],
  [false, ethernet(CTAG, vlan(5, IPV4, other))],
  [true, ethernet(STAG, vlan(7, CTAG, vlan(5, IPV4, sip)))],
  [false, ethernet(STAG, vlan(7, CTAG, vlan(5, IPV4, other)))],
  [true, ethernet(STAG, vlan(7, CTAG, vlan(6, CTAG, vlan(5, IPV4, other))))],
];

const options = {
  sipPorts: [{ first: 5060, last: 5060 }],
  streamPorts: [],
  hepPorts: [],
  appPort: 9022,
  tunnels: [],
};

async function sendFrames(): Promise<void> {
  const Cap = await loadCap();
  const sender = new Cap();
  sender.open(LEAVING, 'less 0', 1024 * 1024, Buffer.alloc(65_535));
  for (const [, frame] of FRAMES) {
    const buffer = Buffer.from(frame);
    sender.send(buffer, buffer.length);
  }
  sender.close();
}

describe('tagged frames on a live interface', { skip }, () => {
  before(() => {
    execFileSync('ip', ['link', 'add', LEAVING, 'type', 'veth', 'peer', 'name', ARRIVING]);
    for (const name of [LEAVING, ARRIVING]) {
      spawnSync('sysctl', ['-q', '-w', `net.ipv6.conf.${name}.disable_ipv6=1`]);
      execFileSync('ip', ['link', 'set', name, 'up']);
    }
  });
  after(() => {
    spawnSync('ip', ['link', 'delete', LEAVING]);
  });

  for (const name of [LEAVING, ARRIVING]) {
    it(`are let in by their ports where they ${name === LEAVING ? 'leave' : 'arrive'}`, async () => {
      const filterFor = (linktype: number) => captureFilter(options, linktype);
      const { source } = await openSource([name], { filterFor });
      await sendFrames();
      const wanted = FRAMES.filter(([isWanted]) => isWanted).map(([, frame]) => bytes(frame));
      const packets = await takeAtLeast(source, wanted.length);
      await source.close();
      assert.deepEqual(
        packets.map((packet) => Buffer.from(packet.data).toString('hex')),
        wanted.map((frame) => Buffer.from(frame).toString('hex')),
      );
    });
  }
});
