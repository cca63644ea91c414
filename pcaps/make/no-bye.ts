/** A call that never ends: answered, and no BYE in the two hours of pings that follow. */
import { answeredCall, options, QUICK } from '../../test/helpers/sip-calls.ts';
import { SipTrace } from '../../test/helpers/sip-trace.ts';
import { alice, carrierA, server } from './lib/agents.ts';
import { writeCapture } from './lib/write.ts';

const PING_MS = 20 * 60_000;

const trace = new SipTrace(19);
answeredCall(trace, { path: [alice, server] }, { ...QUICK, talkMs: 0 });
for (let i = 0; i < 6; i++) {
  trace.wait(PING_MS);
  options(trace, carrierA, server);
}
writeCapture('no-bye.pcap', trace);
