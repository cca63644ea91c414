import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FAULTS, ODDITY_NAMES, Oddity } from '../../../src/sip-parser/oddity.ts';
import { type Edit, messageText, oddityNames, parseText } from '../../helpers/sip-text.ts';

function header(oddity: string, name: string, value: string | undefined): [string, string] {
  return [oddity, messageText({ headers: { [name]: value } })];
}

function edited(oddity: string, edit: Edit): [string, string] {
  return [oddity, messageText(edit)];
}

const good = messageText();

const MESSAGES: readonly (readonly [string, string])[] = [
  header('missing_max_forwards', 'Max-Forwards', undefined),
  edited('missing_contact', {
    startLine: 'INVITE sip:bob@example.com SIP/2.0',
    headers: { CSeq: '1 INVITE' },
  }),
  header('missing_content_length', 'Content-Length', undefined),
  header('missing_from_tag', 'From', '<sip:alice@example.com>'),
  header('rfc2543_branch', 'Via', 'SIP/2.0/UDP 192.0.2.1'),
  header('rfc2543_branch', 'Via', 'SIP/2.0/UDP 192.0.2.1;branch=1'),
  header('rfc2543_branch', 'Via', 'SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK'),
  edited('unknown_method', {
    startLine: 'FOO sip:bob@example.com SIP/2.0',
    headers: { CSeq: '1 FOO' },
  }),
  edited('unknown_method', {
    startLine: 'options sip:bob@example.com SIP/2.0',
    headers: { CSeq: '1 options' },
  }),
  edited('unknown_scheme', { startLine: 'OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0' }),
  header('unknown_scheme', 'To', '<http://www.example.com>'),
  header('folding', 'Subject', 'a\r\n b'),
  edited('compact_name', { lines: ['s: a'] }),
  edited('space_before_colon', { lines: ['Subject : a'] }),
  edited('bytes_after_body', { body: 'x' }),
  ['bare_lf', good.replaceAll('\r\n', '\n')],
  ['bare_lf', good.replace('\r\nTo', '\nTo')],
  ['bare_lf', good.replaceAll('\r\n', '\r')],
  ['bare_lf', good.replace('\r\nTo', '\rTo')],
  ['headers_unterminated', good.slice(0, -2)],
  ['headers_unterminated', good.slice(0, -4)],
  edited('line_without_name', { lines: ['no colon here'] }),
  edited('line_without_name', { lines: [': value'] }),
  edited('line_without_name', { lines: ['two words: value'] }),
  edited('line_without_name', { lines: ['user@host: value'] }),
  header('odd_call_id', 'Call-ID', ''),
  header('odd_call_id', 'Call-ID', 'a b c d'),
  edited('status_out_of_range', { startLine: 'SIP/2.0 99 Low' }),
  edited('status_out_of_range', { startLine: 'SIP/2.0 700 High' }),
  header('bad_utf8', 'Subject', 'a\xff\xfe'),
  header('bad_utf8', 'From', '<sip:al\xff\xfece@example.com>;tag=1'),
  edited('bad_utf8', { startLine: 'SIP/2.0 200 \xff' }),
  header('bad_date', 'Date', 'yesterday'),
  header('bad_date', 'Date', 'Fri, 01 Jan 2010 16:00:00 EST'),
  header('bad_date', 'Date', 'Fry, 01 Jan 2010 16:00:00 GMT'),
  header('bad_date', 'Date', 'Fri, 01 Foo 2010 16:00:00 GMT'),
  header('bad_date', 'Expires', 'Thu, 01 Dec 1994 16:00:00 GMT'),
  header('bad_max_forwards', 'Max-Forwards', 'abc'),
  header('bad_max_forwards', 'Max-Forwards', '256'),
  header('bad_route', 'Route', '<sip:p.example.com'),
  header('bad_require', 'Require', '100rel; x'),
  header('bad_identity', 'P-Asserted-Identity', '<<'),
  header('bad_identity', 'P-Preferred-Identity', ''),
  header('bad_authorization', 'Authorization', 'Digest'),
  header('bad_authorization', 'Proxy-Authorization', 'Digest username="a'),
  header('bad_refer_to', 'Refer-To', '<'),
  edited('start_line_white_space', { startLine: 'OPTIONS  sip:bob@example.com SIP/2.0' }),
  edited('start_line_white_space', { startLine: 'OPTIONS sip:bob@example.com SIP/2.0  ' }),
  edited('start_line_white_space', { startLine: 'SIP/2.0 200' }),
  edited('start_line_white_space', { startLine: 'OPTIONS\tsip:bob@example.com SIP/2.0' }),
  edited('start_line_white_space', { startLine: 'OPTIONS sip:bob@example.com\tSIP/2.0' }),
  edited('start_line_white_space', { startLine: 'SIP/2.0\t200 OK' }),
  edited('start_line_white_space', { startLine: 'SIP/2.0 200\tOK' }),
  ['start_line_white_space', good.replace('\r\nVia', '\r\n\tVia')],
  edited('request_uri_headers', { startLine: 'OPTIONS sip:bob@example.com?Subject=x SIP/2.0' }),
  header('uri_white_space', 'To', '< sip:bob@example.com >'),
  edited('bad_ipv6_reference', { startLine: 'OPTIONS sip:bob@[2001:db8:::1] SIP/2.0' }),
  header('bad_ipv6_reference', 'Via', 'SIP/2.0/UDP [2001:db8:::1];branch=z9hG4bKa'),
  header('bad_parameter', 'Contact', '<sip:a@192.0.2.1>;expires=soon'),
  header('bad_parameter', 'Contact', '<sip:a@192.0.2.1>;expires=4294967296'),
  header('bad_parameter', 'RSeq', 'one'),
  header('bad_parameter', 'RSeq', '4294967296'),
  header('bad_parameter', 'Min-SE', ''),
  header('bad_parameter', 'Subscription-State', ''),
  header('bad_parameter', 'Subscription-State', 'active;expires="1'),
  header('bad_parameter', 'Via', 'SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa=='),
  header('bad_parameter', 'From', '<sip:alice@example.com>;tag=a@b'),
  header('bad_parameter', 'Contact', '<sip:a@192.0.2.1>;x=a?b'),
  header('bad_parameter', 'Record-Route', '<sip:p.example.com;lr>;x=\xc3\xa9'),
  header('bad_parameter', 'Event', 'presence;id=a=b'),
  edited('bad_parameter', { lines: ['Expires: 60', 'Expires: 60'] }),
  edited('bad_parameter', { lines: ['Session-Expires: 90', 'x: 90'] }),
  edited('bad_parameter', { lines: ['Event: a', 'o: a'] }),
  edited('bad_parameter', { lines: ['RAck: 1 1 INVITE', 'RAck: 1 1 INVITE'] }),
  edited('bad_parameter', { lines: ['RSeq: 1', 'RSeq: 1'] }),
  edited('bad_parameter', { lines: ['Min-SE: 90', 'Min-SE: 90'] }),
  edited('bad_parameter', { lines: ['Subscription-State: x', 'Subscription-State: x'] }),
  edited('bad_parameter', { lines: ['Contact: *', 'Contact: <sip:a@192.0.2.1>'] }),
  header('bad_parameter', 'CSeq', '1 OPTIONS x'),
  header('bad_parameter', 'RAck', '1 1 INVITE x'),
  header('bad_parameter', 'Event', 'presence (x)'),
  header('bad_parameter', 'Event', 'presence,dialog'),
  edited('bad_address', { startLine: 'OPTIONS sip:2001:db8::10 SIP/2.0' }),
  edited('bad_address', { startLine: 'OPTIONS sip:bob@ SIP/2.0' }),
  header('bad_address', 'To', '<sip:bob@example.com:port>'),
  edited('bad_address', { startLine: 'OPTIONS sip:bob@example.com> SIP/2.0' }),
  edited('bad_address', { startLine: 'OPTIONS sip:bob@example.com#1 SIP/2.0' }),
  edited('bad_address', { startLine: 'OPTIONS bob@example.com SIP/2.0' }),
  edited('bad_address', { startLine: 'OPTIONS * SIP/2.0' }),
  header('bad_address', 'To', '<sip:bob@example@com>'),
  header('bad_address', 'To', '<sip:b\xc3\xb6b@example.com>'),
  header('bad_address', 'Contact', 'Bell, Alexander <sip:a@192.0.2.1>'),
  header('bad_address', 'To', String.raw`\"Bob\" <sip:bob@example.com>`),
];

