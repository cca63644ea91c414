/** However TCP carries a stream, in pieces, out of order, twice, overlapping, its messages are the same. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { arbitraryCuts, arbitraryMessage, arbitraryStream } from '../helpers/arbitrary-stream.ts';
import { type Context, DeflateSender } from '../helpers/deflate-sender.ts';
import { cutAt } from '../helpers/framed-events.ts';
import { StreamRun } from '../helpers/stream-run.ts';
import { latin1, TcpConversation } from '../helpers/tcp-packet.ts';
import { webSocketFrame } from '../helpers/websocket-frame.ts';

const SEED = 20260102;

/** Some sequence numbers wrap within the stream. */
const sequences = fc.constantFrom(0, 1000, 0x7fff_ffff, 0xffff_fff0, 0xffff_ff00);

interface Delivery {
  readonly cuts: number[];
  /** How far each segment moves, in segments. */
  readonly moves: number[];
  /** Which segments come again, and how many bytes before and behind them come along. */
  readonly repeats: { index: number; place: number; before: number; behind: number }[];
}

const deliveries: fc.Arbitrary<Delivery> = fc.record({
  cuts: arbitraryCuts,
  moves: fc.array(fc.nat(3), { maxLength: 45 }),
  repeats: fc.array(
    fc.record({ index: fc.nat(50), place: fc.nat(50), before: fc.nat(200), behind: fc.nat(200) }),
    {
      maxLength: 8,
    },
  ),
});

/** The stream as segments, delivered as told; every byte comes at least once. */
function segments(bytes: Uint8Array, delivery: Delivery): { at: number; data: Uint8Array }[] {
  let at = 0;
  const inOrder = cutAt(bytes, delivery.cuts).map((data) => {
    const segment = { at, data };
    at += data.length;
    return segment;
  });
  const sent = [...inOrder];
  for (const repeat of delivery.repeats) {
    if (inOrder.length === 0) break;
    const index = repeat.index % inOrder.length;
    const original = inOrder[index];
    if (original === undefined) continue;
    const start = Math.max(0, original.at - repeat.before);
    const end = Math.min(bytes.length, original.at + original.data.length + repeat.behind);
    sent.splice(repeat.place % sent.length, 0, { at: start, data: bytes.subarray(start, end) });
  }
  return sent
    .map((segment, index) => ({ segment, key: index + (delivery.moves[index] ?? 0) + 0.5 }))
    .sort((a, b) => a.key - b.key)
    .map(({ segment }) => segment);
}

function eventsOf(bytes: Uint8Array, delivery: Delivery, sequence: number, port: number): string[] {
  const conversation = new TcpConversation(port, 40_000, sequence);
  const run = new StreamRun();
  for (const packet of conversation.handshake()) run.push(packet);
  const first = conversation.client;
  for (const { at, data } of segments(bytes, delivery)) {
    run.push(conversation.fromClient({ sequence: first + at, payload: data }));
  }
  conversation.client += bytes.length;
  assert.equal(run.counters.tcpGaps, 0);
  return run.events.map((event) => `${event.keepalive} ${event.missing} ${event.text}`);
}

const plain: Delivery = { cuts: [], moves: [], repeats: [] };

test('a TCP stream in any pieces, order, repetition and overlap gives the same events', () => {
  fc.assert(
    fc.property(arbitraryStream, deliveries, sequences, (stream, delivery, sequence) => {
      const bytes = latin1(stream);
      assert.deepEqual(
        eventsOf(bytes, delivery, sequence, 5060),
        eventsOf(bytes, plain, 1000, 5060),
      );
    }),
    { seed: SEED, numRuns: 1500 },
  );
});

test('on a port where nobody expects SIP, too', () => {
  fc.assert(
    fc.property(arbitraryStream, deliveries, sequences, (stream, delivery, sequence) => {
      const bytes = latin1(stream);
      assert.deepEqual(
        eventsOf(bytes, delivery, sequence, 33_333),
        eventsOf(bytes, plain, 1000, 33_333),
      );
    }),
    { seed: SEED, numRuns: 500 },
  );
});

/** Damaged: said to be compressed, and not. */
type Compression = 'none' | 'right' | 'damaged';

interface SentMessage {
  readonly message: string;
  readonly compression: Compression;
  /** Where its payload is cut into two frames. */
  readonly cut: number;
  readonly key: readonly number[] | undefined;
  /** A control frame between them. */
  readonly control: number | undefined;
}

const webSocketMessages: fc.Arbitrary<SentMessage> = fc.record({
  message: arbitraryMessage,
  compression: fc.constantFrom('none', 'right', 'right', 'damaged'),
  cut: fc.nat(4000),
  key: fc.constantFrom(undefined, [0, 0, 0, 0], [1, 2, 3, 255]),
  control: fc.constantFrom(undefined, 9, 10),
});

/** Of one direction; what was damaged, nothing refers to. */
function framesOf(messages: readonly SentMessage[], context: Context): Uint8Array[] {
  let sender = new DeflateSender(context);
  return messages.flatMap(({ message, compression, cut, key, control }) => {
    const plainBytes = latin1(message);
    const bytes = compression === 'right' ? sender.payload(plainBytes) : plainBytes;
    if (compression === 'damaged') sender = new DeflateSender(context);
    const at = cut % (bytes.length + 1);
    const mask = key === undefined ? {} : { key };
    const first = { payload: bytes.subarray(0, at), final: false, ...mask };
    const pieces = [webSocketFrame({ ...first, compressed: compression !== 'none' })];
    if (control !== undefined) {
      pieces.push(webSocketFrame({ payload: latin1('x'), opcode: control, ...mask }));
    }
    pieces.push(webSocketFrame({ payload: bytes.subarray(at), opcode: 0, ...mask }));
    return pieces;
  });
}

test('WebSocket messages in any pieces come back whole, compressed or not', () => {
  const request = latin1('GET /a HTTP/1.1\r\nsec-websocket-protocol : sip\r\n\r\n');
  fc.assert(
    fc.property(
      fc.array(webSocketMessages, { maxLength: 6 }),
      fc.constantFrom<Context>('kept', 'new'),
      deliveries,
      sequences,
      (messages, context, delivery, sequence) => {
        const stream = Buffer.concat([request, ...framesOf(messages, context)]);
        const expected = messages.filter(({ compression }) => compression !== 'damaged');
        assert.deepEqual(
          eventsOf(new Uint8Array(stream), delivery, sequence, 8080),
          expected.map(({ message }) => ` 0 ${message}`),
        );
      },
    ),
    { seed: SEED, numRuns: 500 },
  );
});
