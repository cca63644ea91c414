/** A call that is challenged with 407 and then answered: one attempt, two INVITE transactions. */
import { accept, challengedInvite, hangUp, QUICK, ring } from '../../test/helpers/sip-calls.ts';
import { SipTrace } from '../../test/helpers/sip-trace.ts';
import { alice, calling, carrierA, server } from './lib/agents.ts';
import { writeCapture } from './lib/write.ts';

const trace = new SipTrace(13);
for (const path of [
  [alice, server],
  [calling('sales'), carrierA],
] as const) {
  const { dialog, headers } = challengedInvite(trace, { path });
  const { received } = ring(dialog, QUICK, headers);
  accept(dialog, received);
  trace.wait(7000);
  hangUp(dialog, dialog.callee);
  trace.wait(1000);
}
writeCapture('auth-call.pcap', trace);
