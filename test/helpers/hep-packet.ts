/** Writes HEP packets: version 3 chunk by chunk, and the headers of versions 1 and 2. */
import { bytes, text, Words } from './capture-file.ts';

const big = new Words(false);
const little = new Words(true);

export function hepChunk(
  type: number,
  value: Uint8Array | readonly number[],
  vendor = 0,
): Uint8Array {
  return bytes(big.u16(vendor, type, 6 + value.length), value);
}

/** A HEP3 packet of the chunks given. */
export function hepOfChunks(...chunks: readonly Uint8Array[]): Uint8Array {
  const content = bytes(...chunks);
  return bytes(text('HEP3'), big.u16(6 + content.length), content);
}

export interface HepMessage {
  readonly payload?: string;
  readonly protocol?: number;
  readonly source?: readonly number[];
  readonly destination?: readonly number[];
  readonly ports?: readonly [source: number, destination: number];
  readonly timestampUs?: number;
  readonly agent?: number;
  readonly protocolType?: number;
  readonly key?: string;
}

const defaults: Required<HepMessage> = {
  payload: 'OPTIONS sip:a SIP/2.0\r\n\r\n',
  protocol: 17,
  source: [10, 0, 0, 1],
  destination: [10, 0, 0, 2],
  ports: [5060, 5080],
  timestampUs: 1_700_000_000_123_456,
  agent: 2001,
  protocolType: 1,
  key: '',
};

/** As Kamailio's siptrace lays it out. */
export function hep3(message: HepMessage = {}): Uint8Array {
  const all = { ...defaults, ...message };
  const isIpv6 = all.source.length === 16;
  return hepOfChunks(
    hepChunk(0x01, [isIpv6 ? 10 : 2]),
    hepChunk(0x02, [all.protocol]),
    hepChunk(isIpv6 ? 0x05 : 0x03, all.source),
    hepChunk(isIpv6 ? 0x06 : 0x04, all.destination),
    hepChunk(0x07, big.u16(all.ports[0])),
    hepChunk(0x08, big.u16(all.ports[1])),
    hepChunk(0x09, big.u32(Math.floor(all.timestampUs / 1e6))),
    hepChunk(0x0a, big.u32(all.timestampUs % 1e6)),
    hepChunk(0x0b, [all.protocolType]),
    hepChunk(0x0c, big.u32(all.agent)),
    ...(all.key === '' ? [] : [hepChunk(0x0e, text(all.key))]),
    hepChunk(0x0f, text(all.payload)),
  );
}

/** Version 1 or 2. Sofia counts the time in the header length, Kamailio does not. */
export function oldHep(
  version: 1 | 2,
  message: HepMessage = {},
  writer: 'kamailio' | 'sofia' = 'kamailio',
): Uint8Array {
  const all = { ...defaults, ...message };
  const family = all.source.length === 16 ? 10 : 2;
  const time = little.u32(Math.floor(all.timestampUs / 1e6), all.timestampUs % 1e6, all.agent);
  const withoutTime = 8 + 2 * all.source.length;
  const headerLength = withoutTime + (version === 2 && writer === 'sofia' ? time.length : 0);
  return bytes(
    [version, headerLength, family, all.protocol],
    big.u16(...all.ports),
    bytes(all.source, all.destination, version === 2 ? time : []),
    text(all.payload),
  );
}
