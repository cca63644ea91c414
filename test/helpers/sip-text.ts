/** SIP messages as text: parse one, look at a record's spans as strings, compare records. */
import { Transport } from '../../src/core/transport.ts';
import { SipMessage, SPANS, type Span } from '../../src/sip-parser/message.ts';
import { ODDITY_NAMES } from '../../src/sip-parser/oddity.ts';
import { PARSE_ERROR_NAMES } from '../../src/sip-parser/parse-error.ts';
import { parseMessage } from '../../src/sip-parser/parse-message.ts';

export interface Parsed {
  readonly error: string;
  readonly oddities: readonly string[];
  readonly message: SipMessage;
  readonly buf: Uint8Array;
}

export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Parses bytes in the middle of a larger buffer, so that an offset taken for a length shows. */
export function parseBytes(
  bytes: Uint8Array,
  transport: Transport = Transport.UDP,
  lengthOnWire: number = bytes.length,
  message: SipMessage = new SipMessage(),
): Parsed {
  const padding = 7;
  const buf = new Uint8Array(bytes.length + 2 * padding).fill(0x2e);
  buf.set(bytes, padding);
  const end = padding + bytes.length;
  const wireEnd = padding + lengthOnWire;
  const error = parseMessage({ buf, start: padding, end, wireEnd, transport }, message);
  return {
    error: PARSE_ERROR_NAMES[error] ?? '?',
    oddities: oddityNames(message.oddities),
    message,
    buf,
  };
}

/** One character of `text` is one byte. */
export function parseText(text: string, transport: Transport = Transport.UDP): Parsed {
  return parseBytes(bytesOf(text), transport);
}

export function oddityNames(oddities: number): readonly string[] {
  return ODDITY_NAMES.filter((_, code) => code > 0 && (oddities & (1 << code)) !== 0);
}

/** The span's bytes as text; undefined when the message has none. */
export function spanText(parsed: Parsed, span: Span): string | undefined {
  const offset = parsed.message.spans[2 * span] ?? -1;
  return textAt(parsed.buf, offset, parsed.message.spans[2 * span + 1] ?? -1);
}

export function textAt(buf: Uint8Array, offset: number, length: number): string | undefined {
  if (length < 0) return undefined;
  return String.fromCharCode(...buf.subarray(offset, offset + length));
}

/** Every field that means something, for comparison: arrays only as far as they are filled. */
export function fieldsOf(message: SipMessage): Record<string, unknown> {
  const kept = Math.min(message.viaCount, message.viaPorts.length);
  return {
    ...message,
    spans: [...message.spans.subarray(0, 2 * SPANS)],
    vias: [...message.vias.subarray(0, 4 * kept)],
    viaPorts: [...message.viaPorts.subarray(0, kept)],
    contacts: [...message.contacts.subarray(0, 4 * message.contactCount)],
    contactExpires: [...message.contactExpires.subarray(0, message.contactCount)],
    contactRegId: [...message.contactRegId.subarray(0, message.contactCount)],
  };
}

const HEADERS: readonly (readonly [string, string])[] = [
  ['Via', 'SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa1;rport'],
  ['From', '"Alice" <sip:alice@example.com>;tag=a1'],
  ['To', '<sip:bob@example.com>'],
  ['Call-ID', 'c1@192.0.2.1'],
  ['CSeq', '1 OPTIONS'],
  ['Max-Forwards', '70'],
  ['Content-Length', '0'],
];

export interface Edit {
  /** Instead of `OPTIONS sip:bob@example.com SIP/2.0`. */
  readonly startLine?: string;
  /** Values by header name; undefined takes the header out, other names are added at the end. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** Whole lines added behind the headers. */
  readonly lines?: readonly string[];
  readonly body?: string;
}

/** A good OPTIONS without oddities, edited. */
export function messageText(edit: Edit = {}): string {
  const headers = new Map<string, string>(HEADERS);
  for (const [name, value] of Object.entries(edit.headers ?? {})) {
    if (value === undefined) headers.delete(name);
    else headers.set(name, value);
  }
  const lines = [...headers].map(([name, value]) => `${name}: ${value}`);
  const startLine = edit.startLine ?? 'OPTIONS sip:bob@example.com SIP/2.0';
  return `${[startLine, ...lines, ...(edit.lines ?? [])].join('\r\n')}\r\n\r\n${edit.body ?? ''}`;
}
