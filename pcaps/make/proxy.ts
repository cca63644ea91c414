/**
 * The server as a proxy: a call it stays on the path of (Record-Route), one that it leaves after the
 * answer, one that is refused, and a REGISTER that it hands on.
 */
import { answeredCall, QUICK, rejectedCall } from '../../test/helpers/sip-calls.ts';
import { contactOf, Dialog } from '../../test/helpers/sip-dialog.ts';
import { SipTrace } from '../../test/helpers/sip-trace.ts';
import { alice, bob, carrierA, server } from './lib/agents.ts';
import { writeCapture } from './lib/write.ts';

const trace = new SipTrace(8);
answeredCall(trace, { path: [alice, server, bob], recordRoute: true }, QUICK);
trace.wait(1000);
answeredCall(trace, { path: [bob, server, alice] }, QUICK);
trace.wait(1000);
rejectedCall(trace, { path: [alice, server, bob], recordRoute: true }, QUICK, 480);
trace.wait(1000);
const registration = new Dialog(trace, { path: [bob, server, carrierA] });
const request = registration.request(bob, 'REGISTER', [['Expires', '300']]);
const received = registration.deliver(bob, request);
registration.answer(carrierA, received, 200, [['Contact', `${contactOf(bob)};expires=300`]]);
writeCapture('proxy.pcap', trace);
