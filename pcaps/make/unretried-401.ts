/** A call challenged with 401 that never comes back; a ping a minute later lets its wait pass. */
import { challenge, options, QUICK, ring } from '../../test/helpers/sip-calls.ts';
import { Dialog } from '../../test/helpers/sip-dialog.ts';
import { SipTrace } from '../../test/helpers/sip-trace.ts';
import { alice, carrierA, server } from './lib/agents.ts';
import { writeCapture } from './lib/write.ts';

const trace = new SipTrace(15);
const dialog = new Dialog(trace, { path: [alice, server] });
const atOnce = { ...QUICK, ringAfterMs: 0, answerAfterMs: 4 };
const { invite, received } = ring(dialog, atOnce);
const nonce = trace.random.hex(16);
dialog.refuse(invite, received, 401, [['WWW-Authenticate', challenge(nonce)]]);
trace.wait(60_000);
options(trace, carrierA, server);
writeCapture('unretried-401.pcap', trace);
