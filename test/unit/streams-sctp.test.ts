/** SIP over SCTP: messages whole, in pieces, bundled, interleaved, twice, and cut. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CapturedPacket } from '../helpers/read-pcap.ts';
import { StreamRun } from '../helpers/stream-run.ts';
import {
  type ChunkFields,
  CLIENT,
  dataChunk,
  latin1,
  type SctpFields,
  SERVER,
  sctpPacket,
  sipRequest,
} from '../helpers/tcp-packet.ts';

const WHOLE = 3;
const FIRST = 2;
const MIDDLE = 0;
const LAST = 1;
const UNORDERED = 4;

function packet(chunks: readonly Uint8Array[], fields: Partial<SctpFields> = {}): CapturedPacket {
  return sctpPacket({
    source: CLIENT,
    sourcePort: 5060,
    destination: SERVER,
    destinationPort: 5060,
    chunks,
    timestampUs: 1_000_000,
    ...fields,
  });
}

function chunk(
  tsn: number,
  flags: number,
  text: string,
  more: Partial<ChunkFields> = {},
): Uint8Array {
  return dataChunk({ tsn, flags, data: latin1(text), ...more });
}

function texts(run: StreamRun): string[] {
  return run.messages.map((event) => event.text);
}

/** The message in `count` fragments, TSNs from `tsn` on. */
function fragments(tsn: number, message: string, count: number, flags = 0): Uint8Array[] {
  const size = Math.ceil(message.length / count);
  return Array.from({ length: count }, (_, i) => {
    const place = i === 0 ? FIRST : i === count - 1 ? LAST : MIDDLE;
    return chunk((tsn + i) | 0, place | flags, message.slice(i * size, (i + 1) * size));
  });
}

test('a user message is a message, several in a packet, control chunks in between', () => {
  const run = new StreamRun();
  const sack = Uint8Array.of(3, 0, 0, 16, 0, 0, 0, 1, 0, 0, 0xff, 0, 0, 0, 0, 0);
  run.push(
    packet([
      chunk(1, WHOLE, sipRequest('a', 1)),
      sack,
      chunk(2, WHOLE | UNORDERED, sipRequest('b')),
    ]),
  );
  assert.deepEqual(texts(run), [sipRequest('a', 1), sipRequest('b')]);
  assert.deepEqual(run.events[0], {
    timestampUs: 1_000_000,
    transport: 'sctp',
    source: `${CLIENT}:5060`,
    destination: `${SERVER}:5060`,
    keepalive: '',
    text: sipRequest('a', 1),
    missing: 0,
  });
  assert.deepEqual(run.fates, ['delivered']);
});

test('a packet without user data carries nothing', () => {
  const run = new StreamRun();
  run.push(packet([Uint8Array.of(4, 0, 0, 4)]));
  assert.deepEqual(run.fates, ['no_payload']);
});

test('fragments in any order make one message, TSNs wrapping', () => {
  const message = sipRequest('fragmented', 500);
  for (const order of [
    [0, 1, 2, 3],
    [3, 2, 1, 0],
    [1, 3, 0, 2],
  ]) {
    const run = new StreamRun();
    const pieces = fragments(0xffff_fffe, message, 4);
    for (const i of order) run.push(packet([pieces[i] ?? new Uint8Array(0)]));
    assert.deepEqual(texts(run), [message]);
    assert.deepEqual(run.fates, ['segment_held', 'segment_held', 'segment_held', 'delivered']);
  }
});

test('two fragmented messages side by side stay apart', () => {
  const run = new StreamRun();
  const a = fragments(10, sipRequest('a', 100), 2);
  const b = fragments(12, sipRequest('b', 100), 2, UNORDERED);
  run.push(packet([...b.slice(0, 1), ...a.slice(1)]));
  run.push(packet([...a.slice(0, 1), ...b.slice(1)]));
  assert.deepEqual(texts(run), [sipRequest('a', 100), sipRequest('b', 100)]);
});

test('interleaved fragments are found by stream, message and number', () => {
  const run = new StreamRun();
  const piece = (tsn: number, flags: number, text: string, stream: number, fragment: number) =>
    chunk(tsn, flags, text, { interleaved: { stream, message: 7, fragment } });
  run.push(packet([piece(1, FIRST, 'OPTIONS a ', 1, 0), piece(2, FIRST, 'OPTIONS b ', 2, 0)]));
  run.push(packet([piece(3, MIDDLE, 'one ', 1, 1), piece(4, LAST, 'two', 2, 1)]));
  run.push(packet([piece(5, LAST, 'end', 1, 2)]));
  assert.deepEqual(texts(run), ['OPTIONS b two', 'OPTIONS a one end']);
});

test('a chunk sent again counts once; another association on the same ports counts anew', () => {
  const run = new StreamRun();
  const request = chunk(5, WHOLE, sipRequest('a'));
  run.push(packet([request]));
  run.push(packet([request]));
  run.push(packet([chunk(2000, WHOLE, sipRequest('b'))]));
  run.push(packet([chunk(900, WHOLE, sipRequest('too old to tell'))]));
  run.push(packet([request], { tag: 2 }));
  assert.deepEqual(texts(run), [sipRequest('a'), sipRequest('b'), sipRequest('a')]);
});

