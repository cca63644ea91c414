/**
 * docs/TORTURE.md: what the parser says of the 61 messages of RFC 4475 and RFC 5118. The verdict of the RFC
 * and ours are set side by side; the reasons are written here, the codes come from the parser.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Transport } from '../../src/core/transport.ts';
import { SipMessage } from '../../src/sip-parser/message.ts';
import { FAULTS, ODDITY_NAMES } from '../../src/sip-parser/oddity.ts';
import { PARSE_ERROR_NAMES } from '../../src/sip-parser/parse-error.ts';
import { parseMessage } from '../../src/sip-parser/parse-message.ts';

export interface TortureRow {
  readonly name: string;
  readonly section: string;
  readonly valid: boolean;
  /** The ParseError, or the oddities that are faults: what makes a message invalid to us. */
  readonly faults: readonly string[];
  /** Oddities that every receiver has to take. */
  readonly notes: readonly string[];
}

/** Why a message is invalid, in the words of its RFC; one entry for each that is. */
const REASONS: Readonly<Record<string, string>> = {
  badaspec: 'white space within `<>`',
  baddate: 'Date not in GMT',
  baddn: 'a comma in a display name without quotes',
  badinv01: 'empty parameters and list elements in Via and Contact',
  badvers: 'SIP/7.0',
  bigcode: 'a status code of ten digits',
  clerr: 'Content-Length beyond the datagram',
  escruri: 'header fields in the Request-URI',
  insuf: 'no Call-ID, From and To',
  ltgtruri: 'the Request-URI in `<>`',
  lwsruri: 'white space in the Request-URI',
  lwsstart: 'two spaces between the parts of the request line',
  mcl01: 'two Content-Length, different',
  mismatch01: 'the method in CSeq is another',
  mismatch02: 'the method in CSeq is another',
  multi01: 'fields that may stand once stand twice',
  ncl: 'a negative Content-Length',
  quotbal: 'a quoted string stays open',
  regbadct: 'a bare URI with `?` in Contact',
  scalar02: 'numbers above their ranges in a request',
  scalarlg: 'numbers above their ranges in a response',
  trws: 'white space behind the request line',
  'ipv6-bad': 'an IPv6 address without brackets',
  'ipv6-bug-abnf-3-colons': 'three colons in an IPv6 address',
};

const TRANSPORTS: Readonly<Record<string, Transport>> = {
  UDP: Transport.UDP,
  TCP: Transport.TCP,
  TLS: Transport.TLS,
};

/** Reads the messages' index and what the parser says of each. `folder` holds INDEX.tsv. */
export function tortureRows(folder: string): readonly TortureRow[] {
  const lines = readFileSync(join(folder, 'INDEX.tsv'), 'utf8').trimEnd().split('\n').slice(1);
  return lines.map((line) => {
    const [file = '', , section = '', status = ''] = line.split('\t');
    const { faults, notes } = verdict(readFileSync(join(folder, file)));
    const valid = !status.startsWith('invalid');
    return { name: file.replace(/\.sip$/, '').replace('_', ' '), section, valid, faults, notes };
  });
}

function verdict(buf: Uint8Array): { faults: string[]; notes: string[] } {
  const message = new SipMessage();
  const transport = transportNamed(buf);
  const end = buf.length;
  const error = parseMessage({ buf, start: 0, end, wireEnd: end, transport }, message);
  if (error !== 0) return { faults: [PARSE_ERROR_NAMES[error] ?? ''], notes: [] };
  return { faults: names(message.oddities & FAULTS), notes: names(message.oddities & ~FAULTS) };
}

function names(oddities: number): string[] {
  return ODDITY_NAMES.filter((_, code) => (oddities & (1 << code)) !== 0);
}

/** The messages came by the transport that their top Via names. */
function transportNamed(buf: Uint8Array): Transport {
  const text = String.fromCharCode(...buf);
  const name = /^(?:via|v)\s*:\s*SIP\s*\/\s*[\d.]+\s*\/\s*(\w+)/im.exec(text)?.[1] ?? 'UDP';
  return TRANSPORTS[name] ?? Transport.OTHER;
}

const HEAD = `# RFC 4475 and RFC 5118, message by message

Made by \`docs/make/torture.ts\`; a test holds this page against the parser.

A message is invalid to the parser when it returns a \`ParseError\`, or finds an oddity that is a *fault*: against
the grammar, but tolerated, because the servers in the field tolerate it and a probe counts what they count. The other
oddities are *notes*: rare, or of RFC 2543, but every receiver has to take them (folding, compact names, white space
before the colon, no branch, unknown methods and schemes, bytes behind the body …). Both are counted in
\`sip_message_oddities_total\`; which is which says \`FAULTS\` in \`src/sip-parser/oddity.ts\`. A bad message is named by
the first fault in it, so that it may have more.

A NUL stands in the header block of \`intmeth\` as a quoted-pair, where RFC 3261 allows it; anywhere else it makes a
message bad. No message is excepted: invalid by the RFC is a \`ParseError\` or a fault, valid is neither, for all 61.

| message | section | by the RFC | the parser | why, or notes |
|---|---|---|---|---|
`;

export function torturePage(rows: readonly TortureRow[]): string {
  return `${HEAD}${rows.map(rowText).join('\n')}\n`;
}

function rowText(row: TortureRow): string {
  const faults = row.faults.map((name) => `\`${name}\``).join(' ') || '–';
  const reason = REASONS[row.name.replace(/^rfc\d+ /, '')] ?? '';
  const why = row.valid ? row.notes.map((name) => `\`${name}\``).join(' ') : reason;
  return `| ${row.name} | ${row.section} | ${row.valid ? 'valid' : 'invalid'} | ${faults} | ${why} |`;
}
