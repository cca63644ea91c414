/** The basic call and a call out, as `-i any` captures them: Linux cooked headers, version 2. */
import { cookedLink } from '../../test/helpers/packet-writer.ts';
import { answeredCall, QUICK } from '../../test/helpers/sip-calls.ts';
import { SipTrace } from '../../test/helpers/sip-trace.ts';
import { alice, calling, carrierA, server } from './lib/agents.ts';
import { writeCapture } from './lib/write.ts';

const trace = new SipTrace(11);
answeredCall(trace, { path: [alice, server] }, QUICK);
trace.wait(500);
answeredCall(trace, { path: [calling('sales'), carrierA] }, QUICK);
writeCapture('sll2.pcap', trace, cookedLink(server.address, 2));
