/** Numbers as a reader wants them: few digits, units, and scales whose lines are at round values. */

/** 1234567 → `1.23 M`; below a thousand up to three significant digits. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size >= 1e9) return `${digits(value / 1e9)} G`;
  if (size >= 1e6) return `${digits(value / 1e6)} M`;
  if (size >= 1e4) return `${digits(value / 1e3)} k`;
  return digits(value);
}

/** A count in full, with thin spaces between thousands. */
export function formatCount(value: number): string {
  if (!Number.isFinite(value)) return '–';
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** `1 packet`, `2 packets`. */
export function formatPlural(value: number, one: string, many: string = `${one}s`): string {
  return `${formatCount(value)} ${value === 1 ? one : many}`;
}

/** A rate as `12.5/s`; nothing is `0`. */
export function formatRate(perSecond: number): string {
  if (perSecond === 0) return '0';
  return Number.isFinite(perSecond) ? `${formatNumber(perSecond)}/s` : '–';
}

/** Seconds as `120 ms`, `2.5 s`, `3 min`. */
export function formatSeconds(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–';
  if (seconds === 0) return '0';
  if (seconds < 1) return `${digits(seconds * 1000)} ms`;
  if (seconds < 120) return `${digits(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${digits(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} days`;
}

export function formatRatio(ratio: number): string {
  if (!Number.isFinite(ratio)) return '–';
  const percent = ratio * 100;
  return `${Number(percent.toFixed(percent < 1 ? 2 : 1))} %`;
}

/** Time of day, of the reader's clock. */
export function formatTime(epochSeconds: number): string {
  const date = new Date(epochSeconds * 1000);
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}

function digits(value: number): string {
  const size = Math.abs(value);
  if (size >= 1000) return formatCount(value);
  const decimals = size >= 100 ? 0 : size >= 10 ? 1 : 2;
  return String(Number(value.toFixed(decimals)));
}

/** The top of a scale that holds `largest`, and the round values at which it has lines, 0 first. */
export function scaleTicks(largest: number): number[] {
  const top = largest > 0 && Number.isFinite(largest) ? largest : 1;
  const rough = top / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((n) => n * power).find((n) => n >= rough) ?? rough;
  const ticks: number[] = [];
  // At most six lines: the step is at least a quarter of the top.
  for (let n = 0; n <= Math.ceil(top / step - 1e-9); n++)
    ticks.push(Number((n * step).toPrecision(6)));
  return ticks;
}

/** For text that goes into markup. */
export function escapeMarkup(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
