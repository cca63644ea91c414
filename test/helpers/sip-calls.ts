/**
 * Conversations as they happen in the field, each with its own clock in the trace: calls that are
 * answered, refused, cancelled, challenged; registrations, pings, subscriptions.
 */
import { contactOf, Dialog, type DialogShape, type HeaderList, uriOf } from './sip-dialog.ts';
import type { Agent, SipTrace } from './sip-trace.ts';
import { type SipMessageText, sdp } from './sip-writer.ts';

const SDP_TYPE: HeaderList = [['Content-Type', 'application/sdp']];
const MEDIA_PORT = 40_000;
/** Of a user agent to think. */
const THINK_MS = 3;

export interface CallTiming {
  /** INVITE to 180; no 180 when 0. */
  readonly ringAfterMs: number;
  /** 180 to the final response. */
  readonly answerAfterMs: number;
  /** 200 to BYE; no BYE when 0. */
  readonly talkMs: number;
}

export const QUICK: CallTiming = { ringAfterMs: 180, answerAfterMs: 2400, talkMs: 9000 };

export function sdpOf(agent: Agent, direction = ''): string {
  return sdp(agent.address, MEDIA_PORT, direction);
}

/** Answers to a digest challenge (RFC 7616): right in form, computed with no password. */
export function credentials(trace: SipTrace, agent: Agent, uri: string, nonce: string): string {
  const parts = [
    `Digest username="${agent.user}"`,
    'realm="example.com"',
    `nonce="${nonce}"`,
    `uri="${uri}"`,
    `response="${trace.random.hex(32)}"`,
    'algorithm=MD5',
  ];
  return parts.join(', ');
}

export function challenge(nonce: string): string {
  return `Digest realm="example.com", nonce="${nonce}", algorithm=MD5`;
}

/** INVITE, 100, 180 as the timing says; gives the INVITE as the callee received it. */
export function ring(
  dialog: Dialog,
  timing: CallTiming,
  headers: HeaderList = [],
): { invite: SipMessageText; received: SipMessageText } {
  const { trace, caller, callee, path } = dialog;
  const invite = dialog.request(caller, 'INVITE', [...headers, ...SDP_TYPE], sdpOf(caller));
  const received = dialog.deliverInvite(invite);
  trace.wait(THINK_MS);
  if (path.length === 2) dialog.answer(callee, received, 100);
  if (timing.ringAfterMs > 0) {
    trace.wait(timing.ringAfterMs);
    dialog.answer(callee, received, 180, [['Contact', contactOf(callee)]]);
  }
  trace.wait(timing.answerAfterMs);
  return { invite, received };
}

export function accept(dialog: Dialog, received: SipMessageText): void {
  const { callee, caller, trace } = dialog;
  const headers: HeaderList = [['Contact', contactOf(callee)], ...SDP_TYPE];
  dialog.answer(callee, received, 200, headers, sdpOf(callee));
  trace.wait(THINK_MS);
  dialog.deliver(caller, dialog.request(caller, 'ACK'));
}

export function hangUp(dialog: Dialog, by: Agent): void {
  const other = by === dialog.caller ? dialog.callee : dialog.caller;
  const received = dialog.deliver(by, dialog.request(by, 'BYE'));
  dialog.trace.wait(THINK_MS);
  dialog.answer(other, received, 200);
}

/** INVITE to BYE; the caller hangs up. */
export function answeredCall(trace: SipTrace, shape: DialogShape, timing: CallTiming): Dialog {
  const dialog = new Dialog(trace, shape);
  const { received } = ring(dialog, timing);
  accept(dialog, received);
  if (timing.talkMs > 0) {
    trace.wait(timing.talkMs);
    hangUp(dialog, dialog.caller);
  }
  return dialog;
}

export function rejectedCall(
  trace: SipTrace,
  shape: DialogShape,
  timing: CallTiming,
  status: number,
): Dialog {
  const dialog = new Dialog(trace, shape);
  const { invite, received } = ring(dialog, timing);
  dialog.refuse(invite, received, status);
  return dialog;
}

/** The caller gives up while it rings: CANCEL and its 200, then the 487 and its ACK. Without proxies. */
export function cancelledCall(trace: SipTrace, shape: DialogShape, timing: CallTiming): Dialog {
  const dialog = new Dialog(trace, shape);
  const { invite, received } = ring(dialog, timing);
  dialog.answer(dialog.callee, dialog.cancel(invite), 200);
  dialog.established = false;
  trace.wait(THINK_MS);
  dialog.refuse(invite, received, 487);
  return dialog;
}

