/**
 * sipgauge devices: the interfaces that can be captured on, as the kernel lists them. Needs neither the addon nor
 * privileges, so that it helps before the first capture works.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { ExitCode, OperatorError } from '../core/operator-error.ts';
import type { ProbeIo } from './io.ts';

const DEVICES_FOLDER = '/sys/class/net';

export async function run(_config: Config, io: ProbeIo): Promise<ExitCode> {
  const addresses = networkInterfaces();
  const rows = deviceNames().map((name) => [name, deviceState(name), addressText(addresses[name])]);
  rows.push(['any', 'up', 'all interfaces at once']);
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const [name = '', state = '', text = ''] of rows) {
    const columns = [name.padEnd(widths[0] ?? 0), state.padEnd(widths[1] ?? 0), text];
    io.stdout.write(`${columns.join('  ').trimEnd()}\n`);
  }
  return ExitCode.OK;
}

function deviceNames(): readonly string[] {
  try {
    return readdirSync(DEVICES_FOLDER).sort();
  } catch (error) {
    const hint = 'Is /sys mounted? Capturing works all the same when the name is known';
    throw new OperatorError(
      'NO_DEVICE_LIST',
      `cannot read ${DEVICES_FOLDER}`,
      hint,
      undefined,
      error,
    );
  }
}

/** `up`, `down`, or `up?` for those that do not know their carrier (lo, tun). */
function deviceState(name: string): string {
  try {
    const state = readFileSync(join(DEVICES_FOLDER, name, 'operstate'), 'utf8').trim();
    return state === 'unknown' ? 'up?' : state;
  } catch {
    return 'gone'; // It went away between the two looks.
  }
}

function addressText(addresses: readonly NetworkInterfaceInfo[] | undefined): string {
  return (addresses ?? []).map((address) => address.cidr ?? address.address).join(' ');
}
