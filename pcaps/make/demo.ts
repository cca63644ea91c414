/**
 * A lively minute on one server, for the demo that plays it over and over: phones that call in and
 * register, two carriers that are called and call, calls refused, given up, challenged, tried again
 * elsewhere, pings, a subscription, a lossy path. Every call ends within the minute.
 */
import {
  accept,
  answeredCall,
  cancelledCall,
  challengedInvite,
  hangUp,
  options,
  register,
  rejectedCall,
  ring,
  subscription,
} from '../../test/helpers/sip-calls.ts';
import { Dialog } from '../../test/helpers/sip-dialog.ts';
import { type Agent, SipTrace } from '../../test/helpers/sip-trace.ts';
import { calling, carrierA, carrierB, server } from './lib/agents.ts';
import { writeCapture } from './lib/write.ts';

const MINUTE_MS = 60_000;
const SEED = 60;

const trace = new SipTrace(SEED);
const { random } = trace;
const phones: readonly Agent[] = ['anna', 'ben', 'cleo', 'dan', 'eva', 'finn'].map((user, i) => ({
  address: `198.51.100.${21 + i}`,
  port: 5060,
  user,
  form: i % 2 === 0 ? 'compact' : 'long',
}));
const carriers: readonly Agent[] = [
  { ...carrierA, form: 'compact' },
  { ...carrierB, form: 'compact' },
];
const ourselves: Agent = { ...calling('pbx'), form: 'compact' };

/** Times of a call that begins at `startMs` and is over when the minute is. */
function timing(startMs: number): { ringAfterMs: number; answerAfterMs: number; talkMs: number } {
  const ringAfterMs = Math.min(random.between(0.3, 1) ** 3 * 4000, 3500);
  const answerAfterMs = random.between(800, 9000);
  const left = MINUTE_MS - startMs - ringAfterMs - answerAfterMs - 1500;
  return { ringAfterMs, answerAfterMs, talkMs: random.between(0.2, 0.9) * Math.max(left, 500) };
}

/** Evenly over the first three quarters of the minute, give or take a second. */
function starts(count: number): number[] {
  const step = (MINUTE_MS * 0.72) / count;
  return Array.from({ length: count }, (_, i) => step * i + random.between(0, 1000));
}

for (const at of starts(5)) {
  answeredCall(trace.fork(at), { path: [random.pick(phones), server] }, timing(at));
}
for (const at of starts(5)) {
  answeredCall(trace.fork(at), { path: [ourselves, random.pick(carriers)] }, timing(at));
}
for (const at of starts(3)) {
  answeredCall(trace.fork(at), { path: [random.pick(carriers), ourselves] }, timing(at));
}
for (const status of [486, 486, 404, 503]) {
  const at = random.between(2000, 45_000);
  const path = status === 404 ? [random.pick(phones), server] : [ourselves, random.pick(carriers)];
  const [caller = server, callee = server] = path;
  rejectedCall(trace.fork(at), { path: [caller, callee] }, timing(at), status);
}
for (const at of [9000, 33_000]) {
  cancelledCall(trace.fork(at), { path: [ourselves, random.pick(carriers)] }, timing(at));
}

const challenged = trace.fork(14_000);
const { dialog, headers } = challengedInvite(challenged, { path: [random.pick(phones), server] });
accept(dialog, ring(dialog, timing(14_000), headers).received);
challenged.wait(8000);
hangUp(dialog, dialog.caller);

for (const [i, phone] of phones.entries()) {
  const shape = { expires: 90, challenged: i < 4 };
  register(trace.fork(1500 + 9000 * i), phone, server, shape);
}
for (const [i, carrier] of carriers.entries()) {
  for (const at of [5000, 35_000]) options(trace.fork(at + 700 * i), carrier, ourselves);
}
subscription(trace.fork(20_000), phones[0] ?? server, ourselves, 1);

// A path that loses packets: the INVITE goes twice.
const lossy = trace.fork(26_000);
const [, second = server] = carriers;
const repeated = new Dialog(lossy, { path: [ourselves, second] });
const first = repeated.request(ourselves, 'INVITE');
lossy.send(ourselves, second, first);
lossy.wait(500);
const arrived = repeated.deliver(ourselves, first);
lossy.wait(700);
repeated.answer(second, arrived, 183);
lossy.wait(2000);
accept(repeated, arrived);
lossy.wait(11_000);
hangUp(repeated, second);

writeCapture('demo.pcap', trace);
