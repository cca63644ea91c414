/** A message as the naive reference reads it: lines, split at what separates them. It knows well-formed text only. */

export interface ReadVia {
  /** Lower case, with its port. */
  readonly sentBy: string;
  readonly branch: string;
}

export interface ReadContact {
  readonly uri: string;
  readonly instance: string | undefined;
  readonly regId: string | undefined;
  readonly expires: number | undefined;
}

export interface ReadSip {
  /** Of the request line, or of the CSeq of a response. */
  readonly method: string;
  readonly status: number | undefined;
  readonly uri: string;
  readonly vias: readonly ReadVia[];
  readonly callId: string;
  readonly cseq: number;
  readonly fromTag: string | undefined;
  readonly toTag: string | undefined;
  readonly toUri: string;
  readonly contacts: readonly ReadContact[];
  readonly expires: number | undefined;
  readonly sessionExpires: number | undefined;
  readonly rseq: string;
  readonly subscriptionState: string;
  readonly subscriptionExpires: number | undefined;
}

const METHODS: readonly string[] = [
  ...['INVITE', 'ACK', 'BYE', 'CANCEL', 'OPTIONS', 'REGISTER', 'PRACK', 'SUBSCRIBE', 'NOTIFY'],
  ...['PUBLISH', 'INFO', 'REFER', 'MESSAGE', 'UPDATE'],
];

/** As labels have it. */
export function methodLabel(method: string): string {
  return METHODS.includes(method) ? method : 'other';
}

export function readSip(text: string): ReadSip {
  const [start = '', ...lines] = text.split('\r\n');
  const values = (name: string): string[] =>
    lines.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2));
  const value = (name: string): string => values(name)[0] ?? '';
  const [first = '', second = ''] = start.split(' ');
  const [cseq = '', method = ''] = value('CSeq').split(' ');
  const [state = '', ...stateParameters] = value('Subscription-State').split(';');
  return {
    method,
    status: first === 'SIP/2.0' ? Number(second) : undefined,
    uri: second,
    vias: values('Via').map(readVia),
    callId: value('Call-ID'),
    cseq: Number(cseq),
    fromTag: parameter(value('From').split('>')[1] ?? '', 'tag'),
    toTag: parameter(value('To').split('>')[1] ?? '', 'tag'),
    toUri: value('To').split('>')[0]?.slice(1) ?? '',
    contacts: values('Contact')
      .flatMap((list) => list.split(', '))
      .filter((contact) => contact.startsWith('<'))
      .map(readContact),
    expires: number(value('Expires')),
    sessionExpires: number(value('Session-Expires').split(';')[0]),
    rseq: value('RSeq'),
    subscriptionState: state,
    subscriptionExpires: number(parameter(`;${stateParameters.join(';')}`, 'expires')),
  };
}

function readVia(text: string): ReadVia {
  const [protocol = '', rest = ''] = text.split(' ');
  const [sentBy = ''] = rest.split(';');
  const port = protocol.endsWith('TLS') ? 5061 : 5060;
  return {
    sentBy: sentBy.includes(':') ? sentBy.toLowerCase() : `${sentBy.toLowerCase()}:${port}`,
    branch: parameter(rest, 'branch') ?? '',
  };
}

function readContact(text: string): ReadContact {
  const uriEnd = text.indexOf('>');
  const parameters = text.slice(uriEnd + 1);
  return {
    uri: text.slice(1, uriEnd),
    instance: parameter(parameters, '+sip.instance'),
    regId: parameter(parameters, 'reg-id'),
    expires: number(parameter(parameters, 'expires')),
  };
}

function parameter(text: string, name: string): string | undefined {
  for (const each of text.split(';'))
    if (each.startsWith(`${name}=`)) return each.slice(name.length + 1);
  return undefined;
}

function number(text: string | undefined): number | undefined {
  return text === undefined || text === '' ? undefined : Number(text);
}
