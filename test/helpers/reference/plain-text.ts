/**
 * A real message in the one form that the naive reference reads: long header names, no folding, one Via a
 * line, addresses in angle brackets without names. Of headers that it does not read nothing is left.
 */

const COMPACT: ReadonlyMap<string, string> = new Map([
  ['v', 'via'],
  ['f', 'from'],
  ['t', 'to'],
  ['i', 'call-id'],
  ['m', 'contact'],
  ['x', 'session-expires'],
]);
const READ: readonly string[] = [
  ...['Via', 'From', 'To', 'Call-ID', 'CSeq', 'Contact', 'Expires', 'Session-Expires', 'RSeq'],
  'Subscription-State',
];

export function plainText(text: string): string {
  const [head = ''] = text.replace(/^[\r\n]+/, '').split(/\r?\n\r?\n/);
  const [start = '', ...lines] = head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/);
  const plain = [
    start
      .trim()
      .replace(/[ \t]+/g, ' ')
      .replace(/^sip\/2\.0/i, 'SIP/2.0'),
  ];
  for (const line of lines) {
    const [, written = '', value = ''] = /^([^:\s]+)\s*:\s*(.*?)\s*$/.exec(line) ?? [];
    const lower = COMPACT.get(written.toLowerCase()) ?? written.toLowerCase();
    const name = READ.find((each) => each.toLowerCase() === lower);
    if (name !== undefined)
      plain.push(...plainValues(name, value).map((each) => `${name}: ${each}`));
  }
  return `${plain.join('\r\n')}\r\n\r\n`;
}

function plainValues(name: string, value: string): string[] {
  switch (name) {
    case 'Via':
      return listOf(value).map(plainVia);
    case 'Contact':
      return listOf(value).map((each) => (each === '*' ? each : plainAddress(each)));
    case 'From':
    case 'To':
      return [plainAddress(value)];
    case 'Subscription-State':
      return [plainParameters(value).toLowerCase()];
    default:
      return [value.replace(/\s+/g, ' ')];
  }
}

/** What commas separate outside quotes and brackets. */
function listOf(value: string): string[] {
  const parts = value.match(/(?:"(?:[^"\\]|\\.)*"|<[^>]*>|[^,"<])+/g) ?? [];
  return parts.map((each) => each.trim()).filter((each) => each !== '');
}

function plainVia(via: string): string {
  const parts = /^(\S+?)\s*\/\s*(\S+?)\s*\/\s*(\S+)\s+([^;\s]+(?:\s*:\s*\d+)?)\s*(.*)$/.exec(via);
  const [, name = '', version = '', transport = '', sentBy = '', parameters = ''] = parts ?? [];
  const place = plainPlace(sentBy.replace(/\s/g, ''));
  return `${name}/${version}/${transport.toUpperCase()} ${place}${plainParameters(parameters)}`;
}

/** An IPv6 address without brackets and colons. */
export function plainPlace(place: string): string {
  return place.replace(/^\[(.*)\]/, (_, address: string) => address.replaceAll(':', '_'));
}

function plainAddress(value: string): string {
  const bracketed = /^\s*(?:"(?:[^"\\]|\\.)*"|[^<"]*)\s*<([^>]*)>\s*(.*)$/.exec(value);
  const bare = /^\s*([^;]*)(.*)$/.exec(value);
  const [, uri = '', parameters = ''] = bracketed ?? bare ?? [];
  return `<${uri.trim()}>${plainParameters(parameters)}`;
}

function plainParameters(parameters: string): string {
  return parameters
    .replace(/\s*([;=])\s*/g, '$1')
    .replace(/([^;=]+)=/g, (name) => name.toLowerCase())
    .replace(/="([^"]*)"/g, '=$1')
    .trim();
}
