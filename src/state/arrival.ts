import { Flow } from '../core/flow.ts';
import { type Direction, Direction as Directions } from '../direction/direction.ts';
import { SipMessage } from '../sip-parser/message.ts';
import { MessageKeys } from './message-keys.ts';

/** One message on its way through state, with everything the tables ask of it. Reused for every message. */
export class Arrival {
  buf: Uint8Array = new Uint8Array(0);
  message: SipMessage = new SipMessage();
  flow: Flow = new Flow();
  direction: Direction = Directions.IN;
  /** Index of the remote side's configured name. */
  peer = 0;
  /** Packet time, for intervals. */
  timestampUs = 0;
  /** Timer time, for deadlines: never goes back. */
  nowUs = 0;
  /** Number of the clock's steps so far: intervals across a step mean nothing. */
  era = 0;
  /** Hash of the message's flow; set for requests. */
  flowHash = 0;
  readonly keys: MessageKeys;

  constructor(seed: number) {
    this.keys = new MessageKeys(seed);
  }
}
