/** The messages of a call that comes in and of one that goes out, as frames whose call number is written in later. */

export const DIGITS = 8;
/** Stands where the number goes. */
const PLACE = '#'.repeat(DIGITS);
const LOCAL = 1;
const FAR = 2;
const PORT = 5060;
const HEADERS_BYTES = 42;

export interface WarmUpFrame {
  readonly bytes: Uint8Array;
  /** Where numbers of DIGITS digits begin. */
  readonly places: readonly number[];
}

const SDP = [
  'v=0',
  'o=- 1 1 IN IP4 192.0.2.1',
  's=-',
  'c=IN IP4 192.0.2.1',
  't=0 0',
  'm=audio 6000 RTP/AVP 0',
  '',
].join('\r\n');

/** Start line, CSeq number and method, whether the To has a tag, body. */
const MESSAGES: readonly (readonly [string, string, boolean, string])[] = [
  ['INVITE sip:b@192.0.2.2 SIP/2.0', '1 INVITE', false, SDP],
  ['SIP/2.0 100 Trying', '1 INVITE', false, ''],
  ['SIP/2.0 180 Ringing', '1 INVITE', true, ''],
  ['SIP/2.0 200 OK', '1 INVITE', true, SDP],
  ['ACK sip:b@192.0.2.2 SIP/2.0', '1 ACK', true, ''],
  ['BYE sip:b@192.0.2.2 SIP/2.0', '2 BYE', true, ''],
  ['SIP/2.0 200 OK', '2 BYE', true, ''],
];

function text(
  [start, cseq, tagged, body]: (typeof MESSAGES)[number],
  caller: number,
  callee: number,
): string {
  const headers = [
    start,
    `Via: SIP/2.0/UDP 192.0.2.${caller}:${PORT};branch=z9hG4bK${cseq.replace(' ', '')}${PLACE}`,
    `From: "A" <sip:a@192.0.2.${caller}>;tag=f${PLACE}`,
    `To: <sip:b@192.0.2.${callee}>${tagged ? `;tag=t${PLACE}` : ''}`,
    `Call-ID: ${caller}-${PLACE}@192.0.2.${caller}`,
    `CSeq: ${cseq}`,
    `Contact: <sip:a@192.0.2.${caller}:${PORT}>`,
    'Max-Forwards: 70',
    ...(body === '' ? [] : ['Content-Type: application/sdp']),
    `Content-Length: ${body.length}`,
  ];
  return `${headers.join('\r\n')}\r\n\r\n${body}`;
}

/** Ethernet, IPv4, UDP; checksums are nobody's business here. */
function frame(payload: string, source: number, destination: number): WarmUpFrame {
  const bytes = Buffer.alloc(HEADERS_BYTES + payload.length);
  bytes.writeUInt16BE(0x0800, 12);
  bytes[14] = 0x45;
  bytes.writeUInt16BE(bytes.length - 14, 16);
  bytes[22] = 64;
  bytes[23] = 17;
  bytes.set([192, 0, 2, source], 26);
  bytes.set([192, 0, 2, destination], 30);
  bytes.writeUInt16BE(PORT, 34);
  bytes.writeUInt16BE(PORT, 36);
  bytes.writeUInt16BE(bytes.length - 34, 38);
  bytes.write(payload, HEADERS_BYTES, 'latin1');
  const places: number[] = [];
  for (let at = payload.indexOf(PLACE); at >= 0; at = payload.indexOf(PLACE, at + DIGITS)) {
    places.push(HEADERS_BYTES + at);
  }
  return { bytes, places };
}

function call(caller: number, callee: number): WarmUpFrame[] {
  return MESSAGES.map((message) => {
    const isRequest = !message[0].startsWith('SIP/');
    const [source, destination] = isRequest ? [caller, callee] : [callee, caller];
    return frame(text(message, caller, callee), source, destination);
  });
}

export const warmUpFrames: readonly WarmUpFrame[] = [...call(FAR, LOCAL), ...call(LOCAL, FAR)];
