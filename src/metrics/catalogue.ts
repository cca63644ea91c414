/**
 * Every family that sipgauge exposes, as data, in the order of exposition. A family that is not here does not
 * exist; docs/METRICS.md is held against this list by a test.
 */
import { DRACHTIO_FAMILIES } from './catalogue-drachtio.ts';
import { PROBE_FAMILIES } from './catalogue-probe.ts';
import { SIP_FAMILIES } from './catalogue-sip.ts';
import type { FamilyDefinition } from './family-definition.ts';

export const CATALOGUE: readonly FamilyDefinition[] = [
  ...DRACHTIO_FAMILIES,
  ...SIP_FAMILIES,
  ...PROBE_FAMILIES,
];
