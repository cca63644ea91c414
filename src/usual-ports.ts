/** The ports between which a packet may be a usual one: SIP is expected there, and nothing else is looked for first. */
import type { Config } from './config/config.ts';
import { portCells } from './config/port-cells.ts';
import { TUNNEL_PORTS } from './decode/udp-tunnels.ts';
import { type PortSets, portSetsOf } from './packet-scanner.ts';

export function usualPorts(config: Config): PortSets {
  const others = portCells(config.hep.ports);
  for (const port of TUNNEL_PORTS) others[port] = 1;
  return portSetsOf(portCells(config.ports.sip), others);
}
