/**
 * The conservation laws of docs/METRICS.md section 3, read off an exposition, so that they hold for what is
 * scraped and not only for the cells behind it.
 */

export interface Sample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

/** All samples of a classic exposition. Throws on a line that is none. */
export function readSamples(exposition: string): Sample[] {
  const samples: Sample[] = [];
  for (const line of exposition.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const [, name = '', list = '', value = ''] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name === '') throw new Error(`no sample: ${line}`);
    const labels = new Map<string, string>();
    for (const [, label = '', text = ''] of list.matchAll(/(\w+)="([^"]*)"/g)) {
      labels.set(label, text);
    }
    samples.push({ name, labels, value: Number(value) });
  }
  return samples;
}

/** Sum of a family's samples that carry these labels. */
export function total(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  let sum = 0;
  for (const sample of samples) {
    if (sample.name !== name) continue;
    if (Object.entries(labels).every(([key, text]) => sample.labels.get(key) === text)) {
      sum += sample.value;
    }
  }
  return sum;
}

/** One line for each law that does not hold. */
export function brokenLaws(samples: readonly Sample[]): string[] {
  const broken: string[] = [];
  const equal = (law: string, left: number, right: number): void => {
    if (left !== right) broken.push(`${law}: ${left} ≠ ${right}`);
  };
  const of = (name: string, labels: Readonly<Record<string, string>> = {}): number =>
    total(samples, name, labels);
  const fate = (name: string): number => of('sipgauge_message_fate_total', { fate: name });
  equal('packets = Σ fates', of('sipgauge_packets_total'), of('sipgauge_packet_fate_total'));
  equal('messages = Σ fates', of('sipgauge_messages_total'), of('sipgauge_message_fate_total'));
  const seen = of('sofia_msgs_recv_total') + of('sofia_msgs_sent_total');
  equal(
    'recv + sent = in + out + 2 · hairpin',
    seen,
    fate('in') + fate('out') + 2 * fate('hairpin'),
  );
  equal('keep-alives = Σ kinds', fate('keepalive'), of('sipgauge_keepalives_total'));
  for (const direction of ['in', 'out']) {
    const way = { direction };
    const messages = of('sip_messages_total', way);
    const parts =
      of('sip_requests_total', way) +
      of('sip_responses_total', way) +
      of('sip_retransmissions_total', way) +
      of('sip_bad_messages_total', way);
    equal(`${direction}: messages = requests + responses + repeats + bad`, messages, parts);
    const sofia = direction === 'in' ? 'sofia_msgs_recv_total' : 'sofia_msgs_sent_total';
    equal(`${direction}: sofia's messages`, of(sofia), messages);
    for (const kind of ['requests', 'responses']) {
      const drachtio = of(`drachtio_sip_${kind}_${direction}_total`);
      equal(`${direction}: drachtio's ${kind}`, drachtio, of(`sip_${kind}_total`, way));
    }
    const attempts = of('sip_session_attempts_total', way);
    const results = of('sip_session_results_total', way);
    const open = of('sip_session_attempts_open', way);
    equal(`${direction}: attempts = results + open`, attempts, results + open);
    const registrations = of('sip_registration_attempts_total', way);
    const answered = of('sip_registration_results_total', way);
    if (answered > registrations) broken.push(`${direction}: ${answered} of ${registrations}`);
  }
  return [...broken, ...impossibleSamples(samples)];
}

/** Values that no series may have, and tables beyond their capacity. */
function impossibleSamples(samples: readonly Sample[]): string[] {
  const impossible = samples
    .filter(({ value, name }) => !(value >= 0) && name !== 'sipgauge_capture_lag_seconds')
    .map(({ name, labels, value }) => `${name}{${[...labels.values()].join(',')}} is ${value}`);
  const over = samples
    .filter(({ name }) => name === 'sipgauge_table_rows')
    .filter(({ labels, value }) => {
      const table = labels.get('table') ?? '';
      return value > total(samples, 'sipgauge_table_capacity', { table });
    })
    .map(({ labels, value }) => `table ${labels.get('table') ?? ''} has ${value} rows`);
  const errors = total(samples, 'sipgauge_internal_errors_total');
  return [...impossible, ...over, ...(errors > 0 ? [`${errors} internal errors`] : [])];
}
