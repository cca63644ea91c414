/** Who talks in the captures: all addresses are for documentation (RFC 5737, RFC 3849). */
import type { Agent } from '../../../test/helpers/sip-trace.ts';

/** The host whose traffic is measured. */
export const server: Agent = { address: '192.0.2.10', port: 5060, user: 'service' };
export const alice: Agent = { address: '198.51.100.20', port: 5060, user: 'alice' };
export const bob: Agent = { address: '198.51.100.30', port: 5060, user: 'bob' };
export const carrierA: Agent = { address: '203.0.113.1', port: 5060, user: '+15550100' };
export const carrierB: Agent = { address: '203.0.113.2', port: 5060, user: '+15550100' };

export const server6: Agent = { address: '2001:db8::10', port: 5060, user: 'service' };
export const alice6: Agent = { address: '2001:db8:a::20', port: 5060, user: 'alice' };

/** The server as the one that calls out. */
export function calling(user: string): Agent {
  return { ...server, user };
}
