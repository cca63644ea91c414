/**
 * What a server on the open internet gets: messages that it must refuse, some that are only odd, and
 * datagrams that are no messages at all. A good OPTIONS stands before and behind them.
 */
import { options } from '../../test/helpers/sip-calls.ts';
import { Dialog } from '../../test/helpers/sip-dialog.ts';
import { SipTrace } from '../../test/helpers/sip-trace.ts';
import { render } from '../../test/helpers/sip-writer.ts';
import { alice, server } from './lib/agents.ts';
import { writeCapture } from './lib/write.ts';

const trace = new SipTrace(12);

/** A fresh OPTIONS as text, to be spoilt. */
function good(): string {
  return render(new Dialog(trace, { path: [alice, server] }).request(alice, 'OPTIONS'));
}

function without(header: string): string {
  return good().replace(new RegExp(`^${header}: .*\r\n`, 'm'), '');
}

const bad: readonly string[] = [
  good().replace('OPTIONS sip:', 'OPT(IONS sip:'),
  good().replace(/^OPTIONS \S+/, 'OPTIONS sip:'),
  good().replace(' SIP/2.0\r\n', '\r\n'),
  good().replace(' SIP/2.0\r\n', ' SIP/3.0\r\n'),
  'GET / HTTP/1.1\r\nHost: 192.0.2.10\r\nUser-Agent: scanner\r\n\r\n',
  without('To'),
  without('From'),
  without('Call-ID'),
  without('CSeq'),
  without('Via'),
  good().replace('CSeq: 1 OPTIONS', 'CSeq: 1 INVITE'),
  good().replace('CSeq: 1 ', 'CSeq: 4294967296 '),
  good().replace('Content-Length: 0', 'Content-Length: 400'),
  good().replace('Content-Length: 0', 'Content-Length: nought'),
  good().replace('From: <', 'From: "Alice <'),
  good().replace('SIP/2.0/UDP', 'SIP/2.0/TCP'),
  good().replace('Max-Forwards: 70', 'Max-Forwards: \u0000'),
  good().replace(/\r\nTo: /, '\r\nTo: <sip:twice@192.0.2.10>\r\nTo: '),
];

const odd: readonly string[] = [
  good().replaceAll('\r\n', '\n'),
  without('Max-Forwards'),
  good().replace(/;tag=\w+/, ''),
  good().replace(/branch=z9hG4bK/, 'branch='),
  `\r\n${good()}`,
  good().replace('OPTIONS sip', 'BREW sip').replace('1 OPTIONS', '1 BREW'),
  good().replace('Call-ID: ', 'Call-ID : '),
  `${good()}bytes behind the body`,
  good().replace('Max-Forwards: 70', 'this line has no colon'),
];

const noMessages: readonly string[] = [
  '\r\n\r\n',
  '\0',
  'jaK',
  // An RTP packet on the SIP port: version 2, payload type 8.
  `\x80\x08\x00\x01\x00\x00\x00\xa0\x11\x22\x33\x44${'\xd5'.repeat(20)}`,
  // A STUN binding request (RFC 8489).
  '\x00\x01\x00\x00\x21\x12\xa4\x42abcdefghijkl',
];

options(trace, alice, server);
for (const text of [...bad, ...odd, ...noMessages]) {
  trace.wait(200);
  trace.sendText(alice, server, text);
}
trace.wait(200);
options(trace, alice, server);
writeCapture('malformed.pcap', trace);
