/**
 * The server tries one carrier, gets 503, and takes the other: two attempts, one for each peer. Then
 * a carrier that does not answer at all (timer B), and again the other.
 */
import { answeredCall, QUICK, rejectedCall, sdpOf } from '../../test/helpers/sip-calls.ts';
import { Dialog } from '../../test/helpers/sip-dialog.ts';
import { SipTrace } from '../../test/helpers/sip-trace.ts';
import { calling, carrierA, carrierB } from './lib/agents.ts';
import { writeCapture } from './lib/write.ts';

const trace = new SipTrace(16);
const caller = calling('sales');
const atOnce = { ringAfterMs: 0, answerAfterMs: 30, talkMs: 0 };

const first = { callId: 'refused@192.0.2.10', fromTag: 'failover1' };
rejectedCall(trace, { path: [caller, carrierA], ...first }, atOnce, 503);
trace.wait(5);
answeredCall(trace, { path: [caller, carrierB], ...first, cseq: 2 }, QUICK);
trace.wait(2000);

const second = { callId: 'silent@192.0.2.10', fromTag: 'failover2' };
const unanswered = new Dialog(trace, { path: [caller, carrierA], ...second });
const type: readonly [string, string] = ['Content-Type', 'application/sdp'];
const invite = unanswered.request(caller, 'INVITE', [type], sdpOf(caller));
// RFC 3261 17.1.1.2: timer A doubles from T1 until timer B at 32 s.
for (const pauseMs of [500, 1000, 2000, 4000, 8000, 16_000, 1500]) {
  trace.send(caller, carrierA, invite);
  trace.wait(pauseMs);
}
answeredCall(trace, { path: [caller, carrierB], ...second, cseq: 2 }, QUICK);
writeCapture('failover.pcap', trace);
