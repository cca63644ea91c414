/** The basic call, a rejected one and a ping over IPv6. */
import { answeredCall, options, QUICK, rejectedCall } from '../../test/helpers/sip-calls.ts';
import { SipTrace } from '../../test/helpers/sip-trace.ts';
import { alice6, server6 } from './lib/agents.ts';
import { writeCapture } from './lib/write.ts';

const trace = new SipTrace(9);
answeredCall(trace, { path: [alice6, server6] }, QUICK);
trace.wait(500);
rejectedCall(trace, { path: [alice6, server6] }, QUICK, 486);
trace.wait(500);
options(trace, server6, alice6);
writeCapture('ipv6.pcap', trace);
