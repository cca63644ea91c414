/** The host's interfaces: what can be captured on, and which addresses are its own. */
import { readdirSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { OperatorError } from '../core/operator-error.ts';
import type { NativeAddon, NativeInterface } from './native-addon.ts';

/** libpcap's name for all interfaces at once. */
export const ANY_INTERFACE = 'any';

/** As libpcap lists them. Throws OperatorError. */
export function listDevices(addon: NativeAddon): readonly NativeInterface[] {
  const result = addon.interfaces();
  if (!('status' in result)) return result;
  throw new OperatorError(
    'NO_DEVICE_LIST',
    `cannot list the interfaces: ${result.message}`,
    'Capturing works all the same when the name is known',
  );
}

/**
 * The addresses, IPv4 and IPv6 without zones, that these interfaces have now; those of all interfaces
 * when `any` is among the names. Each once, in the kernel's order.
 */
export function interfaceAddresses(names: readonly string[]): string[] {
  const all = names.includes(ANY_INTERFACE);
  const found = new Set<string>();
  for (const [label, entries] of Object.entries(networkInterfaces())) {
    // An alias has a label of its own: eth0:1.
    const name = label.split(':', 1)[0] ?? label;
    if (!all && !names.includes(name)) continue;
    for (const entry of entries ?? []) found.add(entry.address);
  }
  return [...found];
}

/** Names of interfaces without the addon's help. */
export function deviceNames(): readonly string[] {
  try {
    return readdirSync('/sys/class/net');
  } catch {
    // Without /sys those are missing that are down or have no address.
    return Object.keys(networkInterfaces());
  }
}
