import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acceptsGzip, negotiateFormat } from '../../../src/http/accept.ts';

test('Prometheus 2 and 3 get OpenMetrics, as their preferences say', () => {
  for (const accept of [
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1',
    'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0.1',
    'Application/OpenMetrics-Text ; Version=1.0.0',
    'text/plain, application/openmetrics-text',
  ]) {
    assert.equal(negotiateFormat(accept), 'openmetrics', accept);
  }
});

test('everybody else gets the classic text', () => {
  for (const accept of [
    undefined,
    '',
    '*/*',
    'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
    'application/openmetrics-text;version=1.0.0;q=0.2,text/plain;q=0.9',
    'application/openmetrics-text;q=0,*/*;q=0.1',
    'application/openmetrics-text;version=0.0.1',
    'application/openmetrics-text;q=nonsense',
    'application/json',
    `${'x/y,'.repeat(32)}application/openmetrics-text`,
  ]) {
    assert.equal(negotiateFormat(accept), 'classic', accept);
  }
});

test('gzip is used when it is named and not refused', () => {
  for (const header of ['gzip', 'deflate, GZIP;q=0.5', 'br, x-gzip', '*', '*;q=0.1']) {
    assert.equal(acceptsGzip(header), true, header);
  }
  for (const header of [undefined, '', 'br', 'gzip;q=0', '*, gzip;q=0', '*;q=0', 'identity']) {
    assert.equal(acceptsGzip(header), false, header);
  }
});
