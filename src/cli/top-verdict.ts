/** Can the numbers on the screen be trusted? In one line, from two looks at the metrics. */
import { decimal, growth, type Look, rate, whole } from './top-look.ts';

export interface Verdict {
  readonly state: 'good' | 'doubt' | 'bad' | 'wait';
  readonly text: string;
}

/** As on the page: docs/HTTP.md. */
const LOSS_DOUBTFUL = 0.001;
const SHARE_DOUBTFUL = 0.5;
const LAG_DOUBTFUL_SECONDS = 5;

export function verdictOf(earlier: Look, later: Look): Verdict {
  const { metrics } = later;
  const interfaces = [...metrics.sumBy('sipgauge_capture_up', 'interface')];
  const down = interfaces.filter(([, up]) => up !== 1).map(([name]) => name);
  if (down.length > 0) {
    const state = down.length === interfaces.length ? 'bad' : 'doubt';
    return { state, text: `DOWN      ${down.join(', ')}: nothing is read there` };
  }
  const doubt = doubtOf(earlier, later);
  if (doubt !== undefined) return { state: 'doubt', text: `DOUBTFUL  ${doubt}` };
  if (metrics.sum('sip_messages_total') === 0) {
    return { state: 'wait', text: 'WAITING   no SIP seen yet; sipgauge doctor looks closer' };
  }
  return { state: 'good', text: 'OK        nothing dropped, cut or foreign' };
}

function doubtOf(earlier: Look, later: Look): string | undefined {
  const grown = (name: string, selector = {}) => growth(earlier, later, name, selector);
  const dropped = grown('sipgauge_capture_dropped_total');
  if (dropped > (grown('sipgauge_packets_total') + dropped) * LOSS_DOUBTFUL) {
    return `${whole(dropped)} packets dropped: a larger --buffer-size, a narrower --filter`;
  }
  const foreign = grown('sipgauge_message_fate_total', { fate: 'foreign' });
  if (foreign > (grown('sip_messages_total') + foreign) * SHARE_DOUBTFUL) {
    return 'most messages are foreign: --local has to name the server';
  }
  const evicted = grown('sipgauge_table_evictions_total');
  if (evicted > 0) return `a table is full: ${whole(evicted)} rows evicted`;
  const lag = later.metrics.max('sipgauge_capture_lag_seconds');
  return lag > LAG_DOUBTFUL_SECONDS ? `packets are counted ${decimal(lag)} s late` : undefined;
}

export function captureText(earlier: Look, later: Look): string {
  const { metrics } = later;
  const names = [...metrics.sumBy('sipgauge_capture_up', 'interface').keys()];
  const lag = metrics.max('sipgauge_capture_lag_seconds');
  const fate = (name: string) => whole(metrics.sum('sipgauge_message_fate_total', { fate: name }));
  return [
    names.length > 0 ? names.join(', ') : 'no interface',
    `${decimal(rate(earlier, later, 'sipgauge_packets_total'))} packets/s`,
    `lag ${(lag * 1000).toFixed(0)} ms`,
    `dropped ${whole(metrics.sum('sipgauge_capture_dropped_total'))}`,
    `foreign ${fate('foreign')}`,
    `cut ${fate('truncated')}`,
    `evicted ${whole(metrics.sum('sipgauge_table_evictions_total'))}`,
  ].join('  ');
}