test('a chunk cut by the capture is a cut message, or no message', () => {
  const message = sipRequest('cut', 200);
  const whole = new StreamRun();
  whole.push(packet([chunk(1, WHOLE, message)], { cut: 150 }));
  assert.equal(whole.messages[0]?.missing, 150 - ((4 - (message.length & 3)) & 3));
  const pieces = new StreamRun();
  const [first, last] = fragments(1, message, 2);
  pieces.push(packet([first ?? new Uint8Array(0)], { cut: 100 }));
  pieces.push(packet([last ?? new Uint8Array(0)]));
  assert.ok((pieces.messages[0]?.missing ?? 0) > 100);
  const header = new StreamRun();
  header.push(packet([chunk(1, WHOLE, message)], { cut: message.length + 8 }));
  assert.deepEqual(header.fates, ['sctp_truncated']);
});

test('chunks with a length that cannot be are refused', () => {
  const bad: readonly Uint8Array[] = [
    Uint8Array.of(0, 3, 0, 3),
    Uint8Array.of(0, 3, 0, 200, 0, 0, 0, 1),
    Uint8Array.of(0, 3, 0, 16, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0),
  ];
  for (const chunkBytes of bad) {
    const run = new StreamRun();
    run.push(packet([chunkBytes]));
    assert.deepEqual(run.fates, ['sctp_bad_chunk']);
  }
});

test('other protocols over SCTP are none of ours', () => {
  const run = new StreamRun();
  const ports = { sourcePort: 3868, destinationPort: 3868 };
  run.push(packet([chunk(1, WHOLE, '\x01\x00\x00\x14 diameter')], ports));
  run.push(packet([chunk(2, FIRST, 'OPTIONS sip:a SIP/2.0\r\n', { protocolId: 46 })], ports));
  assert.deepEqual(run.fates, ['not_sip', 'not_sip']);
  run.push(packet([chunk(3, WHOLE, sipRequest('sip anyway'))], ports));
  assert.deepEqual(texts(run), [sipRequest('sip anyway')]);
});

test('a message that is never whole is given up after a while, and counted', () => {
  const run = new StreamRun();
  const [first] = fragments(1, sipRequest('half', 300), 2);
  run.push(packet([first ?? new Uint8Array(0)]));
  run.advance(30_999_999);
  assert.equal(run.truncated, 0);
  run.advance(31_000_000);
  assert.equal(run.truncated, 1);
});

test('associations and pieces are bounded; keep-alives are known', () => {
  const run = new StreamRun({ limits: { associationsMax: 2, bytesMax: 4096 } });
  for (let tag = 1; tag <= 4; tag++) {
    const [first] = fragments(1, sipRequest('half', 300), 2);
    run.push(packet([first ?? new Uint8Array(0)], { tag }));
  }
  assert.deepEqual(run.streams.uses()[1], { table: 11, rows: 2, capacity: 2, evictions: 2 });
  assert.equal(run.truncated, 2);
  run.push(packet([chunk(9, WHOLE, '\r\n\r\n')], { tag: 4 }));
  assert.equal(run.events[0]?.keepalive, 'double_crlf');
});

test('a fragmented message beyond the limit is given up and counted', () => {
  const run = new StreamRun({ limits: { messageMax: 1000 } });
  for (const piece of fragments(1, sipRequest('large', 2000), 3)) run.push(packet([piece]));
  assert.equal(run.events.length, 0);
  assert.equal(run.truncated, 1);
  assert.equal(run.streams.heldBytes, 0);
});

test('pieces are bounded in number, and in how far out of order they may come', () => {
  const run = new StreamRun();
  for (let i = 0; i < 4200; i++) {
    run.push(packet([chunk(2 * i, FIRST, 'x')], { tag: i % 50 }));
  }
  assert.equal(run.truncated, 4200 - 4096);
  const backwards = new StreamRun();
  for (let i = 0; i < 300; i++) backwards.push(packet([chunk(900 - 2 * i, FIRST, 'x')]));
  assert.equal(backwards.truncated, 300 - 256);
});

test('memory for fragments is bounded: the oldest make room', () => {
  const run = new StreamRun({ limits: { bytesMax: 4 * 2048 } });
  for (let i = 0; i < 6; i++) run.push(packet([chunk(3 * i, FIRST, 'x')]));
  assert.equal(run.truncated, 2);
  assert.equal(run.streams.heldBytes, 4 * 2048);
  const none = new StreamRun({ limits: { bytesMax: 1024 } });
  none.push(packet([chunk(1, FIRST, 'x')]));
  assert.equal(none.streams.heldBytes, 0);
});

test('interleaved ordered and unordered messages with one number stay apart', () => {
  const run = new StreamRun();
  const piece = (tsn: number, flags: number, text: string, fragment: number) =>
    chunk(tsn, flags, text, { interleaved: { stream: 1, message: 7, fragment } });
  run.push(
    packet([piece(1, FIRST | UNORDERED, 'OPTIONS u ', 0), piece(2, FIRST, 'OPTIONS o ', 0)]),
  );
  run.push(packet([piece(3, LAST, 'ordered', 1), piece(4, LAST | UNORDERED, 'unordered', 1)]));
  assert.deepEqual(texts(run), ['OPTIONS o ordered', 'OPTIONS u unordered']);
});

test('a fragmented message that is not SIP is none of ours', () => {
  const run = new StreamRun();
  const ports = { sourcePort: 9999, destinationPort: 9999 };
  for (const piece of fragments(1, 'no start line at all', 2)) run.push(packet([piece], ports));
  assert.deepEqual(run.fates, ['segment_held', 'not_sip']);
});
