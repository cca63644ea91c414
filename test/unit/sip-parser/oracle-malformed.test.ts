/** One odd datagram each to a real server: what it counted, and what the parser says of the same bytes. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Transport } from '../../../src/core/transport.ts';
import { classifyPayload, NOT_SIP, SIP } from '../../../src/sip-parser/classify-payload.ts';
import { ParseError } from '../../../src/sip-parser/parse-error.ts';
import { sharedRoot } from '../../helpers/paths.ts';
import { readPcap } from '../../helpers/read-pcap.ts';
import { parseBytes } from '../../helpers/sip-text.ts';

interface Counts {
  messages: number;
  requests: number;
  badMessages: number;
  badRequests: number;
}

/** Where we differ on purpose (oracle/README.md): keep-alives and binary, and two that it found too large. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  crlf: 'keepalive',
  crlf_crlf: 'keepalive',
  rtp: 'not sip',
  garbage_binary: 'not sip',
  jaku_spaces: 'not sip',
  leading_crlf_options: 'good',
  big_60k: 'good',
  big_header_9k: 'good',
};

const ETHERNET_BYTES = 14;
const SERVER = 0x0a4d0002;
const UDP = 17;

/** The payloads of UDP datagrams to the server; fragments of one datagram are put together in order. */
function datagramsToServer(path: string): Uint8Array[] {
  const datagrams: Uint8Array[] = [];
  let parts: Uint8Array[] = [];
  for (const { data } of readPcap(path)) {
    const view = new DataView(data.buffer, data.byteOffset, data.length);
    if (view.getUint32(ETHERNET_BYTES + 16) !== SERVER) continue;
    if (data[ETHERNET_BYTES + 9] !== UDP) continue;
    const end = ETHERNET_BYTES + view.getUint16(ETHERNET_BYTES + 2);
    const fragment = view.getUint16(ETHERNET_BYTES + 6);
    const isFirst = (fragment & 0x1fff) === 0;
    if (isFirst) parts = [];
    parts.push(data.subarray(ETHERNET_BYTES + (isFirst ? 28 : 20), end));
    if ((fragment & 0x2000) === 0) datagrams.push(new Uint8Array(Buffer.concat(parts)));
  }
  return datagrams;
}

function ours(datagrams: readonly Uint8Array[]): Counts & { kinds: string[] } {
  const counts = { messages: 0, requests: 0, badMessages: 0, badRequests: 0 };
  const kinds: string[] = [];
  for (const bytes of datagrams) {
    const found = classifyPayload(bytes, 0, bytes.length);
    if (found !== SIP) {
      kinds.push(found === NOT_SIP ? 'not sip' : 'keepalive');
      continue;
    }
    const { message } = parseBytes(bytes, Transport.UDP);
    const isBad = message.error !== ParseError.NONE;
    kinds.push(isBad ? 'bad' : 'good');
    counts.messages++;
    if (message.requestLineReadable) counts.requests++;
    if (isBad) counts.badMessages++;
    if (isBad && message.requestLineReadable) counts.badRequests++;
  }
  return { ...counts, kinds };
}

function theirs(path: string): Counts {
  const text = readFileSync(path, 'utf8');
  const gauge = (name: string): number =>
    Number(new RegExp(`^drachtio_sofia_${name} (\\d+)$`, 'm').exec(text)?.[1]);
  return {
    messages: gauge('msgs_recv'),
    requests: gauge('requests_recv_total'),
    badMessages: gauge('bad_msgs_recv'),
    badRequests: gauge('bad_reqs_recv'),
  };
}

const folder = sharedRoot === undefined ? undefined : join(sharedRoot, 'oracle');
const kinds =
  folder === undefined
    ? []
    : readdirSync(folder)
        .filter((name) => /^mal_.*\.pcap$/.test(name))
        .map((name) => name.slice('mal_'.length, -'.pcap'.length));
const skip = folder === undefined ? '../shared/oracle is not there' : false;

describe('single datagrams that a real server was sent', { skip }, () => {
  it('are there', () => {
    assert.ok(kinds.length >= 60, `${kinds.length}`);
  });

  for (const kind of kinds) {
    it(`${kind}: ${EXCEPTIONS[kind] ?? 'counted as the server counted it'}`, () => {
      const found = ours(datagramsToServer(join(folder ?? '', `mal_${kind}.pcap`)));
      const exception = EXCEPTIONS[kind];
      if (exception !== undefined) {
        assert.deepEqual(found.kinds, [exception]);
        return;
      }
      const { kinds: _, ...counts } = found;
      assert.deepEqual(counts, theirs(join(folder ?? '', `mal_${kind}.prom`)));
    });
  }
});
