/**
 * CANCEL crosses the 200 (RFC 3261 9.2, 15): the CANCEL is answered 200 and changes nothing, the call
 * is up, and the caller ends it with BYE. The attempt's result is 200.
 */
import { hangUp, QUICK, ring, sdpOf } from '../../test/helpers/sip-calls.ts';
import { contactOf, Dialog } from '../../test/helpers/sip-dialog.ts';
import { SipTrace } from '../../test/helpers/sip-trace.ts';
import { headerValue, hopRequest, responseTo } from '../../test/helpers/sip-writer.ts';
import { alice, server } from './lib/agents.ts';
import { writeCapture } from './lib/write.ts';

const trace = new SipTrace(18);
const dialog = new Dialog(trace, { path: [alice, server] });
const { invite, received } = ring(dialog, QUICK);
const cancel = hopRequest(invite, 'CANCEL', headerValue(invite, 'To'));
const answer: readonly (readonly [string, string])[] = [
  ['Contact', contactOf(server)],
  ['Content-Type', 'application/sdp'],
];
trace.send(server, alice, responseTo(received, 200, dialog.toTag, answer, sdpOf(server)));
trace.wait(0.4);
trace.send(alice, server, cancel);
dialog.established = true;
trace.wait(1.5);
trace.send(server, alice, responseTo(cancel, 200, dialog.toTag));
trace.send(alice, server, dialog.request(alice, 'ACK'));
trace.wait(40);
hangUp(dialog, alice);
writeCapture('cancel-race.pcap', trace);
