/**
 * What a client accepts (RFC 9110 12.5): the format of an exposition by Accept, gzip by Accept-Encoding. A header
 * that asks for nothing we have gets the classic text, as Prometheus' own exporters do.
 */

/** The formats an exposition can have, and the Content-Type of each. */
export type MetricsFormat = 'classic' | 'openmetrics';

export const CONTENT_TYPES: Readonly<Record<MetricsFormat, string>> = {
  classic: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** Elements of a header that are looked at; further ones are ignored. */
const ELEMENTS_MAX = 32;

interface Element {
  /** Lower case. */
  readonly value: string;
  readonly parameters: ReadonlyMap<string, string>;
  /** 0 to 1. */
  readonly quality: number;
}

export function negotiateFormat(accept: string | undefined): MetricsFormat {
  let classic = 0;
  let openMetrics = 0;
  for (const element of elementsOf(accept)) {
    if (isOpenMetrics(element)) openMetrics = Math.max(openMetrics, element.quality);
    else if (isClassic(element)) classic = Math.max(classic, element.quality);
  }
  return openMetrics > 0 && openMetrics >= classic ? 'openmetrics' : 'classic';
}

function isOpenMetrics({ value, parameters }: Element): boolean {
  return value === 'application/openmetrics-text' && versionFits(parameters, '1.0.0');
}

function isClassic({ value, parameters }: Element): boolean {
  if (value === 'text/plain') return versionFits(parameters, '0.0.4');
  return value === 'text/*' || value === '*/*';
}

function versionFits(parameters: ReadonlyMap<string, string>, ours: string): boolean {
  const version = parameters.get('version');
  return version === undefined || version === ours;
}

export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  let wildcard = false;
  for (const { value, quality } of elementsOf(acceptEncoding)) {
    if (value === 'gzip' || value === 'x-gzip') return quality > 0;
    if (value === '*') wildcard = quality > 0;
  }
  return wildcard;
}

function elementsOf(header: string | undefined): Element[] {
  if (header === undefined) return [];
  return header.split(',', ELEMENTS_MAX).map(parseElement);
}

function parseElement(text: string): Element {
  const [value = '', ...rest] = text.split(';');
  const parameters = new Map<string, string>();
  for (const parameter of rest) {
    const equals = parameter.indexOf('=');
    if (equals < 0) continue;
    const name = parameter.slice(0, equals).trim().toLowerCase();
    parameters.set(name, parameter.slice(equals + 1).trim());
  }
  return {
    value: value.trim().toLowerCase(),
    parameters,
    quality: qualityOf(parameters.get('q')),
  };
}

function qualityOf(text: string | undefined): number {
  if (text === undefined) return 1;
  const quality = Number(text);
  return quality >= 0 && quality <= 1 ? quality : 0;
}