describe('an oddity', () => {
  for (const [oddity, text] of MESSAGES) {
    const line = text.split('\r\n').find((each) => !good.includes(each)) ?? text.slice(-12);
    it(`is named ${oddity} and the message is good: ${JSON.stringify(line)}`, () => {
      const { error, oddities } = parseText(text);
      assert.equal(error, 'none');
      assert.ok(oddities.includes(oddity), `${oddities}`);
    });
  }

  it('has every code provoked above', () => {
    const provoked = new Set(MESSAGES.map(([oddity]) => oddity));
    const missing = ODDITY_NAMES.filter((name) => name !== 'none' && !provoked.has(name));
    assert.deepEqual(missing, []);
  });

  it('has a name for every code, at the code', () => {
    for (const [name, code] of Object.entries(Oddity)) {
      assert.equal(ODDITY_NAMES[code], name.toLowerCase());
    }
  });

  it('fits the set of 31 bits', () => {
    assert.ok(ODDITY_NAMES.length <= 31);
  });

  it('is a note or a fault: the first eleven are what a receiver has to take', () => {
    const faults = oddityNames(FAULTS);
    assert.equal(faults[0], 'bare_lf');
    assert.equal(faults.length, ODDITY_NAMES.length - 12);
  });

  it('is not counted where there is none: a NUL as a quoted-pair, escapes, q, an empty header', () => {
    const texts = [
      messageText({ headers: { From: '"A\\\0" <sip:a%20b@example.com>;tag=1' } }),
      messageText({ lines: ['Contact: <sip:a@192.0.2.1>;q=0.5;expires=0', 'Subject:'] }),
      messageText({
        lines: ['RSeq: 1', 'Min-SE: 90 ;x=y', 'Subscription-State: active ; expires = 5'],
      }),
      messageText({ startLine: 'SIP/2.0 200 ' }),
      messageText({ headers: { Subject: '\xd0\xbf' } }),
    ];
    for (const text of texts) assert.deepEqual(parseText(text).oddities, [], text);
  });
});
