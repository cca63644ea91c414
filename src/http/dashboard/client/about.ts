/** What the probe says of itself; docs/HTTP.md. */
import { escapeMarkup, formatCount, formatPlural, formatSeconds } from './numbers.ts';

export interface About {
  readonly version: string;
  /** The local side, as text. */
  readonly local: string;
  /** live, hep or replay. */
  readonly source: string;
  readonly startedSeconds: number;
  readonly interfaces: readonly InterfaceAbout[];
}

export interface InterfaceAbout {
  readonly name: string;
  readonly up: boolean;
  readonly packets: number;
  readonly dropped: number;
}

/** One line below the name: what is looked at, and where. */
export function whereText({ source, local, interfaces }: About, host: string): string {
  const names = interfaces.map(({ name }) => name).join(', ');
  const what = names === '' ? source : `${source}: ${names}`;
  return `${host} · ${what}${local === '' ? '' : ` · local side ${local}`}`;
}

export function aboutMarkup(about: About, nowSeconds: number): string {
  const interfaces = about.interfaces.map(interfaceText).join(', ');
  const facts: readonly (readonly [string, string])[] = [
    ['Version', about.version],
    ['Local side', about.local === '' ? 'not known yet' : about.local],
    ['Source', about.source],
    ['Captured', interfaces === '' ? 'nothing yet' : interfaces],
    ['Started', startedText(about.startedSeconds, nowSeconds)],
  ];
  return facts
    .map(([term, text]) => `<div><dt>${term}</dt><dd>${escapeMarkup(text)}</dd></div>`)
    .join('');
}

function startedText(startedSeconds: number, nowSeconds: number): string {
  if (startedSeconds <= 0) return 'not yet';
  const time = new Date(startedSeconds * 1000).toISOString().replace('T', ' ').slice(0, 19);
  const age = nowSeconds - startedSeconds;
  return age >= 1 ? `${time} UTC, ${formatSeconds(Math.round(age))} ago` : `${time} UTC`;
}

function interfaceText({ name, up, packets, dropped }: InterfaceAbout): string {
  const lost = dropped > 0 ? `, ${formatCount(dropped)} dropped` : '';
  return `${name}${up ? '' : ' (down)'}: ${formatPlural(packets, 'packet')}${lost}`;
}
