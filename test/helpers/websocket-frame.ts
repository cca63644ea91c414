/** Builds WebSocket frames (RFC 6455 5.2). */
export interface FrameFields {
  readonly payload: Uint8Array;
  /** Text when not given. */
  readonly opcode?: number;
  readonly final?: boolean;
  readonly compressed?: boolean;
  /** Masking key; unmasked when not given. */
  readonly key?: readonly number[];
}

export function webSocketFrame(fields: FrameFields): Uint8Array {
  const { payload, key } = fields;
  const first =
    (fields.final === false ? 0 : 0x80) | (fields.compressed ? 0x40 : 0) | (fields.opcode ?? 1);
  const mask = key === undefined ? 0 : 0x80;
  const { length } = payload;
  let header: number[];
  if (length < 126) header = [first, mask | length];
  else if (length < 65_536) header = [first, mask | 126, length >> 8, length & 0xff];
  else {
    const low = [24, 16, 8, 0].map((shift) => (length >>> shift) & 0xff);
    header = [first, mask | 127, 0, 0, 0, 0, ...low];
  }
  const body = key === undefined ? payload : payload.map((byte, i) => byte ^ (key[i & 3] ?? 0));
  return Uint8Array.from([...header, ...(key ?? []), ...body]);
}
