import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PARSE_ERROR_NAMES, ParseError } from '../../../src/sip-parser/parse-error.ts';
import { type Edit, messageText, parseText } from '../../helpers/sip-text.ts';

interface Bad extends Edit {
  readonly code: string;
  readonly readable?: boolean;
}

function bad(code: string, edit: Edit, readable = true): Bad {
  return { ...edit, code, readable };
}

function header(code: string, name: string, value: string | undefined): Bad {
  return bad(code, { headers: { [name]: value } });
}

function startLine(code: string, text: string, readable = false): Bad {
  return bad(code, { startLine: text }, readable);
}

const open = '"Alice <sip:alice@example.com>;tag=1';

const MESSAGES: readonly Bad[] = [
  startLine('method_not_token', 'OPT{IONS sip:bob@example.com SIP/2.0'),
  startLine('method_not_token', 'HTTP/1.1 200 OK'),
  startLine('request_uri_missing', 'OPTIONS SIP/2.0'),
  startLine('request_uri_missing', 'OPTIONS  SIP/2.0'),
  startLine('request_uri_missing', 'OPTIONS'),
  startLine('request_uri_white_space', 'OPTIONS not a uri SIP/2.0'),
  startLine('request_uri_white_space', 'OPTIONS sip:bob@example.com; lr SIP/2.0'),
  startLine('request_uri_bad_escape', 'OPTIONS sip:b%4@example.com SIP/2.0'),
  startLine('request_uri_bad_escape', 'OPTIONS sip:b%zz@example.com SIP/2.0'),
  startLine('request_uri_empty_after_scheme', 'OPTIONS sip: SIP/2.0'),
  startLine('request_uri_empty_after_scheme', 'OPTIONS tel: SIP/2.0'),
  startLine('request_uri_bad_host', 'OPTIONS sip:bob@[2001:db8::1 SIP/2.0'),
  startLine('version_missing', 'OPTIONS sip:bob@example.com'),
  startLine('version_unreadable', 'hello world this is not sip'),
  startLine('version_unreadable', 'OPTIONS sip:bob@example.com SIP2.0'),
  startLine('status_not_a_number', 'SIP/2.0 abc OK'),
  startLine('status_not_a_number', 'SIP/2.0 200OK'),
  startLine('status_not_a_number', 'SIP/2.0 4294967301 OK'),
  startLine('status_not_a_number', 'SIP/2.0 2147483647 OK'),
  startLine('status_not_a_number', 'SIP/2.0'),
  startLine('request_uri_bad_scheme', 'OPTIONS <sip:bob@example.com> SIP/2.0', true),
  startLine('version_unsupported', 'OPTIONS sip:bob@example.com SIP/3.0', true),
  startLine('version_unsupported', 'GET / HTTP/1.1', true),
  startLine('version_unsupported', 'SIP/1.0 200 OK'),
  // The line ends at its first CR, and the headers with the empty line behind it.
  bad('missing_to', { startLine: 'OPTIONS sip:bob@example.com SIP/2.0\r' }),
  bad('nul_in_headers', { lines: ['Subject: a\0b'] }),
  bad('nul_in_headers', { headers: { From: '"A\0" <sip:a@example.com>;tag=1' } }),
  bad('nul_in_headers', { startLine: 'OPTIONS sip:b\0@example.com SIP/2.0' }),
  header('missing_to', 'To', undefined),
  header('missing_from', 'From', undefined),
  header('missing_call_id', 'Call-ID', undefined),
  header('missing_cseq', 'CSeq', undefined),
  header('missing_via', 'Via', undefined),
  bad('duplicate_to', { lines: ['t: <sip:x@example.com>'] }),
  bad('duplicate_from', { lines: ['From: <sip:x@example.com>;tag=2'] }),
  bad('duplicate_call_id', { lines: ['Call-ID: other'] }),
  bad('duplicate_cseq', { lines: ['CSeq: 2 OPTIONS'] }),
  bad('duplicate_content_length', { lines: ['Content-Length: 0'] }),
  header('bad_to', 'To', ''),
  header('bad_to', 'To', 'Watson, Thomas <sip:t@example.com>'),
  header('bad_to', 'To', '<sip:bob@example.com>;'),
  header('bad_from', 'From', open),
  header('bad_from', 'From', '<sip:alice@example.com;tag=1'),
  header('bad_from', 'From', '<>;tag=1'),
  header('bad_from', 'From', '<sip:alice@example.com>;tag='),
  header('bad_from', 'From', '<sip:alice@example.com>;tag="1'),
  header('bad_from', 'From', '<sip:alice@[2001:db8::1>;tag=1'),
  header('bad_cseq', 'CSeq', 'abc OPTIONS'),
  header('bad_cseq', 'CSeq', '1'),
  header('bad_cseq', 'CSeq', '1OPTIONS'),
  header('bad_cseq', 'CSeq', '4294967296 OPTIONS'),
  header('bad_cseq', 'CSeq', '-1 OPTIONS'),
  header('bad_via', 'Via', 'garbage'),
  header('bad_via', 'Via', 'UDP 192.0.2.1'),
  header('bad_via', 'Via', 'SIP/2.0/UDP'),
  header('bad_via', 'Via', 'SIP/2.0/UDP ;branch=z9hG4bKa'),
  header('bad_via', 'Via', 'SIP/2.0/UDP 192.0.2.1:65536;branch=z9hG4bKa'),
  header('bad_via', 'Via', 'SIP/2.0/UDP 192.0.2.1:;branch=z9hG4bKa'),
  header('bad_via', 'Via', 'SIP/2.0/UDP [2001:db8::1;branch=z9hG4bKa'),
  header('bad_via', 'Via', 'SIP/2.0/UDP 192.0.2.1;;branch=z9hG4bKa'),
  header('bad_via', 'Via', 'SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa, x'),
  header('bad_via', 'Via', ''),
  header('bad_content_length', 'Content-Length', '-999'),
  header('bad_content_length', 'Content-Length', '4294967296'),
  header('bad_content_length', 'Content-Length', ''),
  header('bad_content_type', 'Content-Type', 'application'),
  header('bad_content_type', 'Content-Type', ''),
  header('bad_contact', 'Contact', '<sip:alice@'),
  header('bad_contact', 'Contact', ''),
  header('bad_contact', 'Contact', 'sip:user@example.com?Route=%3Csip:x%3E'),
  header('bad_contact', 'Contact', '<sip:a@example.com> <sip:b@example.com>'),
  header('bad_record_route', 'Record-Route', '<sip:p.example.com;lr'),
  header('bad_record_route', 'Record-Route', ''),
  header('bad_expires', 'Expires', 'soon'),
  header('bad_expires', 'Expires', '4294967296'),
  header('bad_session_expires', 'Session-Expires', 'abc'),
  header('bad_session_expires', 'Session-Expires', '90;refresher='),
  header('bad_event', 'Event', ''),
  header('bad_event', 'Event', 'presence;id="1'),
  header('bad_rack', 'RAck', 'x'),
  header('bad_rack', 'RAck', '1 2'),
  header('via_transport_mismatch', 'Via', 'SIP/2.0/TCP 192.0.2.1;branch=z9hG4bKa'),
  header('via_transport_mismatch', 'Via', 'SIP/2.0/CARRIER 192.0.2.1;branch=z9hG4bKa'),
  header('via_transport_mismatch', 'Via', 'SIP/3.0/UDP 192.0.2.1;branch=z9hG4bKa'),
  header('via_transport_mismatch', 'Via', 'HTTP/2.0/UDP 192.0.2.1;branch=z9hG4bKa'),
  header('cseq_method_mismatch', 'CSeq', '1 INVITE'),
  header('cseq_method_mismatch', 'CSeq', '1 options'),
  bad('cseq_method_mismatch', {
    startLine: 'ONE sip:bob@example.com SIP/2.0',
    headers: { CSeq: '1 TWO' },
  }),
  bad('response_to_ack', { startLine: 'SIP/2.0 200 OK', headers: { CSeq: '1 ACK' } }, false),
  bad('body_truncated', { headers: { 'Content-Length': '5' }, body: 'four' }),
];

describe('a bad message', () => {
  for (const { code, readable, ...edit } of MESSAGES) {
    const text = messageText(edit);
    it(`is named ${code}: ${JSON.stringify(edit)}`, () => {
      const parsed = parseText(text);
      assert.equal(parsed.error, code);
      assert.equal(parsed.message.error, PARSE_ERROR_NAMES.indexOf(code));
      assert.equal(parsed.message.requestLineReadable, readable);
    });
  }

  it('has every code provoked above', () => {
    const provoked = new Set(MESSAGES.map((message) => message.code));
    const missing = PARSE_ERROR_NAMES.filter((name) => name !== 'none' && !provoked.has(name));
    assert.deepEqual(missing, []);
  });

  it('has a name for every code, at the code', () => {
    for (const [name, code] of Object.entries(ParseError)) {
      assert.equal(PARSE_ERROR_NAMES[code], name.toLowerCase());
    }
  });

  it('is the one edited: as it stands the message is good and not odd', () => {
    const { error, oddities } = parseText(messageText());
    assert.equal(error, 'none');
    assert.deepEqual(oddities, []);
  });
});
