/**
 * sipgauge devices: the interfaces that can be captured on, as the kernel lists them. Needs neither the addon nor
 * privileges, so that it helps before the first capture works.
 */
import { readFileSync } from 'node:fs';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { ANY_INTERFACE, deviceNames } from '../capture/devices.ts';
import type { Config } from '../config/config.ts';
import { ExitCode } from '../core/operator-error.ts';
import type { ProbeIo } from './io.ts';

const DEVICES_FOLDER = '/sys/class/net';

export async function run(_config: Config, io: ProbeIo): Promise<ExitCode> {
  const addresses = networkInterfaces();
  const rows = [...deviceNames()]
    .sort()
    .map((name) => [name, deviceState(name), addressText(addresses[name])]);
  rows.push([ANY_INTERFACE, 'up', 'all interfaces at once']);
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const [name = '', state = '', text = ''] of rows) {
    const columns = [name.padEnd(widths[0] ?? 0), state.padEnd(widths[1] ?? 0), text];
    io.stdout.write(`${columns.join('  ').trimEnd()}\n`);
  }
  return ExitCode.OK;
}

/** `up` or `down`; lo and tun, which have no carrier to know of, say "unknown" when they are up. */
function deviceState(name: string): string {
  try {
    const state = readFileSync(join(DEVICES_FOLDER, name, 'operstate'), 'utf8').trim();
    return state === 'unknown' ? 'up' : state;
  } catch {
    return '?'; // There is no /sys here, or the interface went away between the two looks.
  }
}

function addressText(addresses: readonly NetworkInterfaceInfo[] | undefined): string {
  return (addresses ?? []).map((address) => address.cidr ?? address.address).join(' ');
}
