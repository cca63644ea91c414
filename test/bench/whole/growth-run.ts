/** What live transactions and dialogs cost, and what a message costs among many of them; in a process of its own. */
import type { DataPlane } from '../../../src/data-plane.ts';
import { once } from '../../helpers/bench-once.ts';
import { LoadDialog } from '../../helpers/load/load-dialog.ts';
import type { LoadEnd } from '../../helpers/load/load-frames.ts';
import { LoadLedger } from '../../helpers/load/load-ledger.ts';
import { LoadFeeder, planeFor } from '../../helpers/load/load-runs.ts';

const FAR: LoadEnd = { address: 0x0a010001, port: 5060 };
const START_US = 1.7e15;
/** How long an unanswered request is kept: Timer F's 32 s and the time after it, about. */
const LIFE_US = 32_000_000;
const DIGITS = 8;
const PLACE = '#'.repeat(DIGITS);
/** Messages that are measured once the rows are there. */
const CHURN = once ? 30_000 : 300_000;
const BATCH = 256;
const READINGS = 9;

export interface GrowthResult {
  readonly live: number;
  readonly rows: number;
  readonly nsPerMessage: number;
  readonly worstStallMs: number;
  readonly bytesPerRow: number;
  /** Reading all gauges, the median of several times. */
  readonly gaugesMs: number;
}

/** A packet whose number, eight digits wherever it stands, is written over and over. */
class Template {
  readonly frame: Uint8Array;
  private readonly places: number[] = [];

  constructor(frame: Uint8Array) {
    this.frame = frame;
    const text = Buffer.from(frame).toString('latin1');
    for (let at = text.indexOf(PLACE); at >= 0; at = text.indexOf(PLACE, at + 1))
      this.places.push(at);
  }

  number(value: number): void {
    const digits = String(value).padStart(DIGITS, '0');
    for (const place of this.places) {
      for (let i = 0; i < DIGITS; i++) this.frame[place + i] = digits.charCodeAt(i);
    }
  }
}

function templatesOf(write: (dialog: LoadDialog) => void): Template[] {
  const dialog = new LoadDialog(FAR, 0, 0, new LoadLedger());
  write(dialog);
  return dialog.packets.map(({ frame }) => {
    const text = Buffer.from(frame).toString('latin1');
    const numbered = text
      .replace(/z9hG4bK-0-/g, `z9hG4bK${PLACE}`)
      .replace(/(Call-ID: )0-4711/, `$1${PLACE}`);
    const longer = Buffer.from(numbered, 'latin1');
    longer.writeUInt16BE(longer.length - 14, 16);
    longer.writeUInt16BE(longer.length - 34, 38);
    return new Template(longer);
  });
}

/** `live` requests without an answer at any time: each new message is one more, and the oldest goes. */
export async function growTransactions(live: number): Promise<GrowthResult> {
  const plane = await planeFor({
    'max-transactions': String(Math.max(1024, Math.ceil(live * 1.3))),
  });
  const [template] = templatesOf((dialog) => dialog.request('OPTIONS', 1, 'o'));
  if (template === undefined) throw new Error('a template has a packet');
  return measure(plane, [template], { live, fill: live + CHURN, stepUs: LIFE_US / live });
}

/** `live` calls, answered and not over. */
export async function growDialogs(live: number): Promise<GrowthResult> {
  const rows = String(Math.max(1024, live + CHURN + 1024));
  const plane = await planeFor({ 'max-dialogs': rows, 'max-attempts': rows });
  const templates = templatesOf((dialog) => {
    dialog.request('INVITE', 1, 'i');
    dialog.response(200, 'INVITE', 1, 'i');
    dialog.request('ACK', 1, 'a', { tagged: true });
  });
  return measure(plane, templates, { live, fill: live, stepUs: 2000 });
}

interface Size {
  readonly live: number;
  /** Conversations before measuring begins. */
  readonly fill: number;
  readonly stepUs: number;
}

function measure(plane: DataPlane, templates: readonly Template[], size: Size): GrowthResult {
  const feeder = new LoadFeeder(plane);
  let timeUs = START_US;
  let number = 0;
  const converse = (): void => {
    for (const template of templates) {
      template.number(number);
      feeder.feed({ timeUs, frame: template.frame });
    }
    number++;
    timeUs += size.stepUs;
  };
  gc?.();
  const residentBefore = process.memoryUsage.rss();
  const rowsBefore = rowsOf(plane);
  for (let i = 0; i < size.fill; i++) converse();
  feeder.flush();
  gc?.();
  const rows = rowsOf(plane) - rowsBefore;
  const bytesPerRow = (process.memoryUsage.rss() - residentBefore) / Math.max(1, rows);
  // Making the packets is not measured: only what happens while a batch is consumed.
  let consumedMs = 0;
  let worst = 0;
  const churn = Math.floor(CHURN / templates.length);
  for (let i = 0; i < churn; i++) {
    converse();
    if (i % BATCH !== BATCH - 1) continue;
    const started = performance.now();
    feeder.flush();
    const took = performance.now() - started;
    consumedMs += took;
    worst = Math.max(worst, took);
  }
  const readings: number[] = [];
  for (let i = 0; i < READINGS; i++) {
    const started = performance.now();
    plane.gauges();
    readings.push(performance.now() - started);
  }
  const gaugesMs = readings.sort((a, b) => a - b)[READINGS >> 1] ?? Number.NaN;
  const messages = (churn - (churn % BATCH)) * templates.length;
  return {
    live: size.live,
    rows,
    nsPerMessage: (consumedMs * 1e6) / messages,
    worstStallMs: worst,
    bytesPerRow,
    gaugesMs,
  };
}

/** Of the largest table: what a live transaction, or a call, is. */
function rowsOf(plane: DataPlane): number {
  return Math.max(...plane.tables().map(({ rows }) => rows));
}
