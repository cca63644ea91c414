/** Callers that give up while it rings: one towards the server, one from it. */
import { cancelledCall } from '../../test/helpers/sip-calls.ts';
import { SipTrace } from '../../test/helpers/sip-trace.ts';
import { alice, calling, carrierA, server } from './lib/agents.ts';
import { writeCapture } from './lib/write.ts';

const trace = new SipTrace(3);
const patience = { ringAfterMs: 400, answerAfterMs: 8000, talkMs: 0 };
cancelledCall(trace, { path: [alice, server] }, patience);
trace.wait(1000);
cancelledCall(trace, { path: [calling('sales'), carrierA] }, patience);
writeCapture('cancelled.pcap', trace);
