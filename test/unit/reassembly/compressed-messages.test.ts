/** What compressed messages cost, and which of those before them are kept. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  CompressedMessages,
  DEFLATE_HISTORY_MAX,
} from '../../../src/reassembly/compressed-messages.ts';
import { DeflateSender } from '../../helpers/deflate-sender.ts';
import { processorMs } from '../../helpers/own-time.ts';
import { SeededRandom } from '../../helpers/seeded-random.ts';
import { latin1 } from '../../helpers/tcp-packet.ts';

const MESSAGE_MAX = 1_048_576;
const WINDOW_BYTES = 32_768;
const MEASURED_BYTES = 200_000;

/** Bits as DEFLATE has them, the low ones first (RFC 1951 3.1.1). */
class BitWriter {
  private readonly bytes: number[] = [];
  private bits = 0;

  put(value: number, count: number): void {
    for (let i = 0; i < count; i++, this.bits++) {
      if ((this.bits & 7) === 0) this.bytes.push(0);
      const last = this.bytes.length - 1;
      this.bytes[last] = (this.bytes[last] ?? 0) | (((value >> i) & 1) << (this.bits & 7));
    }
  }

  get all(): Uint8Array {
    return Uint8Array.from(this.bytes);
  }
}

interface Hostile {
  readonly name: string;
  readonly payload: Uint8Array;
  /** Of a byte's time to that of a byte of compressed text. */
  readonly ratioMax: number;
}

function blocks(count: number, write: (bits: BitWriter) => void): Uint8Array {
  const bits = new BitWriter();
  for (let i = 0; i < count; i++) write(bits);
  // The header of the empty block that stands behind a message.
  bits.put(0, 3);
  return bits.all;
}

/** Ten bits: its header and its end. */
function emptyFixedBlock(bits: BitWriter): void {
  bits.put(2, 3);
  bits.put(0, 7);
}

/** The shortest that has codes of its own: the end of a block and one distance, a bit each (RFC 1951 3.2.7). */
function emptyDynamicBlock(bits: BitWriter): void {
  bits.put(4, 3);
  bits.put(14 << 10, 14);
  // Of the codes of lengths, that of 18 (many zeros) and that of 1 have a bit each.
  for (let i = 0; i < 18; i++) bits.put(i === 2 || i === 17 ? 1 : 0, 3);
  for (const zeros of [138, 118]) {
    bits.put(1, 1);
    bits.put(zeros - 11, 7);
  }
  bits.put(0, 3);
}

function read(messages: CompressedMessages, row: number, payload: Uint8Array): string | undefined {
  if (!messages.read(row, payload, 0, payload.length)) return undefined;
  return Buffer.from(messages.buf.subarray(messages.start, messages.end)).toString('latin1');
}

/** Measured over so much that it is about that alone. */
function usPerByte(payload: Uint8Array): number {
  const messages = new CompressedMessages(1, MESSAGE_MAX);
  const times = Math.ceil(MEASURED_BYTES / payload.length);
  const start = processorMs();
  for (let i = 0; i < times; i++) assert.ok(messages.read(0, payload, 0, payload.length));
  return ((processorMs() - start) * 1000) / (payload.length * times);
}

describe('a compressed message', () => {
  it('takes no more time than its bytes are worth, whatever they are', () => {
    const folded = ['a', 'ab', 'abcdefghi'].map((word) =>
      new DeflateSender('new').payload(latin1(word.repeat(65_536 / word.length))),
    );
    const hostile: readonly Hostile[] = [
      {
        name: 'empty blocks of fixed codes',
        payload: blocks(80_000, emptyFixedBlock),
        ratioMax: 3,
      },
      {
        name: 'empty blocks of other codes',
        payload: blocks(10_000, emptyDynamicBlock),
        ratioMax: 6,
      },
      ...folded.map((payload) => ({ name: '64 KiB in a few bytes', payload, ratioMax: 8 })),
    ];
    const text = Array.from({ length: 2000 }, (_, i) => `Via: SIP/2.0/WS h${i * 7919}\r\n`);
    const usual = usPerByte(new DeflateSender('new').payload(latin1(text.join(''))));
    for (const { name, payload, ratioMax } of hostile) {
      const ratio = usPerByte(payload) / usual;
      assert.ok(ratio < ratioMax, `${name}: a byte takes ${ratio} times as long as one of text`);
    }
  });
});

describe('what compressed messages refer to', () => {
  it('is forgotten with a message that is damaged', () => {
    const messages = new CompressedMessages(2, MESSAGE_MAX);
    const sender = new DeflateSender('kept');
    const [first, second, third] = ['a message', 'a message too', 'a message three'].map((text) =>
      sender.payload(latin1(text)),
    );
    assert.ok(first !== undefined && second !== undefined && third !== undefined);
    assert.equal(read(messages, 0, first), 'a message');
    assert.equal(read(messages, 1, first), 'a message');
    assert.equal(read(messages, 0, second), 'a message too');
    assert.equal(read(messages, 0, Uint8Array.of(7)), undefined);
    assert.equal(read(messages, 0, third), undefined);
    assert.equal(read(messages, 1, second), 'a message too');
    assert.equal(read(messages, 1, third), 'a message three');
  });

  it('is what the directions that spoke last have said, within a limit', () => {
    const rows = DEFLATE_HISTORY_MAX / WINDOW_BYTES;
    const messages = new CompressedMessages(rows + 1, MESSAGE_MAX);
    const random = new SeededRandom(1);
    const long = Uint8Array.from({ length: WINDOW_BYTES }, () => random.integer(0, 255));
    const sender = new DeflateSender('kept', { level: 1 });
    const [first, second] = [long, long.subarray(-300)].map((bytes) => sender.payload(bytes));
    assert.ok(first !== undefined && second !== undefined && second.length < 30);
    for (let row = 0; row < rows; row++) assert.ok(messages.read(row, first, 0, first.length));
    // Row 0 speaks again: row 1 is the one that was silent longest when there is one direction more.
    assert.ok(messages.read(0, second, 0, second.length));
    assert.ok(messages.read(rows, first, 0, first.length));
    const refused = [0, 1, 2, rows].filter((row) => !messages.read(row, second, 0, second.length));
    assert.deepEqual(refused, [1]);
  });
});
