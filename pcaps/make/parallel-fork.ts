/**
 * The server, a proxy, forks a call to two phones at once (RFC 3261 16.7): one answers, the other is
 * cancelled and says 487. The caller sees one call.
 */
import { hangUp, sdpOf } from '../../test/helpers/sip-calls.ts';
import { contactOf, Dialog } from '../../test/helpers/sip-dialog.ts';
import { type Agent, SipTrace } from '../../test/helpers/sip-trace.ts';
import {
  forwarded,
  headerValue,
  hopRequest,
  responseTo,
  returned,
} from '../../test/helpers/sip-writer.ts';
import { alice, bob, carrierA, server } from './lib/agents.ts';
import { writeCapture } from './lib/write.ts';

const trace = new SipTrace(17);
const phone: Agent = { address: '198.51.100.31', port: 5060, user: 'bob' };
const type: readonly [string, string] = ['Content-Type', 'application/sdp'];
const dialog = new Dialog(trace, { path: [carrierA, server, bob], recordRoute: true });
const route = `<sip:${server.address}:5060;lr>`;

const invite = dialog.request(carrierA, 'INVITE', [type], sdpOf(alice));
trace.send(carrierA, server, invite);
trace.wait(2);
trace.send(server, carrierA, responseTo(invite, 100, ''));
const toBob = forwarded(invite, dialog.via(server), contactOf(bob).slice(1, -1), route);
const toPhone = forwarded(invite, dialog.via(server), contactOf(phone).slice(1, -1), route);
trace.send(server, bob, toBob);
trace.send(server, phone, toPhone);
trace.wait(150);

const phoneTag = trace.random.hex(8);
const ringingPhone = responseTo(toPhone, 180, phoneTag, [['Contact', contactOf(phone)]]);
const ringingBob = responseTo(toBob, 180, dialog.toTag, [['Contact', contactOf(bob)]]);
trace.send(phone, server, ringingPhone);
trace.wait(1);
trace.send(server, carrierA, returned(ringingPhone));
trace.wait(60);
trace.send(bob, server, ringingBob);
trace.wait(1);
trace.send(server, carrierA, returned(ringingBob));
trace.wait(3500);

const ok = responseTo(toBob, 200, dialog.toTag, [['Contact', contactOf(bob)], type], sdpOf(bob));
trace.send(bob, server, ok);
trace.wait(1);
trace.send(server, carrierA, returned(ok));
dialog.established = true;
const cancel = hopRequest(toPhone, 'CANCEL', headerValue(toPhone, 'To'));
trace.send(server, phone, cancel);
trace.wait(3);
trace.send(phone, server, responseTo(cancel, 200, phoneTag));
const terminated = responseTo(toPhone, 487, phoneTag);
trace.send(phone, server, terminated);
trace.wait(1);
trace.send(server, phone, hopRequest(toPhone, 'ACK', headerValue(terminated, 'To')));
trace.wait(8);
dialog.deliver(carrierA, dialog.request(carrierA, 'ACK'));
trace.wait(6000);
hangUp(dialog, carrierA);
writeCapture('parallel-fork.pcap', trace);
