/** Pings both ways: answered 200, answered 404, and one that nobody answers (sent eleven times, until timer F). */
import { options } from '../../test/helpers/sip-calls.ts';
import { Dialog } from '../../test/helpers/sip-dialog.ts';
import { SipTrace } from '../../test/helpers/sip-trace.ts';
import { alice, carrierA, carrierB, server } from './lib/agents.ts';
import { writeCapture } from './lib/write.ts';

const trace = new SipTrace(5);
options(trace, carrierA, server);
trace.wait(500);
options(trace, server, carrierA);
trace.wait(500);
options(trace, alice, server, 404);
trace.wait(500);
const unanswered = new Dialog(trace, { path: [server, carrierB] });
const request = unanswered.request(server, 'OPTIONS');
// RFC 3261 17.1.2.2, timer E: 500 ms doubled up to 4 s, until timer F at 32 s.
for (const pauseMs of [500, 1000, 2000, 4000, 4000, 4000, 4000, 4000, 4000, 4000, 4000]) {
  trace.send(server, carrierB, request);
  trace.wait(pauseMs);
}
trace.wait(1000);
options(trace, carrierA, server);
writeCapture('options.pcap', trace);
