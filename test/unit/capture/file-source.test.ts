import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { after, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { StreamBytes } from '../../../src/capture/byte-source.ts';
import { FileSource } from '../../../src/capture/file-source.ts';
import {
  bytes,
  PiecedBytes,
  pcapFile,
  readPackets,
  type TestPacket,
  text,
} from '../../helpers/capture-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'sipgauge-'));
after(() => rmSync(folder, { recursive: true }));

const packets: readonly TestPacket[] = Array.from({ length: 5000 }, (_, i) => {
  return { timestampUs: i, data: text(`packet ${i} `.repeat(1 + (i % 40))) };
});
const capture = pcapFile(packets);

function write(name: string, content: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function read(path: string, content?: Uint8Array): Promise<[number, string[]]> {
  const warnings: string[] = [];
  const warn = (line: string): number => warnings.push(line);
  const options = { path, warn };
  const source = new FileSource(
    content === undefined
      ? options
      : { ...options, bytes: new PiecedBytes(content, [1000, 1, 77]) },
  );
  await source.open();
  const all = await readPackets(source);
  for (const [i, packet] of all.entries()) {
    assert.equal(Buffer.compare(packet.data, packets[i]?.data ?? text('')), 0, `packet ${i}`);
  }
  assert.equal(source.stats()[0]?.packets, all.length);
  await source.close();
  await source.close();
  return [all.length, warnings];
}

describe('FileSource', () => {
  it('reads a plain file, gzip, and gzip of several members', async () => {
    const half = Math.floor(capture.length / 2);
    const members = bytes(gzipSync(capture.subarray(0, half)), gzipSync(capture.subarray(half)));
    assert.deepEqual(await read(write('plain.pcap', capture)), [5000, []]);
    assert.deepEqual(await read(write('one.pcap.gz', gzipSync(capture))), [5000, []]);
    assert.deepEqual(await read(write('two.pcap.gz', members)), [5000, []]);
    assert.deepEqual(await read('pieces', members), [5000, []]);
  });

  it('gives what can be unpacked of a gzip file that is cut off, and one warning', async () => {
    const packed = gzipSync(capture);
    const [count, warnings] = await read('cut.gz', packed.subarray(0, packed.length - 2000));
    assert.ok(count > 1000 && count < 5000, `${count} packets`);
    assert.deepEqual(warnings, [
      `cut.gz ends early: the compressed data is cut off; the ${count} packets before are counted`,
    ]);
  });

  it('says that the check of a gzip file fails', async () => {
    const packed = Uint8Array.from(gzipSync(capture));
    packed.fill(0xff, packed.length - 8);
    const [count, warnings] = await read('bad.gz', packed);
    // What Node unpacks in the call that fails is not given out: 64 KiB at most.
    assert.ok(count > 4700, `${count} packets`);
    assert.deepEqual(warnings, [
      `bad.gz ends early: the compressed data is damaged (incorrect data check); the ${count} packets before are counted`,
    ]);
  });

  it('gives what is before the damage inside a gzip file, and one warning', async () => {
    const packed = Uint8Array.from(gzipSync(capture));
    packed.fill(0xff, packed.length - 3000);
    const [count, warnings] = await read('bad.gz', packed);
    assert.ok(count > 1000 && count < 5000, `${count} packets`);
    assert.equal(warnings.length, 1);
  });

  it('reads zstd where Node can, and says how to unpack it where Node can not', async () => {
    const magic = bytes([0x28, 0xb5, 0x2f, 0xfd], new Uint8Array(100));
    const source = new FileSource({
      path: 'a.zst',
      warn: assert.fail,
      bytes: new PiecedBytes(magic, [9]),
    });
    if (Reflect.has(await import('node:zlib'), 'createZstdDecompress')) {
      await assert.rejects(source.open(), { code: 'NOT_A_CAPTURE' });
      return;
    }
    await assert.rejects(source.open(), {
      code: 'NO_ZSTD',
      message: `a.zst is zstd-compressed, which Node ${process.versions.node} can't read`,
      hint: 'use Node 22.15 or later, or: zstd -dc FILE | sipgauge replay -',
    });
  });

  const others: readonly (readonly [content: Uint8Array, message: string])[] = [
    [text(''), 'x is empty'],
    [text('hello, world'), 'x is not a capture file'],
    [text('abc'), 'x is not a capture file'],
    [capture.subarray(0, 20), 'x ends inside its file header'],
    [gzipSync(text('')), 'x is empty'],
    [gzipSync(text('hello, world')), 'x is not a capture file'],
    [text('snoop\0\0\0\0\0\0'), 'x is a Solaris snoop capture, not a pcap or pcapng capture'],
    [bytes([0xfd], text('7zXZ\0\0\0')), 'x is xz-compressed, not a pcap or pcapng capture'],
    [text('PK\u0003\u0004zip'), 'x is a zip archive, not a pcap or pcapng capture'],
  ];
  for (const [content, message] of others) {
    it(`says: ${message} (${content.length} bytes)`, async () => {
      const source = new FileSource({
        path: 'x',
        warn: assert.fail,
        bytes: new PiecedBytes(content, [3]),
      });
      await assert.rejects(source.open(), {
        name: 'OperatorError',
        code: 'NOT_A_CAPTURE',
        message,
      });
      assert.equal(await source.next(), undefined);
    });
  }

  it('says that there is no such file, that it is a folder, that it may not be read', async (t) => {
    const open = (path: string): Promise<void> =>
      new FileSource({ path, warn: assert.fail }).open();
    const missing = join(folder, 'missing');
    await assert.rejects(open(missing), {
      code: 'NO_SUCH_FILE',
      message: `${missing}: no such file`,
    });
    await assert.rejects(open(folder), {
      code: 'IS_A_DIRECTORY',
      message: `${folder} is a directory`,
    });
    if (process.getuid?.() === 0) {
      t.diagnostic('root may read everything: permissions not tried');
      return;
    }
    const secret = write('secret', capture);
    chmodSync(secret, 0);
    await assert.rejects(open(secret), {
      code: 'FILE_UNREADABLE',
      message: `${secret}: permission denied`,
    });
  });

  it('tells how far it is', async () => {
    const source = new FileSource({ path: write('progress.pcap', capture), warn: assert.fail });
    await source.open();
    assert.equal(source.progress().bytesTotal, capture.length);
    await readPackets(source);
    assert.equal(source.progress().bytesRead, capture.length);
    await source.close();
  });

  it('counts frames on from batch to batch', async () => {
    const source = new FileSource({ path: write('frames.pcap', capture), warn: assert.fail });
    await source.open();
    let next = 1;
    for (let batch = await source.next(); batch !== undefined; batch = await source.next()) {
      assert.equal(batch.firstFrame, next);
      next += batch.count;
    }
    assert.equal(next, 5001);
    await source.close();
  });

  it('gives what a pipe has without waiting for more, and closes while it waits', async () => {
    const pipe = new PassThrough();
    const source = new FileSource({ path: '-', warn: assert.fail, bytes: new StreamBytes(pipe) });
    pipe.write(capture.subarray(0, 3000));
    await source.open();
    const first = await source.next();
    assert.ok((first?.count ?? 0) > 10);
    const second = source.next();
    await source.close();
    assert.equal(await second, undefined);
  });

  it('reads a named pipe', async () => {
    const path = join(folder, 'fifo');
    execFileSync('mkfifo', [path]);
    const writer = spawn('cat', [write('to-pipe.pcap', capture)], {
      stdio: ['ignore', openSync(path, 'r+'), 'ignore'],
    });
    const source = new FileSource({ path, warn: assert.fail });
    await source.open();
    assert.equal(source.progress().bytesTotal, undefined);
    let count = 0;
    while (count < 5000) count += (await source.next())?.count ?? 5000;
    assert.equal(count, 5000);
    await source.close();
    writer.kill();
  });

  it('reads standard input from a pipe and from a file', () => {
    const path = write('stdin.pcap', capture);
    const module = new URL('../../../src/capture/file-source.js', import.meta.url).href;
    const script = `
      import { FileSource } from ${JSON.stringify(module)};
      const source = new FileSource({ path: '-', warn: console.error });
      await source.open();
      let count = 0;
      for (let batch = await source.next(); batch; batch = await source.next()) count += batch.count;
      await source.close();
      console.log(count);`;
    const options = ['--input-type=module', '-e', script];
    const piped = execFileSync(process.execPath, options, { input: capture });
    assert.equal(String(piped), '5000\n');
    const file = openSync(path, 'r');
    const redirected = execFileSync(process.execPath, options, {
      stdio: [file, 'pipe', 'inherit'],
    });
    closeSync(file);
    assert.equal(String(redirected), '5000\n');
  });

  it('needs no more memory for a large file than for a small one', async () => {
    const path = join(folder, 'large.pcap');
    const file = openSync(path, 'w');
    writeSync(file, pcapFile([]));
    const records = capture.subarray(24);
    for (let i = 0; i < 100; i += 1) writeSync(file, records);
    closeSync(file);
    const source = new FileSource({ path, warn: assert.fail });
    await source.open();
    const blocks = new Set<Uint8Array>();
    let count = 0;
    for (let batch = await source.next(); batch !== undefined; batch = await source.next()) {
      blocks.add(batch.block);
      count += batch.count;
    }
    await source.close();
    assert.equal(count, 500_000);
    assert.equal(blocks.size, 2);
  });
});
