/** A call put on hold and taken back by re-INVITEs, with an UPDATE and an INFO in between. */
import { accept, hangUp, QUICK, ring, sdpOf } from '../../test/helpers/sip-calls.ts';
import { contactOf, Dialog } from '../../test/helpers/sip-dialog.ts';
import { type Agent, SipTrace } from '../../test/helpers/sip-trace.ts';
import { alice, server } from './lib/agents.ts';
import { writeCapture } from './lib/write.ts';

const trace = new SipTrace(7);
const dialog = new Dialog(trace, { path: [alice, server] });
const type: readonly [string, string] = ['Content-Type', 'application/sdp'];

function reInvite(by: Agent, other: Agent, direction: string): void {
  const request = dialog.request(by, 'INVITE', [type], sdpOf(by, direction));
  const received = dialog.deliver(by, request);
  trace.wait(10);
  const headers: readonly (readonly [string, string])[] = [['Contact', contactOf(other)], type];
  dialog.answer(other, received, 200, headers, sdpOf(other));
  trace.wait(3);
  dialog.deliver(by, dialog.request(by, 'ACK'));
}

function inDialog(by: Agent, other: Agent, method: string): void {
  const received = dialog.deliver(by, dialog.request(by, method));
  trace.wait(5);
  dialog.answer(other, received, 200);
}

const { received } = ring(dialog, QUICK);
accept(dialog, received);
trace.wait(2000);
reInvite(alice, server, 'sendonly');
trace.wait(2000);
inDialog(server, alice, 'UPDATE');
trace.wait(1000);
inDialog(alice, server, 'INFO');
trace.wait(2000);
reInvite(server, alice, 'sendrecv');
trace.wait(2000);
hangUp(dialog, server);
writeCapture('re-invite.pcap', trace);
