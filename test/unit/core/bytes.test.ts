import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  readInt32,
  readInt32LittleEndian,
  readUint8,
  readUint16,
  readUint16LittleEndian,
  readUint24,
  readUint32,
  readUint32LittleEndian,
} from '../../../src/core/bytes.ts';

const buf = Uint8Array.of(0x00, 0xfe, 0xdc, 0xba, 0x98, 0x01);

describe('bytes', () => {
  it('reads big endian numbers', () => {
    assert.equal(readUint8(buf, 1), 0xfe);
    assert.equal(readUint16(buf, 1), 0xfedc);
    assert.equal(readUint24(buf, 1), 0xfedcba);
    assert.equal(readUint32(buf, 1), 0xfedcba98);
    assert.equal(readInt32(buf, 1), 0xfedcba98 | 0);
  });

  it('reads little endian numbers', () => {
    assert.equal(readUint16LittleEndian(buf, 1), 0xdcfe);
    assert.equal(readUint32LittleEndian(buf, 1), 0x98badcfe);
    assert.equal(readInt32LittleEndian(buf, 1), 0x98badcfe | 0);
  });

  it('reads zero bits behind the end of the buffer, where words are asked for', () => {
    assert.equal(readUint16(buf, 5), 0x0100);
    assert.equal(readInt32(buf, 6), 0);
  });
});
