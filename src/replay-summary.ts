/** What a replay says when it is done: five lines for the operator, and the account that `--explain` asks for. */
import { MESSAGE_FATE_NAMES, MessageFate } from './core/pipeline-counters.ts';
import type { DataPlane } from './data-plane.ts';
import { PACKET_FATE_NAMES, PacketFate } from './decode/packet-fate.ts';
import type { Explain } from './explain.ts';

export interface LocalSideText {
  /** Addresses as given, or as inferred. */
  readonly text: string;
  readonly inferred: boolean;
}

/** Five lines, each ended. */
export function summaryLines(plane: DataPlane, local: LocalSideText, seconds: number): string {
  const { counters, pipeline } = plane;
  const fates = counters.messageFates;
  const delivered = counters.packetFates[PacketFate.DELIVERED] ?? 0;
  const counted = count(fates, MessageFate.IN) + count(fates, MessageFate.OUT);
  const hairpin = count(fates, MessageFate.HAIRPIN);
  const gauges = plane.gauges();
  const how = local.inferred ? ' (inferred: most messages go through it)' : '';
  const rate = seconds > 0 ? Math.round(counters.messages / seconds) : counters.messages;
  const lines = [
    `local side  ${local.text === '' ? 'unknown: no message was seen' : local.text}${how}`,
    `packets     ${counters.packets} read, ${delivered} delivered, ${counters.packets - delivered} for other fates`,
    `messages    ${counters.messages}: ${counted} in or out, ${hairpin} both, ${count(fates, MessageFate.FOREIGN)} foreign, ` +
      `${count(fates, MessageFate.KEEPALIVE)} keep-alives, ${count(fates, MessageFate.TRUNCATED)} truncated`,
    `open        ${gauges.clientTransactions + gauges.serverTransactions} transactions, ${gauges.dialogs} dialogs, ` +
      `${gauges.registeredEndpoints} registrations, ${pipeline.clock.steps} clock steps`,
    `speed       ${seconds.toFixed(2)} s, ${rate} messages/s`,
  ];
  return `${lines.join('\n')}\n`;
}

/** A line when most of what was seen belongs to others; undefined when not. */
export function foreignWarning(plane: DataPlane): string | undefined {
  const fates = plane.counters.messageFates;
  const foreign = count(fates, MessageFate.FOREIGN);
  const own =
    count(fates, MessageFate.IN) +
    count(fates, MessageFate.OUT) +
    count(fates, MessageFate.HAIRPIN);
  if (foreign <= own || foreign === 0) return undefined;
  return `${foreign} of ${foreign + own} messages are foreign: neither end is the local side; give --local`;
}

/** Per stage and fate: how many, and the frames of the first few. */
export function explanation(plane: DataPlane): string {
  const { packetExplain, messageExplain } = plane;
  if (packetExplain === undefined || messageExplain === undefined) return '';
  return (
    table('packets', PACKET_FATE_NAMES, packetExplain) +
    table('messages', MESSAGE_FATE_NAMES, messageExplain)
  );
}

function table(stage: string, names: readonly string[], explain: Explain): string {
  let text = `${stage.padEnd(10)}${'count'.padStart(10)}  first frames\n`;
  names.forEach((name, code) => {
    const total = explain.count(code);
    if (total === 0) return;
    const frames = explain.firstFrames(code).join(' ');
    const more = total > explain.firstFrames(code).length ? ' …' : '';
    text += `  ${name.padEnd(22)}${String(total).padStart(8)}  ${frames}${more}\n`;
  });
  return text;
}

function count(cells: Float64Array, code: number): number {
  return cells[code] ?? 0;
}
