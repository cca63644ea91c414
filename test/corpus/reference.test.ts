/** What the state machine says of real captures, its naive reference says of their messages as text. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { formatAddress } from '../../src/core/address.ts';
import { takeBlock } from '../../src/core/block-memory.ts';
import type { Flow } from '../../src/core/flow.ts';
import { MessageFate } from '../../src/core/pipeline-counters.ts';
import { isReliable } from '../../src/core/transport.ts';
import { Delivery } from '../../src/delivery.ts';
import { ParseError } from '../../src/sip-parser/parse-error.ts';
import { isScannable } from '../../src/sip-parser/scanner.ts';
import { repoRoot, sharedRoot } from '../helpers/paths.ts';
import { plainPlace, plainText } from '../helpers/reference/plain-text.ts';
import { ReferenceState } from '../helpers/reference/state.ts';
import { replayFile } from '../helpers/replay.ts';

interface Delivered {
  readonly time: number;
  readonly from: string;
  readonly to: string;
  readonly transport: string;
  readonly text: string;
}

// Where no block is left in the scanner's reach, every message is delivered as bytes.
while (isScannable(takeBlock(1)));

/** Said of every message, with or without state; and of bindings, which only their gauges tell of. */
const UNTOLD: readonly string[] = [
  ...['message', 'requestLine', 'oddity', 'badMessage', 'bindingAdded', 'bindingRemoved'],
];
/** Good messages, of all directions, in the order of their delivery. */
const delivered: Delivered[] = [];
const { deliver } = Delivery.prototype;
Delivery.prototype.deliver = function note(payload, flow, nowUs, era): MessageFate {
  const fate = deliver.call(this, payload, flow, nowUs, era);
  const isMessage = fate !== MessageFate.KEEPALIVE && fate !== MessageFate.TRUNCATED;
  if (isMessage && this.message.error === ParseError.NONE) {
    const bytes = payload.buf.subarray(payload.start, payload.end);
    delivered.push({
      time: flow.timestampUs,
      from: `${placeOf(flow, 0)}:${flow.sourcePort}`,
      to: `${placeOf(flow, 4)}:${flow.destinationPort}`,
      transport: isReliable(flow.transport) ? `stream ${flow.transport}` : 'UDP',
      text: plainText(Buffer.from(bytes).toString('latin1')),
    });
  }
  return fate;
};

function placeOf(flow: Flow, offset: number): string {
  return plainPlace(`[${formatAddress(flow.addresses, offset)}]`);
}

function told(lines: readonly string[]): string[] {
  return lines.filter((line) => !UNTOLD.includes(line.split(' ')[0] ?? '')).sort();
}

function captures(): string[] {
  const folders = [join(repoRoot, 'pcaps')];
  for (const name of ['oracle', 'corpus/made', 'corpus/real']) {
    if (sharedRoot !== undefined) folders.push(join(sharedRoot, name));
  }
  return folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => /\.(pcap|pcapng|cap)/.test(name) && !name.startsWith('mal_'))
      .map((name) => join(folder, name)),
  );
}

for (const path of captures()) {
  test(`${path.split('/').slice(-2).join('/')}: the same as its naive reference`, async () => {
    const local = (await replayFile(path)).inferredLocal();
    if (local === '') return;
    delivered.length = 0;
    const run = await replayFile(path, { flags: { local: [local] } });
    const peers = new Map<string, readonly string[]>();
    const place = plainPlace(`[${local}]`);
    const state = new ReferenceState({ local: [place], peers, topologyHiding: false });
    for (const { time, from, to, transport, text } of delivered) {
      state.message(time, from, to, transport, text);
    }
    state.pass(run.plane.packetClockUs());
    // Of steps between other packets it knows nothing.
    if (state.steps !== run.plane.counters.clockSteps) return;
    assert.deepEqual(told(run.events.lines), told(state.lines));
    const { registeredEndpoints, stableInbound, stableOutbound, proxyCores } = run.gauges();
    const gauges = state.gauges();
    assert.deepEqual(
      [registeredEndpoints, stableInbound, stableOutbound, proxyCores],
      [
        gauges['registeredEndpoints'],
        gauges['stableInbound'],
        gauges['stableOutbound'],
        gauges['proxyCores'],
      ],
    );
  });
}
