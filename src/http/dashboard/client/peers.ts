/** The table of peers: what each carries, answers and leaves unanswered. */
import type { HistoryStore } from './history-store.ts';
import {
  escapeMarkup,
  formatCount,
  formatRate,
  formatRatio,
  formatSeconds,
  formatTime,
} from './numbers.ts';

const HEADS = ['Calls now', 'Attempts', 'Answered', 'Timeouts', 'Last response'];
const METER_WIDTH = 72;

/** Named peers in the order of the configuration, the rest last. */
export function peersMarkup(store: HistoryStore, source: string): string {
  const slots = [...store.peers.keys()].filter((slot) => slot > 0);
  if (store.peers.length > 0) slots.push(0);
  const rows = slots.map((slot) => peerRow(store, slot, source));
  const cells = HEADS.map((head) => `<th scope="col">${head}</th>`).join('');
  return `<thead><tr><th scope="col">Peer</th>${cells}</tr></thead><tbody>${rows.join('')}</tbody>`;
}

/** Empty when peers are named. */
export function peersNote({ peers }: HistoryStore): string {
  if (peers.length > 1) return '';
  return 'No peer is named. --peer NAME=CIDR gives a trunk a row here, and a label in the metrics.';
}

function peerRow(store: HistoryStore, slot: number, source: string): string {
  const total = (column: string) => store.growth(`peer.${slot}.${column}`);
  const answered = total('answered') / total('results');
  const timeouts = total('timeouts');
  const name = slot === 0 && store.peers.length > 1 ? 'all others' : (store.peers[slot] ?? '');
  return [
    `<tr><th scope="row">${escapeMarkup(name)}</th>`,
    `<td>${formatRate(store.lastRate(`peer.${slot}.attempts`))}</td>`,
    `<td>${formatCount(total('attempts'))}</td>`,
    `<td>${formatRatio(answered)}${meter(answered)}</td>`,
    `<td${timeouts > 0 ? ' class="doubt"' : ''}>${formatCount(timeouts)}</td>`,
    `<td>${responseText(store, slot, source)}</td></tr>`,
  ].join('');
}

function meter(ratio: number): string {
  const width = Number.isFinite(ratio) ? (METER_WIDTH * ratio).toFixed(1) : '0';
  return `<svg class="meter" viewBox="0 0 ${METER_WIDTH} 8" aria-hidden="true"><rect class="rail" width="${METER_WIDTH}" height="8" rx="4"/><rect class="fill" width="${width}" height="8" rx="4"/></svg>`;
}

function responseText(store: HistoryStore, slot: number, source: string): string {
  const time = store.latest(`peer.${slot}.last_response`);
  if (!(time > 0)) return '–';
  // A capture's clock is another one than that of the samples.
  if (source === 'replay') return formatTime(time);
  const age = (store.last ?? time) - time;
  return age < 1 ? 'now' : `${formatSeconds(Math.round(age))} ago`;
}
