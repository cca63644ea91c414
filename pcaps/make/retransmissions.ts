/**
 * A network that loses packets: the INVITE comes three times, its 200 twice because the ACK was lost
 * (and the ACK is sent again), the BYE twice, and a repeated INVITE after the 180 is answered by it again.
 */
import { sdpOf } from '../../test/helpers/sip-calls.ts';
import { contactOf, Dialog } from '../../test/helpers/sip-dialog.ts';
import { SipTrace } from '../../test/helpers/sip-trace.ts';
import { responseTo } from '../../test/helpers/sip-writer.ts';
import { alice, server } from './lib/agents.ts';
import { writeCapture } from './lib/write.ts';

const trace = new SipTrace(6);
const dialog = new Dialog(trace, { path: [alice, server] });
const type: readonly (readonly [string, string])[] = [['Content-Type', 'application/sdp']];
const invite = dialog.request(alice, 'INVITE', type, sdpOf(alice));
const contact: readonly [string, string] = ['Contact', contactOf(server)];
const trying = responseTo(invite, 100, '');
const ringing = responseTo(invite, 180, dialog.toTag, [contact]);
const ok = responseTo(invite, 200, dialog.toTag, [contact, ...type], sdpOf(server));

trace.send(alice, server, invite);
trace.wait(500);
trace.send(alice, server, invite);
trace.wait(4);
trace.send(server, alice, trying);
trace.wait(150);
trace.send(server, alice, ringing);
trace.wait(346);
trace.send(alice, server, invite);
trace.wait(2);
trace.send(server, alice, ringing);
trace.wait(3000);
trace.send(server, alice, ok);
dialog.established = true;
const ack = dialog.request(alice, 'ACK');
trace.wait(500);
trace.send(server, alice, ok);
trace.wait(3);
trace.send(alice, server, ack);
trace.wait(997);
trace.send(server, alice, ok);
trace.wait(3);
trace.send(alice, server, ack);
trace.wait(5000);
const bye = dialog.request(alice, 'BYE');
trace.send(alice, server, bye);
trace.wait(500);
trace.send(alice, server, bye);
trace.wait(3);
trace.send(server, alice, responseTo(bye, 200, dialog.toTag));
writeCapture('retransmissions.pcap', trace);
