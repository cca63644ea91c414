/** A call to the server: INVITE, 100, 180, 200, ACK, BYE, 200. */
import { answeredCall, QUICK } from '../../test/helpers/sip-calls.ts';
import { SipTrace } from '../../test/helpers/sip-trace.ts';
import { alice, server } from './lib/agents.ts';
import { writeCapture } from './lib/write.ts';

const trace = new SipTrace(1);
answeredCall(trace, { path: [alice, server] }, QUICK);
writeCapture('basic-call.pcap', trace);
