/**
 * Writes SIP messages by their grammar: requests and responses of a few calls, registrations and subscriptions
 * that overlap in time, with values of each header that are right, odd or wrong.
 */
import type { SeededRandom } from '../seeded-random.ts';

/** Calls that messages are written about at a time. */
const CALLS_AT_A_TIME = 12;
const METHODS =
  'INVITE INVITE INVITE INVITE INVITE INVITE INVITE INVITE ACK ACK BYE BYE REGISTER REGISTER SUBSCRIBE BYE BYE CANCEL OPTIONS REGISTER REGISTER PRACK SUBSCRIBE NOTIFY PUBLISH INFO REFER MESSAGE UPDATE FOO invite';
const STATUSES =
  '100 180 183 200 200 200 202 301 302 401 407 408 422 481 486 487 489 491 494 500 503 600 603 699 700 99 000 1000';
const methods = METHODS.split(' ');
const statuses = STATUSES.split(' ');

const URIS = [
  'sip:bob@10.0.0.2',
  'sip:b%6fb@example.com;transport=tcp',
  'sips:bob@[2001:db8::2]:5061;lr',
  'tel:+15551234567;phone-context=example.com',
  'sip:10.0.0.2:5060',
  'sip:bob;isub=1:pass@EXAMPLE.com:05060;maddr=224.0.0.1?Subject=x&y=z',
  'sip:bob%zz@example.com',
  'sip:',
  'urn:service:sos',
  'sip:bob@10.0.0.2:99999',
  '*',
];
const HOSTS = ['10.0.0.1', '10.0.0.1:5060', 'host.example.com:5080', '[2001:db8::1]'];
const CONTACTS = [
  '<sip:alice@10.0.0.1:5060>',
  '<sip:alice@10.0.0.1;ob>;expires=3600;+sip.instance="<urn:uuid:1>";reg-id=1',
  '"A, \\"B\\"" <sip:a,b@10.0.0.1?x=y>;q=0.5;expires=0',
  'sip:alice@10.0.0.3;expires=60',
  '*',
  '<sip:a@b>, <sip:c@d>;expires=4294967295,sip:e@f',
  '<sip:alice@10.0.0.1',
  '',
];
/** Further headers, each with values of every kind. */
const OTHERS: readonly (readonly [string, readonly string[]])[] = [
  ['Max-Forwards', ['70', '0', '255', 'abc', '']],
  ['Expires', ['3600', '0', '4294967295', '4294967296', '-1', 'x', '']],
  ['Session-Expires', ['1800;refresher=uac', '90;refresher=uas', '0', ';', '']],
  ['x', ['90']],
  ['Min-SE', ['90']],
  ['Event', ['presence', 'reg;id=1', 'dialog.foo;id="x"', '', ';']],
  ['o', ['presence']],
  ['Subscription-State', ['active;expires=60', 'terminated;reason=timeout', 'pending', '']],
  ['Record-Route', ['<sip:p1;lr>', '<sip:p1;lr>,<sip:p2;lr>', '<sip:p1', '']],
  ['Route', ['<sip:p1;lr>', 'x']],
  ['RSeq', ['1', '0', '99999999999']],
  ['RAck', ['1 1 INVITE', '1 1', 'x', '']],
  ['Require', ['100rel', '']],
  ['Supported', ['timer, 100rel,path']],
  ['User-Agent', ['drachtio', 'Ünï', '']],
  ['Authorization', ['Digest username="a", nonce="b"', '']],
  ['Content-Type', ['application/sdp', 'multipart/mixed;boundary="b"', 'application', '/']],
  ['Date', ['Mon, 05 Jan 2026 09:00:00 GMT', 'yesterday']],
  ['Refer-To', ['<sip:c@example.com>', '<']],
  ['Subject', ['\u0001', 'a'.repeat(300)]],
  ['Replaces', ['c1;to-tag=a;from-tag=b']],
];

