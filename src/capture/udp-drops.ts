/**
 * Datagrams that the kernel threw away because a socket's buffer was full. Node can't ask the
 * socket, but Linux lists the number in /proc/net/udp and udp6.
 */
import { readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';

/** Of the fields of a line, separated by white space. */
const LOCAL_ADDRESS_FIELD = 1;
const DROPS_FIELD = 12;

/** Drops of the socket bound to an address; 0 where they can't be known. */
export function readUdpDrops(address: string, port: number): number {
  const file = isIPv6(address) ? '/proc/net/udp6' : '/proc/net/udp';
  try {
    return parseUdpDrops(readFileSync(file, 'latin1'), address, port);
  } catch {
    // Not Linux, or no /proc here: nobody knows.
    return 0;
  }
}

/** Sums the drops of the sockets that are bound so in the text of /proc/net/udp or udp6. */
export function parseUdpDrops(table: string, address: string, port: number): number {
  const local = `${kernelHex(address)}:${port.toString(16).padStart(4, '0')}`.toUpperCase();
  let drops = 0;
  for (const line of table.split('\n')) {
    const fields = line.trim().split(/\s+/);
    if (fields[LOCAL_ADDRESS_FIELD] === local) drops += Number(fields[DROPS_FIELD] ?? 0);
  }
  return drops;
}

/** Words of 32 bits as the kernel prints them: in the host's byte order, here little-endian. */
function kernelHex(address: string): string {
  const words = isIPv6(address) ? ipv6Words(address) : [ipv4Word(address)];
  return words
    .map((word) => {
      const view = new DataView(new ArrayBuffer(4));
      view.setUint32(0, word, true);
      return view.getUint32(0).toString(16).padStart(8, '0');
    })
    .join('');
}

function ipv4Word(address: string): number {
  return address.split('.').reduce((word, part) => word * 256 + Number(part), 0);
}

function ipv6Words(address: string): number[] {
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::');
  const groups = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  const front = groups(head);
  const back = tail === undefined ? [] : groups(tail);
  const all = [...front, ...new Array<number>(8 - front.length - back.length).fill(0), ...back];
  return [0, 2, 4, 6].map((i) => (all[i] ?? 0) * 65_536 + (all[i + 1] ?? 0));
}
