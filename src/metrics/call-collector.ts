/** Counts calls: drachtio's histograms per INVITE transaction, and attempts and sessions (RFC 6076) per attempt. */
import { Direction } from '../direction/direction.ts';
import type { EndedBy, Outcome, Result } from '../state/observer.ts';
import * as drachtio from './catalogue-drachtio.ts';
import { resultIndex } from './catalogue-labels.ts';
import * as sip from './catalogue-sip.ts';
import type { CounterFamily } from './counter-family.ts';
import type { FamilySet } from './family-set.ts';
import type { HistogramFamily } from './histogram-family.ts';
import type { PeerSlots } from './peer-slots.ts';

export class CallCollector {
  readonly pddIn: HistogramFamily;
  readonly pddOut: HistogramFamily;
  readonly answerIn: HistogramFamily;
  readonly answerOut: HistogramFamily;
  readonly attempts: CounterFamily;
  readonly results: CounterFamily;
  readonly requestDelay: HistogramFamily;
  readonly answerDelay: HistogramFamily;
  private readonly lateAnswers: CounterFamily;
  private readonly ended: CounterFamily;
  private readonly disconnectDelay: HistogramFamily;
  private readonly duration: HistogramFamily;
  private readonly peers: PeerSlots;

  constructor(families: FamilySet) {
    this.peers = families.peers;
    this.pddIn = families.histogram(drachtio.callPddIn);
    this.pddOut = families.histogram(drachtio.callPddOut);
    this.answerIn = families.histogram(drachtio.callAnswerIn);
    this.answerOut = families.histogram(drachtio.callAnswerOut);
    this.attempts = families.counter(sip.sessionAttempts);
    this.results = families.counter(sip.sessionResults);
    this.requestDelay = families.histogram(sip.sessionRequestDelay);
    this.answerDelay = families.histogram(sip.sessionAnswerDelay);
    this.lateAnswers = families.counter(sip.sessionLateAnswers);
    this.ended = families.counter(sip.sessionsEnded);
    this.disconnectDelay = families.histogram(sip.sessionDisconnectDelay);
    this.duration = families.histogram(sip.sessionDuration);
  }

  callPdd(direction: Direction, durationUs: number): void {
    if (direction === Direction.IN) this.pddIn.observe(0, durationUs);
    else this.pddOut.observe(0, durationUs);
  }

  callAnswer(direction: Direction, durationUs: number): void {
    if (direction === Direction.IN) this.answerIn.observe(0, durationUs);
    else this.answerOut.observe(0, durationUs);
  }

  attemptStarted(direction: Direction, peer: number): void {
    this.attempts.add2(direction, this.peers.slotOf(peer));
  }

  attemptEnded(direction: Direction, peer: number, result: Result): void {
    this.results.add3(direction, this.peers.slotOf(peer), resultIndex(result));
  }

  lateAnswer(direction: Direction): void {
    this.lateAnswers.add(direction);
  }

  sessionRequestDelay(
    direction: Direction,
    peer: number,
    outcome: Outcome,
    durationUs: number,
  ): void {
    this.requestDelay.observe3(direction, this.peers.slotOf(peer), outcome, durationUs);
  }

  sessionAnswerDelay(direction: Direction, peer: number, durationUs: number): void {
    this.answerDelay.observe2(direction, this.peers.slotOf(peer), durationUs);
  }

  sessionDisconnectDelay(direction: Direction, outcome: Outcome, durationUs: number): void {
    this.disconnectDelay.observe2(direction, outcome, durationUs);
  }

  sessionEnded(direction: Direction, peer: number, by: EndedBy): void {
    this.ended.add3(direction, this.peers.slotOf(peer), by);
  }

  sessionDuration(direction: Direction, peer: number, durationUs: number): void {
    this.duration.observe2(direction, this.peers.slotOf(peer), durationUs);
  }
}
