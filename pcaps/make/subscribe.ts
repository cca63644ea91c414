/** A subscription to the server from its beginning to its end, and one of the server's own. */
import { subscription } from '../../test/helpers/sip-calls.ts';
import { SipTrace } from '../../test/helpers/sip-trace.ts';
import { alice, bob, server } from './lib/agents.ts';
import { writeCapture } from './lib/write.ts';

const trace = new SipTrace(21);
subscription(trace, alice, server, 2);
trace.wait(1000);
subscription(trace, server, bob, 1);
writeCapture('subscribe.pcap', trace);
