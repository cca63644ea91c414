/** The matrices of RFC 3261 17 and RFC 6026 7, as a passive observer sees them: every cell, by name. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  Event,
  isOpen,
  nextInviteState,
  nextOtherState,
  responseEvent,
  State,
} from '../../../src/state/transaction-machines.ts';

const STATES = Object.keys(State);
const EVENTS: readonly (readonly [string, Event])[] = Object.entries(Event);

function cellsOf(next: (state: number, event: Event) => number): Record<string, string> {
  const rows = Object.entries(State).map(([name, state]) => [
    name,
    EVENTS.map(([, event]) => STATES[next(state, event)]).join(' '),
  ]);
  return Object.fromEntries(rows);
}

test('events are the columns, in this order', () => {
  assert.deepEqual(
    EVENTS.map(([name]) => name),
    ['PROVISIONAL', 'SUCCESS', 'FAILURE', 'ACK', 'TIMEOUT'],
  );
});

test('INVITE: every state and event has its next state', () => {
  assert.deepEqual(cellsOf(nextInviteState), {
    STRAY: 'STRAY STRAY STRAY STRAY STRAY',
    CALLING: 'PROCEEDING ACCEPTED COMPLETED CALLING TERMINATED',
    PROCEEDING: 'PROCEEDING ACCEPTED COMPLETED PROCEEDING TERMINATED',
    // RFC 3261 16.7 step 5: a proxy passes every 2xx on, also after another final.
    COMPLETED: 'COMPLETED ACCEPTED COMPLETED CONFIRMED TERMINATED',
    // RFC 6026 7.2: 2xx of other forks are accepted without a change of state.
    ACCEPTED: 'ACCEPTED ACCEPTED ACCEPTED ACCEPTED TERMINATED',
    CONFIRMED: 'CONFIRMED ACCEPTED CONFIRMED CONFIRMED TERMINATED',
    TERMINATED: 'TERMINATED ACCEPTED COMPLETED TERMINATED TERMINATED',
  });
});

test('non-INVITE: every state and event has its next state', () => {
  assert.deepEqual(cellsOf(nextOtherState), {
    STRAY: 'STRAY STRAY STRAY STRAY STRAY',
    CALLING: 'PROCEEDING COMPLETED COMPLETED CALLING TERMINATED',
    PROCEEDING: 'PROCEEDING COMPLETED COMPLETED PROCEEDING TERMINATED',
    COMPLETED: 'COMPLETED COMPLETED COMPLETED COMPLETED COMPLETED',
    ACCEPTED: 'ACCEPTED ACCEPTED ACCEPTED ACCEPTED ACCEPTED',
    CONFIRMED: 'CONFIRMED CONFIRMED CONFIRMED CONFIRMED CONFIRMED',
    TERMINATED: 'TERMINATED TERMINATED TERMINATED TERMINATED TERMINATED',
  });
});

test('a transaction is open without a final response only', () => {
  const open = Object.entries(State).filter(([, state]) => isOpen(state));
  assert.deepEqual(
    open.map(([name]) => name),
    ['CALLING', 'PROCEEDING'],
  );
});

test('a status is provisional, a success or a failure; what is no status is a failure', () => {
  const events = [100, 199, 200, 299, 300, 699, 700, 99, 0].map(responseEvent);
  const { PROVISIONAL, SUCCESS, FAILURE } = Event;
  assert.deepEqual(events.slice(0, 4), [PROVISIONAL, PROVISIONAL, SUCCESS, SUCCESS]);
  assert.deepEqual(new Set(events.slice(4)), new Set([FAILURE]));
});
