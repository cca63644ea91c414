/** Whatever packets come, the stream side neither throws nor grows, and gives all memory back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { arbitraryMessage, arbitraryStream } from '../helpers/arbitrary-stream.ts';
import { StreamRun } from '../helpers/stream-run.ts';
import { dataChunk, latin1, sctpPacket, tcpPacket } from '../helpers/tcp-packet.ts';
import { webSocketFrame } from '../helpers/websocket-frame.ts';

const SEED = 20260103;
const BYTES_MAX = 6 * 2048;
const IDLE_US = 60_000_000;

const bytes = fc.uint8Array({ maxLength: 60 });
const frames = fc
  .tuple(arbitraryMessage, fc.nat(15), fc.boolean(), fc.boolean(), fc.boolean())
  .map(([text, opcode, final, compressed, masked]) => {
    const key = masked ? { key: [1, 2, 3, 4] } : {};
    return webSocketFrame({ payload: latin1(text), opcode, final, compressed, ...key });
  });
const upgrade = fc
  .constantFrom(
    'GET / HTTP/1.1\r\nSec-WebSocket-Protocol: sip\r\n\r\n',
    'HTTP/1.1 101 x\r\nSec-WebSocket-Protocol: sip\r\n\r\n',
    'HTTP/1.1 200 OK\r\n\r\n',
  )
  .map(latin1);
const records = fc
  .tuple(fc.integer({ min: 19, max: 25 }), fc.uint8Array({ maxLength: 40 }))
  .map(([type, payload]) => Uint8Array.from([type, 3, 3, 0, payload.length, ...payload]));
const payloads = fc.oneof(arbitraryStream.map(latin1), bytes, frames, upgrade, records);

const ends = fc.record({
  source: fc.constantFrom(1, 2),
  sourcePort: fc.constantFrom(5060, 5061, 8080, 9999),
  destination: fc.constantFrom(1, 2),
  destinationPort: fc.constantFrom(5060, 5061, 8080, 9999),
});
const sequences = fc.oneof(
  fc.integer({ min: 0xffff_fff0, max: 0xffff_ffff }),
  fc.nat(3000),
  fc.nat(0xffff_ffff),
);
const segments = fc
  .tuple(ends, sequences, sequences, fc.nat(31), payloads, fc.nat(200))
  .map(([flow, sequence, acknowledgment, flags, payload, cut]) =>
    tcpPacket({
      ...flow,
      sequence,
      acknowledgment,
      flags: flags % 3 === 0 ? flags : 16,
      payload,
      captured: cut > 100 ? payload.length : Math.max(0, payload.length - cut),
    }),
  );
const chunks = fc
  .tuple(fc.nat(12), fc.nat(7), payloads, fc.boolean())
  .map(([tsn, flags, data, isInterleaved]) =>
    dataChunk({
      tsn,
      flags,
      data,
      ...(isInterleaved
        ? { interleaved: { stream: 0, message: tsn >> 2, fragment: tsn & 3 } }
        : {}),
    }),
  );
const sctpPackets = fc
  .tuple(ends, fc.array(fc.oneof(chunks, chunks, bytes), { maxLength: 3 }), fc.nat(3), fc.nat(60))
  .map(([flow, list, tag, cut]) =>
    sctpPacket({ ...flow, chunks: list, tag, cut: cut > 20 ? 0 : cut }),
  );

test('no packet throws, no limit is passed, and silence returns all memory', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.oneof(segments, segments, sctpPackets), fc.nat(1_500_000)), {
        maxLength: 60,
      }),
      (packets) => {
        const run = new StreamRun({
          webSocketPorts: [8080],
          limits: {
            rowsMax: 3,
            associationsMax: 2,
            bytesMax: BYTES_MAX,
            messageMax: 16_384,
            idleUs: IDLE_US,
          },
        });
        let now = 1_000_000;
        for (const [packet, step] of packets) {
          now += step;
          run.push({ ...packet, timestampUs: now });
          assert.ok(run.streams.heldBytes <= 2 * BYTES_MAX);
          const [tcp, sctp] = run.streams.uses();
          assert.ok((tcp?.rows ?? 9) <= 3 && (sctp?.rows ?? 9) <= 2);
          assert.ok(run.streams.tcpStreams <= 3 && run.streams.tlsFlows <= 3);
        }
        run.advance(now + IDLE_US);
        assert.equal(run.streams.heldBytes, 0);
        assert.equal(run.streams.tcpStreams, 0);
        assert.equal(run.streams.tlsFlows, 0);
        assert.deepEqual(
          run.streams.uses().map((use) => use.rows),
          [0, 0],
        );
        const [started = 0, completed = 0, failed = 0] = run.counters.tlsHandshakes;
        assert.ok(completed + failed <= started);
      },
    ),
    { seed: SEED, numRuns: 1500 },
  );
});
