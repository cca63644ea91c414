/** Counts messages: drachtio's request, response and sofia counters, and section 2's by peer. */
import type { Transport } from '../core/transport.ts';
import { Direction } from '../direction/direction.ts';
import type { Method } from '../sip-parser/method.ts';
import * as drachtio from './catalogue-drachtio.ts';
import { CODE_NAMES, classIndex, codeIndex } from './catalogue-labels.ts';
import * as sip from './catalogue-sip.ts';
import type { CounterFamily } from './counter-family.ts';
import type { FamilySet } from './family-set.ts';
import type { PeerSlots } from './peer-slots.ts';

const KIND_REQUEST = 0;
const KIND_RESPONSE = 1;
const CODES = CODE_NAMES.length;

export class MessageCollector {
  readonly requestsIn: CounterFamily;
  readonly requestsOut: CounterFamily;
  readonly responsesIn: CounterFamily;
  readonly responsesOut: CounterFamily;
  readonly msgsRecv: CounterFamily;
  readonly msgsSent: CounterFamily;
  readonly retransmittedRequests: CounterFamily;
  readonly retransmittedResponses: CounterFamily;
  readonly retransmissions: CounterFamily;
  private readonly requestsRecv: CounterFamily;
  private readonly requestsSent: CounterFamily;
  private readonly badMsgsRecv: CounterFamily;
  private readonly badReqsRecv: CounterFamily;
  private readonly messages: CounterFamily;
  private readonly requests: CounterFamily;
  private readonly responses: CounterFamily;
  private readonly badMessages: CounterFamily;
  private readonly oddities: CounterFamily;
  private readonly strays: CounterFamily;
  private readonly peers: PeerSlots;

  constructor(families: FamilySet) {
    this.peers = families.peers;
    this.requestsIn = families.counter(drachtio.requestsIn);
    this.requestsOut = families.counter(drachtio.requestsOut);
    this.responsesIn = families.counter(drachtio.responsesIn);
    this.responsesOut = families.counter(drachtio.responsesOut);
    this.msgsRecv = families.counter(drachtio.msgsRecv);
    this.msgsSent = families.counter(drachtio.msgsSent);
    this.requestsRecv = families.counter(drachtio.requestsRecv);
    this.requestsSent = families.counter(drachtio.requestsSent);
    this.badMsgsRecv = families.counter(drachtio.badMsgsRecv);
    this.badReqsRecv = families.counter(drachtio.badReqsRecv);
    this.retransmittedRequests = families.counter(drachtio.retransmittedRequests);
    this.retransmittedResponses = families.counter(drachtio.retransmittedResponses);
    this.messages = families.counter(sip.messages);
    this.requests = families.counter(sip.requests);
    this.responses = families.counter(sip.responses);
    this.retransmissions = families.counter(sip.retransmissions);
    this.badMessages = families.counter(sip.badMessages);
    this.oddities = families.counter(sip.messageOddities);
    this.strays = families.counter(sip.strayResponses);
  }

  message(direction: Direction, peer: number, transport: Transport): void {
    if (direction === Direction.IN) this.msgsRecv.add(0);
    else this.msgsSent.add(0);
    this.messages.add3(direction, this.peers.slotOf(peer), transport);
  }

  requestLine(direction: Direction): void {
    if (direction === Direction.IN) this.requestsRecv.add(0);
    else this.requestsSent.add(0);
  }

  badMessage(direction: Direction, parseError: number, requestLineReadable: boolean): void {
    this.badMessages.add2(direction, parseError);
    if (direction !== Direction.IN) return;
    this.badMsgsRecv.add(0);
    if (requestLineReadable) this.badReqsRecv.add(0);
  }

  oddity(direction: Direction, oddity: number): void {
    this.oddities.add2(direction, oddity);
  }

  request(direction: Direction, peer: number, method: Method): void {
    if (direction === Direction.IN) this.requestsIn.add(method);
    else this.requestsOut.add(method);
    this.requests.add3(direction, this.peers.slotOf(peer), method);
  }

  response(direction: Direction, peer: number, method: Method, statusCode: number): void {
    const methodCode = method * CODES + codeIndex(statusCode);
    if (direction === Direction.IN) this.responsesIn.add(methodCode);
    else this.responsesOut.add(methodCode);
    this.responses.add3(direction, this.peers.slotOf(peer), classIndex(statusCode));
  }

  requestRetransmission(direction: Direction, peer: number, method: Method): void {
    if (direction === Direction.OUT) this.retransmittedRequests.add(0);
    this.retransmissions.add4(direction, this.peers.slotOf(peer), method, KIND_REQUEST);
  }

  responseRetransmission(direction: Direction, peer: number, method: Method): void {
    if (direction === Direction.OUT) this.retransmittedResponses.add(0);
    this.retransmissions.add4(direction, this.peers.slotOf(peer), method, KIND_RESPONSE);
  }

  strayResponse(direction: Direction): void {
    this.strays.add(direction);
  }
}
