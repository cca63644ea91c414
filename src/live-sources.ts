/** The sources that never end by themselves: interfaces through the addon or npm's cap, and a HEP listener. */

import { captureFilter } from './capture/capture-filter.ts';
import type { CaptureNotices } from './capture/capture-notices.ts';
import { interfaceAddresses } from './capture/devices.ts';
import { HepListenerSource } from './capture/hep-listener.ts';
import { LiveCapSource, loadCap } from './capture/live-cap.ts';
import { LiveNativeSource } from './capture/live-native.ts';
import type { LiveOptions } from './capture/live-options.ts';
import { loadNativeAddon } from './capture/native-addon.ts';
import type { PacketSource } from './capture/packet-source.ts';
import { limitPrivileges } from './capture/privileges.ts';
import type { Config } from './config/config.ts';
import { packageRoot } from './config/version.ts';
import type { Endpoint } from './core/address-set.ts';
import { OperatorError } from './core/operator-error.ts';
import { endpointsOf } from './data-plane.ts';

export interface LiveSource {
  readonly source: PacketSource;
  readonly libpcapVersion: string;
  /** Gives up what is not needed any more; after `open`, before the first `next`. */
  limitPrivileges(): void;
}

export async function liveSource(config: Config, notices: CaptureNotices): Promise<LiveSource> {
  const options = liveOptions(config);
  if (config.capture.source === 'cap') {
    if (config.user !== undefined) {
      throw new OperatorError(
        'USER_NEEDS_NATIVE',
        '--user does not work with --source cap',
        'Leave one of them out: only the native source can give up privileges',
      );
    }
    const source = new LiveCapSource(await loadCap(), options, notices);
    return { source, libpcapVersion: '', limitPrivileges: () => undefined };
  }
  const addon = loadNativeAddon(packageRoot());
  return {
    source: new LiveNativeSource(addon, options, notices),
    libpcapVersion: addon.libpcapVersion(),
    limitPrivileges: () => limitPrivileges(addon, config.user),
  };
}

export function hepSource(config: Config): LiveSource {
  const { listeners, allow } = config.hep;
  const source = new HepListenerSource({
    listen: listeners,
    allow,
  });
  return { source, libpcapVersion: '', limitPrivileges: () => undefined };
}

/** The addresses of the captured interfaces, when none is given. */
export function liveEndpoints(config: Config): Endpoint[] {
  if (config.local.length > 0) return endpointsOf(config.local);
  return endpointsOf(interfaceAddresses(config.capture.interfaces));
}

function liveOptions(config: Config): LiveOptions {
  const { interfaces, snaplen, bufferBytes, promiscuous, filter } = config.capture;
  const { sip, webSocket, tls, app } = config.ports;
  const made = {
    sipPorts: sip,
    streamPorts: [...webSocket, ...tls],
    hepPorts: config.hep.ports,
    appPort: app,
    tunnels: config.tunnels,
  };
  return {
    interfaces,
    snaplen,
    bufferBytes,
    promiscuous,
    filterFor: (linktype) => filter ?? captureFilter(made, linktype),
  };
}
