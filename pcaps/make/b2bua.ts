/** The server as a back-to-back user agent: a call in and, in its place, a call out. Two calls on the wire. */
import { accept, hangUp, ring } from '../../test/helpers/sip-calls.ts';
import { contactOf, Dialog } from '../../test/helpers/sip-dialog.ts';
import { SipTrace } from '../../test/helpers/sip-trace.ts';
import { alice, calling, carrierA, server } from './lib/agents.ts';
import { writeCapture } from './lib/write.ts';

const trace = new SipTrace(20);
const inbound = new Dialog(trace, { path: [alice, server] });
const outbound = new Dialog(trace, { path: [calling('alice'), carrierA] });
const first = ring(inbound, { ringAfterMs: 0, answerAfterMs: 20, talkMs: 0 });
const second = ring(outbound, { ringAfterMs: 900, answerAfterMs: 5, talkMs: 0 });
inbound.answer(server, first.received, 180, [['Contact', contactOf(server)]]);
trace.wait(4200);
accept(outbound, second.received);
trace.wait(5);
accept(inbound, first.received);
trace.wait(12_000);
hangUp(inbound, alice);
trace.wait(5);
hangUp(outbound, outbound.caller);
writeCapture('b2bua.pcap', trace);
