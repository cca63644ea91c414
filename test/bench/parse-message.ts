/**
 * Supports the decision to recognise the usual forms of headers by words of four bytes: the time to parse the
 * seven messages of a call, against splitting them into strings, against the same parser without its usual
 * forms, and against finding the lines alone. One run, candidates in turn, ratios.
 */
import { Transport } from '../../src/core/transport.ts';
import { parseHeaderField } from '../../src/sip-parser/header-field.ts';
import { SipMessage } from '../../src/sip-parser/message.ts';
import { parseMessage } from '../../src/sip-parser/parse-message.ts';
import { parseStartLine } from '../../src/sip-parser/start-line.ts';
import { once } from '../helpers/bench-once.ts';

const ROUNDS = once ? 1 : 15;
const CALLS = 1000;
const LF = 10;
const CR = 13;

const SDP = [
  'v=0',
  'o=user1 53655765 2353687637 IN IP4 10.0.0.1',
  's=-',
  'c=IN IP4 10.0.0.1',
  't=0 0',
  'm=audio 6000 RTP/AVP 0 8 101',
  'a=rtpmap:0 PCMU/8000',
  'a=rtpmap:8 PCMA/8000',
  'a=rtpmap:101 telephone-event/8000',
  'a=fmtp:101 0-16',
  '',
].join('\r\n');

/** One message of call `i`: 12 header fields, 13 with a body. */
function message(i: number, startLine: string, cseq: string, toTag: string, body: string): string {
  const lines = [
    startLine,
    `Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK-${i}-1-0af3;rport`,
    `From: "User ${i}" <sip:user${i}@example.com:5060>;tag=${i}tag00${i % 97}`,
    `To: <sip:service@10.0.0.2:5060>${toTag}`,
    `Call-ID: ${i}-4711@a${i % 31}.example.com`,
    `CSeq: ${cseq}`,
    `Contact: <sip:user${i}@10.0.0.1:5060>`,
    'Max-Forwards: 70',
    'User-Agent: Proto/1.0 (linux)',
    'Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO, PRACK',
    'Supported: timer, replaces',
    ...(body === '' ? [] : ['Content-Type: application/sdp']),
    `Content-Length: ${body.length}`,
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

function call(i: number): readonly string[] {
  const uri = 'sip:service@10.0.0.2:5060 SIP/2.0';
  const tag = `;tag=${i}tag01`;
  return [
    message(i, `INVITE ${uri}`, '1 INVITE', '', SDP),
    message(i, 'SIP/2.0 100 Trying', '1 INVITE', '', ''),
    message(i, 'SIP/2.0 180 Ringing', '1 INVITE', tag, ''),
    message(i, 'SIP/2.0 200 OK', '1 INVITE', tag, SDP),
    message(i, `ACK ${uri}`, '1 ACK', tag, ''),
    message(i, `BYE ${uri}`, '2 BYE', tag, ''),
    message(i, 'SIP/2.0 200 OK', '2 BYE', tag, ''),
  ];
}

const texts = Array.from({ length: CALLS }, (_, i) => call(i)).flat();
const block = new TextEncoder().encode(texts.join(''));
const bounds = new Int32Array(texts.length + 1);
for (let i = 0; i < texts.length; i++) bounds[i + 1] = (bounds[i] ?? 0) + (texts[i]?.length ?? 0);

const record = new SipMessage();
const decoder = new TextDecoder('latin1');
let sink = 0;

const bytes = { buf: block, start: 0, end: 0, wireEnd: 0, transport: Transport.UDP };

function parse(start: number, end: number): void {
  bytes.start = start;
  bytes.end = end;
  bytes.wireEnd = end;
  sink += parseMessage(bytes, record);
}

function parseWithoutUsualForms(start: number, end: number): void {
  record.reset();
  let i = parseStartLine(block, start, end, record);
  while (i < end && block[i] !== CR) i = parseHeaderField(block, i, end, record);
  sink += i;
}

function splitIntoStrings(start: number, end: number): void {
  const [head = ''] = decoder.decode(block.subarray(start, end)).split('\r\n\r\n');
  const headers = new Map<string, string>();
  for (const line of head.split('\r\n').slice(1)) {
    const colon = line.indexOf(':');
    headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  sink += headers.get('via')?.split('branch=')[1]?.length ?? 0;
  sink += headers.get('from')?.split('tag=')[1]?.length ?? 0;
  sink += Number(headers.get('cseq')?.split(' ')[0]);
}

function findLines(start: number, end: number): void {
  let i = start;
  while (i < end && block[i] !== CR) i = block.indexOf(LF, i) + 1;
  sink += i;
}

const candidates: readonly (readonly [string, (start: number, end: number) => void])[] = [
  ['parseMessage', parse],
  ['without the usual forms', parseWithoutUsualForms],
  ['split into strings', splitIntoStrings],
  ['find the lines, nothing else', findLines],
];

const times = candidates.map((): number[] => []);
for (let round = 0; round < ROUNDS; round++) {
  candidates.forEach(([, candidate], index) => {
    const start = process.hrtime.bigint();
    for (let i = 0; i < texts.length; i++) candidate(bounds[i] ?? 0, bounds[i + 1] ?? 0);
    times[index]?.push(Number(process.hrtime.bigint() - start) / texts.length);
  });
}

const best = times.map((all) => Math.min(...all));
const own = best[0] ?? 1;
console.log(
  `${texts.length} messages of ${Math.round(block.length / texts.length)} bytes (${sink})`,
);
candidates.forEach(([name], index) => {
  const ns = best[index] ?? 0;
  console.log(`${name.padEnd(30)} ${ns.toFixed(0).padStart(6)} ns  ${(ns / own).toFixed(2)}`);
});