/** INVITE, 407, ACK, and the INVITE with credentials, which is `dialog`'s next request. */
export function challengedInvite(
  trace: SipTrace,
  shape: DialogShape,
): { dialog: Dialog; headers: HeaderList } {
  const dialog = new Dialog(trace, shape);
  const { caller, callee } = dialog;
  const nonce = trace.random.hex(16);
  const invite = dialog.request(caller, 'INVITE', SDP_TYPE, sdpOf(caller));
  const received = dialog.deliverInvite(invite);
  trace.wait(THINK_MS);
  dialog.refuse(invite, received, 407, [['Proxy-Authenticate', challenge(nonce)]]);
  trace.wait(THINK_MS);
  // The retry is a new dialog to the callee: another To tag.
  dialog.toTag = trace.random.hex(8);
  const answer = credentials(trace, caller, uriOf(callee), nonce);
  return { dialog, headers: [['Proxy-Authorization', answer]] };
}

export interface RegisterShape {
  readonly expires: number;
  readonly challenged: boolean;
  /** `*` takes all bindings away. */
  readonly contact?: string;
  readonly callId?: string;
  readonly cseq?: number;
}

/** REGISTER to a registrar, answered with its binding; with a 401 and credentials before it, or without. */
export function register(
  trace: SipTrace,
  agent: Agent,
  registrar: Agent,
  shape: RegisterShape,
): void {
  const callId = shape.callId ?? `${trace.random.hex(12)}@${agent.address}`;
  const dialog = new Dialog(trace, { path: [agent, registrar], callId, cseq: shape.cseq ?? 1 });
  const contact = shape.contact ?? contactOf(agent);
  const send = (headers: HeaderList): SipMessageText => {
    const own: HeaderList = [['Expires', String(shape.expires)], ...headers];
    const request = dialog.request(agent, 'REGISTER', own);
    const to = `<${uriOf({ ...registrar, user: agent.user })}>`;
    const host = uriOf(registrar).split('@')[1] ?? '';
    const named = request.headers.map(([name, value]): readonly [string, string] => {
      if (name === 'To') return [name, to];
      if (name === 'From') return [name, `${to};tag=${dialog.fromTag}`];
      return name === 'Contact' ? [name, contact] : [name, value];
    });
    const line = `REGISTER sip:${host} SIP/2.0`;
    return dialog.deliver(agent, { ...request, startLine: line, headers: named });
  };
  let received = send([]);
  trace.wait(THINK_MS);
  if (shape.challenged) {
    const nonce = trace.random.hex(16);
    dialog.answer(registrar, received, 401, [['WWW-Authenticate', challenge(nonce)]]);
    trace.wait(THINK_MS);
    received = send([['Authorization', credentials(trace, agent, uriOf(registrar), nonce)]]);
    trace.wait(THINK_MS);
  }
  const bound = contact !== '*' && shape.expires > 0;
  const binding: HeaderList = [['Contact', `${contact};expires=${shape.expires}`]];
  dialog.answer(registrar, received, 200, bound ? binding : []);
}

/** A ping outside of any dialog. */
export function options(trace: SipTrace, from: Agent, to: Agent, status = 200): void {
  const dialog = new Dialog(trace, { path: [from, to] });
  const received = dialog.deliver(from, dialog.request(from, 'OPTIONS'));
  trace.wait(THINK_MS);
  dialog.answer(to, received, status);
}

/** SUBSCRIBE, the NOTIFY that makes it active, `changes` more, and the one that ends it. */
export function subscription(
  trace: SipTrace,
  subscriber: Agent,
  notifier: Agent,
  changes: number,
): void {
  const dialog = new Dialog(trace, { path: [subscriber, notifier] });
  const event: HeaderList = [['Event', 'presence']];
  const subscribe = (expires: number): void => {
    const headers: HeaderList = [...event, ['Expires', String(expires)]];
    const received = dialog.deliver(subscriber, dialog.request(subscriber, 'SUBSCRIBE', headers));
    trace.wait(THINK_MS);
    const answered: HeaderList = [
      ['Expires', String(expires)],
      ['Contact', contactOf(notifier)],
    ];
    dialog.answer(notifier, received, 200, answered);
    trace.wait(THINK_MS);
  };
  const notify = (state: string): void => {
    const headers: HeaderList = [...event, ['Subscription-State', state]];
    const received = dialog.deliver(notifier, dialog.request(notifier, 'NOTIFY', headers));
    trace.wait(THINK_MS);
    dialog.answer(subscriber, received, 200);
  };
  subscribe(600);
  notify('active;expires=600');
  for (let i = 0; i < changes; i++) {
    trace.wait(2000);
    notify('active;expires=590');
  }
  trace.wait(3000);
  subscribe(0);
  notify('terminated;reason=timeout');
}
