/** Messages of a mebibyte made to cost time: each is read in a time that grows with its size alone. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Transport } from '../../../src/core/transport.ts';
import { SipMessage } from '../../../src/sip-parser/message.ts';
import { parseMessage } from '../../../src/sip-parser/parse-message.ts';
import { messageText } from '../../helpers/sip-text.ts';

const BYTES = 1_048_576;
/** What takes 200 ms takes minutes where it grows with the square. */
const MILLISECONDS_MAX = 10_000;

function filled(piece: string): string {
  return piece.repeat(Math.floor(BYTES / piece.length));
}

const VALUES: readonly (readonly [name: string, header: string, value: string])[] = [
  ['quoted NULs', 'Subject', `"${filled('\\\0')}"`],
  ['quotes', 'To', filled('""')],
  ['an open quote', 'To', `"${filled('\\"')}`],
  ['display names', 'To', filled('a ')],
  ['escaped display names', 'To', filled('\\a ')],
  ['open brackets', 'Record-Route', filled('<')],
  ['addresses', 'Record-Route', filled('<sip:a@b>,')],
  ['addresses without brackets', 'Route', filled('sip:a@b,')],
  ['at signs', 'To', `<sip:${filled('@')}>`],
  ['colons', 'Contact', `<sip:a@${filled(':')}>`],
  ['parameters', 'To', `<sip:a@b>${filled(';a=b')}`],
  ['parameters of a URI', 'Contact', `<sip:a@b${filled(';a=b')}>`],
  ['comments', 'Via', `SIP/2.0/UDP h${filled('(')}`],
  ['closed comments', 'Via', `SIP/2.0/UDP h ${filled('(')}${filled(')')}`],
  ['Vias', 'Via', filled('SIP/2.0/UDP h;branch=z9hG4bKa,')],
  ['white space', 'Via', `SIP${filled(' ')}/2.0/UDP h`],
  ['commas', 'Contact', filled(',')],
  ['contacts', 'Contact', filled('<sip:a@b>;expires=1,')],
  ['folds', 'Subject', filled('\r\n a')],
  ['folds with NULs', 'Subject', `"${filled('\r\n \\\0')}"`],
  ['lines', 'Subject', filled('\r\nX: y')],
  ['bare CRs', 'Subject', filled('\rX: y')],
  ['digits', 'Expires', filled('1')],
  ['option tags', 'Require', filled('a,')],
  ['credentials', 'Authorization', `Digest ${filled('a="b",')}`],
  ['a broken IPv6 reference', 'Via', `SIP/2.0/UDP [${filled(':1')}]`],
];

describe('a message of a mebibyte', () => {
  for (const [name, header, value] of VALUES) {
    it(`is read at once: ${name}`, () => {
      const text = messageText({ headers: { [header]: value } });
      const buf = new Uint8Array(Buffer.from(text, 'latin1'));
      const bytes = { buf, start: 0, end: buf.length, wireEnd: buf.length };
      const message = new SipMessage();
      const started = performance.now();
      parseMessage({ ...bytes, transport: Transport.UDP }, message);
      parseMessage({ ...bytes, end: buf.length - 1, transport: Transport.UDP }, message);
      const milliseconds = performance.now() - started;
      assert.ok(milliseconds < MILLISECONDS_MAX, `${milliseconds} ms`);
    });
  }
});
