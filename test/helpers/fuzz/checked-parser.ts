/** The parser by itself, in front of a data plane: spans inside the message, and nothing left of the one before. */
import { deepStrictEqual } from 'node:assert/strict';
import { Transport } from '../../../src/core/transport.ts';
import { SipMessage, SPANS } from '../../../src/sip-parser/message.ts';
import { parseMessage } from '../../../src/sip-parser/parse-message.ts';
import { fieldsOf } from '../sip-text.ts';
import type { FuzzTarget } from './checked-plane.ts';
import type { FuzzPacket } from './fuzz-packet.ts';
import { MESSAGE_OFFSET } from './message-packets.ts';

/** Comparing records costs more than parsing. */
const COMPARED = 16;

export class CheckedParser implements FuzzTarget {
  private readonly plane: FuzzTarget;
  private readonly used: SipMessage = new SipMessage();
  private packets = 0;

  constructor(plane: FuzzTarget) {
    this.plane = plane;
  }

  take(packet: FuzzPacket): void {
    this.packets++;
    const { data } = packet;
    if (data.length >= MESSAGE_OFFSET) this.parse(data, packet.len);
    this.plane.take(packet);
  }

  problems(packets: number): readonly string[] {
    return this.plane.problems(packets);
  }

  exposition(): string {
    return this.plane.exposition();
  }

  private parse(buf: Uint8Array, wireEnd: number): void {
    const { used } = this;
    const start = MESSAGE_OFFSET;
    const end = buf.length;
    const bytes = { buf, start, end, wireEnd, transport: Transport.UDP };
    const error = parseMessage(bytes, used);
    for (let span = 0; span < SPANS; span++) {
      const offset = used.spans[2 * span] ?? 0;
      const length = used.spans[2 * span + 1] ?? 0;
      if (length >= 0 && (offset < start || offset + length > end)) {
        throw new Error(`span ${span} is [${offset}, ${offset + length}) of [${start}, ${end})`);
      }
    }
    if (this.packets % COMPARED !== 0) return;
    const fresh = new SipMessage();
    deepStrictEqual(parseMessage(bytes, fresh), error);
    deepStrictEqual(fieldsOf(fresh), fieldsOf(used));
  }
}