/** Name of the header, also in its compact form. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  Via: ['Via', 'v', 'VIA'],
  From: ['From', 'f'],
  To: ['To', 't', 'to '],
  'Call-ID': ['Call-ID', 'i', 'call-id\t'],
  CSeq: ['CSeq', 'cseq'],
  Contact: ['Contact', 'm'],
  'Content-Length': ['Content-Length', 'l', 'content-length'],
};

export class SipGenerator {
  private readonly random: SeededRandom;
  /** Which call the last message was about. */
  call = 0;
  private firstCall = 0;

  constructor(random: SeededRandom) {
    this.random = random;
  }

  /**
   * A message, mostly good; one character is one byte. `transport` as the top Via names it; `forward` = from the
   * side that calls to the one that is called, where most go that are requests.
   */
  next(transport: string, forward: boolean): string {
    const { random } = this;
    if (random.chance(0.02)) this.firstCall++;
    const call = this.firstCall + random.integer(0, CALLS_AT_A_TIME - 1);
    this.call = call;
    const method = random.pick(methods);
    const isRequest = random.chance(0.9) === forward;
    const number = random.chance(0.8) ? 1 : random.integer(2, 3);
    const inDialog = isRequest ? method === 'ACK' || method === 'BYE' : true;
    const startLine = isRequest
      ? `${method} ${this.mostly('sip:bob@10.0.0.2', URIS)} SIP/2.0`
      : `SIP/2.0 ${random.pick(statuses)} ${random.pick(['OK', 'Ringing', '', 'Ünï'])}`;
    const body = this.body();
    const lines = [
      startLine,
      this.line('Via', this.via(transport, call, number, method)),
      ...(random.chance(0.2) ? [this.line('Via', 'SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKp')] : []),
      this.line(
        'From',
        `${random.pick(['"A" ', '', 'A '])}<sip:u${call % 7}@example.com>;tag=f${call}`,
      ),
      this.line('To', `<sip:u${call % 5}@Example.com>${this.toTag(inDialog)}`),
      this.line('Call-ID', `c${call}@10.0.0.1`),
      this.line('CSeq', `${number} ${method === 'ACK' && random.chance(0.1) ? 'INVITE' : method}`),
      ...(random.chance(0.7)
        ? [this.line('Contact', this.mostly('<sip:a@10.0.0.1>', CONTACTS))]
        : []),
      ...this.others(),
      ...(random.chance(0.93) ? [this.line('Content-Length', String(body.length))] : []),
    ];
    return `${lines.join('\r\n')}\r\n\r\n${body}`;
  }

  /** Most calls are answered by one, some by three. */
  private toTag(inDialog: boolean): string {
    const { random } = this;
    if (random.chance(0.95) !== inDialog) return '';
    return `;tag=t${random.chance(0.9) ? 0 : random.integer(1, 2)}`;
  }

  private others(): string[] {
    const { random } = this;
    const lines: string[] = [];
    const count = random.integer(0, 5);
    for (let i = 0; i < count; i++) {
      const [name, values] = random.pick(OTHERS);
      lines.push(`${name}: ${this.mostly(values[0] ?? '', values)}`);
    }
    return lines;
  }

  private via(transport: string, call: number, number: number, method: string): string {
    const { random } = this;
    const host = HOSTS[(random.chance(0.97) ? call : call + 1) % HOSTS.length] ?? '';
    const named = random.chance(0.98)
      ? transport
      : random.pick(['UDP', 'TCP', 'WS', 'SCTP', 'TLS', 'X']);
    const hop = method === 'CANCEL' || method === 'ACK' ? 'INVITE' : method;
    const branch = random.chance(0.95)
      ? `;branch=z9hG4bK${call}-${number}-${hop}`
      : ';rport=1;received=x';
    return `SIP/2.0/${named} ${host}${branch}${random.chance(0.3) ? ';rport' : ''}`;
  }

  private line(header: string, value: string): string {
    const names = NAMES[header] ?? [header];
    const name = this.random.chance(0.8) ? header : this.random.pick(names);
    return `${name}: ${value}`;
  }

  private mostly(usual: string, all: readonly string[]): string {
    return this.random.chance(0.7) ? usual : this.random.pick(all);
  }

  private body(): string {
    const { random } = this;
    if (random.chance(0.7)) return '';
    if (random.chance(0.2)) return 'BYE sip:a SIP/2.0\r\nContent-Length: 0\r\n\r\n';
    return `v=0\r\n${'a=x\r\n'.repeat(random.integer(0, random.chance(0.02) ? 2000 : 60))}`;
  }
}
