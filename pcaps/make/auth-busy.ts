/** A call that is challenged with 407 and then busy: one attempt, result 486. */
import { challengedInvite, QUICK, ring } from '../../test/helpers/sip-calls.ts';
import { SipTrace } from '../../test/helpers/sip-trace.ts';
import { alice, server } from './lib/agents.ts';
import { writeCapture } from './lib/write.ts';

const trace = new SipTrace(14);
const { dialog, headers } = challengedInvite(trace, { path: [alice, server] });
const { invite, received } = ring(dialog, QUICK, headers);
dialog.refuse(invite, received, 486);
writeCapture('auth-busy.pcap', trace);
