// Drives the addon inside Node through its awkward states: for scripts/native-test.mjs, which watches its
// memory. Captures on the loopback interface where it may. Argument: the addon's path.
import { createSocket } from 'node:dgram';
import { createRequire } from 'node:module';
import { setTimeout as pause } from 'node:timers/promises';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

const CYCLES = 200;
/** The kernel's ring holds 64 of these: longer than a busy machine keeps the capture from its processor. */
const READ_TIMEOUT_MS = 100;
const PATIENCE_MS = 60_000;
const ROWS = 1024;
const path = isMainThread ? process.argv[2] : workerData;
const addon = createRequire(import.meta.url)(path);

function makeBlocks(count) {
  return Array.from({ length: count }, () => ({
    block: new Uint8Array(256 * 1024 + 16),
    timestampUs: new Float64Array(ROWS),
    offset: new Uint32Array(ROWS),
    caplen: new Uint32Array(ROWS),
    len: new Uint32Array(ROWS),
    linktype: new Uint16Array(ROWS),
    interfaceIndex: new Uint16Array(ROWS),
  }));
}

function openCapture() {
  const capture = new addon.LiveCapture(makeBlocks(2), { readTimeoutMs: READ_TIMEOUT_MS, idleMs: 10 });
  const settings = {
    interface: 'lo',
    snaplen: 65535,
    bufferBytes: 16 * 1024 * 1024,
    promiscuous: false,
  };
  const opened = capture.open(0, settings);
  if ('status' in opened) return undefined;
  const failure = capture.setFilter(0, 'udp port 45060');
  if (failure !== undefined) throw new Error(failure.message);
  return capture;
}

async function send(count) {
  const socket = createSocket('udp4');
  const sendOne = () =>
    new Promise((resolve) => socket.send('x'.repeat(500), 45060, '127.0.0.1', resolve));
  for (let index = 0; index < count; index++) await sendOne();
  socket.close();
}

/** Starts a capture and takes until `wanted` packets came. */
async function takeAll(capture, wanted) {
  const report = new Float64Array(3);
  let taken = 0;
  const failure = capture.start(() => {
    for (let block = capture.take(report); block >= 0; block = capture.take(report)) {
      taken += report[0];
      capture.giveBack(block);
    }
  });
  if (failure !== undefined) throw new Error(failure.message);
  await send(wanted);
  const endMs = performance.now() + PATIENCE_MS;
  while (taken < wanted && performance.now() < endMs) await pause(10);
  if (taken !== wanted) throw new Error(`sent ${wanted}, took ${taken}`);
}

async function cycles() {
  for (let cycle = 0; cycle < CYCLES; cycle++) {
    const capture = openCapture();
    if (cycle % 3 === 0) continue; // Left to the garbage collector.
    if (cycle % 3 === 1) capture.start(() => {});
    capture.close();
    capture.close();
  }
}

async function closeInFlight() {
  const capture = openCapture();
  const report = new Float64Array(3);
  await new Promise((resolve) => {
    capture.start(resolve);
    void send(50);
  });
  const block = capture.take(report);
  capture.close();
  if (block < 0 || capture.giveBack(block) || capture.take(report) !== -1) {
    throw new Error('a closed capture goes on');
  }
}

async function terminateWorkers() {
  for (let round = 0; round < 5; round++) {
    const worker = new Worker(new URL(import.meta.url), { workerData: path });
    await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    await worker.terminate();
  }
}

async function runMain() {
  addon.libpcapVersion();
  addon.interfaces();
  addon.checkFilter(1, 65535, 'no such thing');
  addon.findUser('nobody');
  if (openCapture() === undefined) {
    process.stdout.write('skipped: capturing is not permitted\n');
    return;
  }
  await cycles();
  const capture = openCapture();
  await takeAll(capture, 2000);
  capture.close();
  await closeInFlight();
  await terminateWorkers();
  process.stdout.write('ok: the addon inside Node\n');
}

if (isMainThread) {
  await runMain();
} else {
  await takeAll(openCapture(), 100);
  parentPort.postMessage('capturing');
  void send(100_000);
}
