/** Three calls that fail: busy after it rang, not found at once, declined by everyone. */
import { rejectedCall } from '../../test/helpers/sip-calls.ts';
import { SipTrace } from '../../test/helpers/sip-trace.ts';
import { alice, bob, calling, carrierA, server } from './lib/agents.ts';
import { writeCapture } from './lib/write.ts';

const trace = new SipTrace(2);
const atOnce = { ringAfterMs: 0, answerAfterMs: 40, talkMs: 0 };
const rung = { ringAfterMs: 350, answerAfterMs: 6000, talkMs: 0 };
rejectedCall(trace, { path: [alice, server] }, rung, 486);
trace.wait(1000);
rejectedCall(trace, { path: [bob, server] }, atOnce, 404);
trace.wait(1000);
rejectedCall(trace, { path: [calling('sales'), carrierA] }, rung, 603);
writeCapture('rejected.pcap', trace);
