/**
 * prom-client's `process_*` and `nodejs_*` families, for a live probe only: they would make a replay's exposition
 * differ from run to run. The package is loaded when it is first asked for, so that a replay does not wait for it.
 */
import type { MetricObjectWithValues, MetricValue, Registry } from 'prom-client';
import { ExpositionFormat, formatValue, renderHead } from './exposition.ts';
import { escapeLabelValue } from './label-space.ts';

/**
 * How often the delay of the event loop is sampled. prom-client's default of 10 ms would wake an idle probe a
 * hundred times a second.
 */
const EVENT_LOOP_SAMPLE_MS = 250;

type ForeignFamily = MetricObjectWithValues<MetricValue<string>>;

export class ProcessMetrics {
  private registry: Registry | undefined;

  /** Starts measuring. */
  async start(): Promise<void> {
    const { collectDefaultMetrics, Registry: PromRegistry } = await import('prom-client');
    const registry = new PromRegistry();
    collectDefaultMetrics({
      register: registry,
      eventLoopMonitoringPrecision: EVENT_LOOP_SAMPLE_MS,
    });
    this.registry = registry;
  }

  /** The families' text to append to an exposition; empty before `start`. */
  async render(format: ExpositionFormat): Promise<string> {
    if (this.registry === undefined) return '';
    const families = await this.registry.getMetricsAsJSON();
    const separator = format === ExpositionFormat.CLASSIC ? '\n' : '';
    return families.map((family) => separator + renderForeign(family, format)).join('');
  }
}

function renderForeign(family: ForeignFamily, format: ExpositionFormat): string {
  // prom-client's types call this a number, its values are the words of the exposition.
  const type = String(family.type);
  let text = `${renderHead(family.name, family.help, type, format)}\n`;
  for (const sample of family.values) {
    const labels = Object.entries(sample.labels).map(
      ([label, value]) => `${label}="${escapeLabelValue(String(value))}"`,
    );
    const name = sampleName(sample) ?? family.name;
    const braces = labels.length === 0 ? '' : `{${labels.join(',')}}`;
    text += `${name}${braces} ${formatValue(sample.value)}\n`;
  }
  return text;
}

/** Samples of histograms are named for their part, which the types leave out. */
function sampleName(sample: MetricValue<string>): string | undefined {
  return 'metricName' in sample && typeof sample.metricName === 'string'
    ? sample.metricName
    : undefined;
}
