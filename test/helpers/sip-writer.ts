/**
 * SIP messages as lists of headers: what user agents and proxies make of each other's messages
 * (RFC 3261 8.1.1, 8.2.6, 9.1, 16.6, 17.1.1.3). They do not decide what is sent: sip-calls.ts does.
 */
export interface SipMessageText {
  readonly startLine: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

/** RFC 3261 7.3.3. */
const COMPACT: ReadonlyMap<string, string> = new Map([
  ['Via', 'v'],
  ['From', 'f'],
  ['To', 't'],
  ['Call-ID', 'i'],
  ['Contact', 'm'],
  ['Content-Type', 'c'],
  ['Content-Length', 'l'],
  ['Supported', 'k'],
  ['Subject', 's'],
  ['Event', 'o'],
]);

const REASONS: ReadonlyMap<number, string> = new Map([
  [100, 'Trying'],
  [180, 'Ringing'],
  [183, 'Session Progress'],
  [200, 'OK'],
  [202, 'Accepted'],
  [302, 'Moved Temporarily'],
  [401, 'Unauthorized'],
  [404, 'Not Found'],
  [407, 'Proxy Authentication Required'],
  [480, 'Temporarily Unavailable'],
  [481, 'Call/Transaction Does Not Exist'],
  [486, 'Busy Here'],
  [487, 'Request Terminated'],
  [491, 'Request Pending'],
  [500, 'Server Internal Error'],
  [503, 'Service Unavailable'],
  [603, 'Decline'],
]);

export function render(message: SipMessageText, form: 'long' | 'compact' = 'long'): string {
  const name = (long: string): string => (form === 'compact' ? (COMPACT.get(long) ?? long) : long);
  const lines = message.headers.map(([long, value]) => `${name(long)}: ${value}\r\n`);
  const length = `${name('Content-Length')}: ${message.body.length}\r\n`;
  return `${message.startLine}\r\n${lines.join('')}${length}\r\n${message.body}`;
}

export function headerValues(message: SipMessageText, name: string): string[] {
  return message.headers.filter(([key]) => key === name).map(([, value]) => value);
}

export function headerValue(message: SipMessageText, name: string): string {
  const value = headerValues(message, name)[0];
  if (value === undefined) throw new Error(`${message.startLine} has no ${name}`);
  return value;
}

export function methodOf(request: SipMessageText): string {
  return request.startLine.split(' ')[0] ?? '';
}

/** RFC 3261 8.2.6.2: Via, From, To, Call-ID and CSeq of the request; `toTag` where there is none yet. */
export function responseTo(
  request: SipMessageText,
  status: number,
  toTag: string,
  headers: readonly (readonly [string, string])[] = [],
  body = '',
): SipMessageText {
  const copied = ['Via', 'Record-Route', 'From', 'To', 'Call-ID', 'CSeq'];
  const kept = request.headers
    .filter(([name]) => copied.includes(name) && (name !== 'Record-Route' || status < 300))
    .map(([name, value]): readonly [string, string] => {
      const tagged = name !== 'To' || value.includes(';tag=') || status === 100 || toTag === '';
      return tagged ? [name, value] : [name, `${value};tag=${toTag}`];
    });
  const startLine = `SIP/2.0 ${status} ${REASONS.get(status) ?? 'Status'}`;
  return { startLine, headers: [...kept, ...headers], body };
}

/** The CANCEL of an INVITE (RFC 3261 9.1), or the ACK of its non-2xx (17.1.1.3), hop by hop. */
export function hopRequest(
  invite: SipMessageText,
  method: 'CANCEL' | 'ACK',
  to: string,
): SipMessageText {
  const uri = invite.startLine.split(' ')[1] ?? '';
  const number = headerValue(invite, 'CSeq').split(' ')[0] ?? '';
  return {
    startLine: `${method} ${uri} SIP/2.0`,
    headers: [
      ['Via', headerValue(invite, 'Via')],
      ['From', headerValue(invite, 'From')],
      ['To', to],
      ['Call-ID', headerValue(invite, 'Call-ID')],
      ['CSeq', `${number} ${method}`],
      ['Max-Forwards', '70'],
    ],
    body: '',
  };
}

/** A proxy's copy (RFC 3261 16.6): its Via on top, its Record-Route when given, one hop less. */
export function forwarded(
  request: SipMessageText,
  via: string,
  requestUri: string,
  recordRoute?: string,
): SipMessageText {
  const hops = Number(headerValue(request, 'Max-Forwards')) - 1;
  const rest = request.headers.filter(([name]) => name !== 'Max-Forwards' && name !== 'Route');
  const routes: [string, string][] =
    recordRoute === undefined ? [] : [['Record-Route', recordRoute]];
  return {
    startLine: `${methodOf(request)} ${requestUri} SIP/2.0`,
    headers: [['Via', via], ...routes, ...rest, ['Max-Forwards', String(hops)]],
    body: request.body,
  };
}

/** A response on its way back through a proxy: the top Via goes (RFC 3261 16.7, 3). */
export function returned(response: SipMessageText): SipMessageText {
  const top = response.headers.findIndex(([name]) => name === 'Via');
  return { ...response, headers: response.headers.filter((_, i) => i !== top) };
}

/** A small offer or answer. */
export function sdp(address: string, port: number, direction = ''): string {
  const family = address.includes(':') ? 'IP6' : 'IP4';
  return [
    'v=0',
    `o=- 1 1 IN ${family} ${address}`,
    's=-',
    `c=IN ${family} ${address}`,
    't=0 0',
    `m=audio ${port} RTP/AVP 8 0`,
    ...(direction === '' ? [] : [`a=${direction}`]),
    '',
  ].join('\r\n');
}
