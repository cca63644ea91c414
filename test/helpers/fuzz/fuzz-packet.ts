/**
 * A packet of a fuzzer, and the text in which a row of them is kept as a fixture: one line each, with its time
 * in microseconds, link type, interface, length on the wire, and its captured bytes in hex.
 */
export interface FuzzPacket {
  readonly timestampUs: number;
  readonly linktype: number;
  readonly interfaceIndex: number;
  /** On the wire. */
  readonly len: number;
  readonly data: Uint8Array;
}

/** Gives the same packets for the same seed. */
export interface PacketGenerator {
  next(): FuzzPacket;
}

const PACKET_LINE = /^(\S+) (\d+) (\d+) (\d+) ([0-9a-f]*)$/;

/** `about` becomes a comment. */
export function crasherText(about: string, packets: readonly FuzzPacket[]): string {
  const lines = packets.map(({ timestampUs, linktype, interfaceIndex, len, data }) =>
    [timestampUs, linktype, interfaceIndex, len, Buffer.from(data).toString('hex')].join(' '),
  );
  const comment = about.split('\n').map((line) => `# ${line}`);
  return [...comment, ...lines, ''].join('\n');
}

export function crasherPackets(text: string): FuzzPacket[] {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => {
    const [, time, linktype, interfaceIndex, len, hex = ''] = PACKET_LINE.exec(line) ?? [];
    if (time === undefined) throw new Error(`no packet: ${line.slice(0, 80)}`);
    return {
      timestampUs: Number(time),
      linktype: Number(linktype),
      interfaceIndex: Number(interfaceIndex),
      len: Number(len),
      data: Uint8Array.from(Buffer.from(hex, 'hex')),
    };
  });
}
