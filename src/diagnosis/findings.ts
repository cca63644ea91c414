/**
 * What a survey of traffic means for whoever wants to measure it: sentences, each with what to do about it. Pure; the
 * facts come from cli/doctor by way of run-doctor.
 */

import { PACKET_FATE_NAMES, PacketFate } from '../decode/packet-fate.ts';
import type { AddressCount, TrafficSurvey } from './traffic-survey.ts';

/** `problem`: the probe would not work, or its numbers would be wrong. */
export type Grade = 'ok' | 'note' | 'problem';

export interface Finding {
  readonly grade: Grade;
  readonly text: string;
  /** What to do; '' when there is nothing to do. */
  readonly advice: string;
}

export interface CaptureFacts {
  readonly seconds: number;
  readonly sipPorts: readonly { readonly first: number; readonly last: number }[];
  /** The operator's own filter was in force; else everything was let in. */
  readonly filtered: boolean;
  readonly snaplen: number;
  readonly droppedByKernel: number;
  readonly droppedByInterface: number;
  /** The host's clock less the packet clock at the last look, in seconds. */
  readonly clockOffsetSeconds: number;
  /** The local side as given or as the interfaces have it; empty = guess. */
  readonly local: readonly string[];
}

const SHOWN = 5;
const CLOCK_OFFSET_SECONDS_MAX = 2;
/** Below this share of messages one direction is as good as missing. */
const ONE_WAY_SHARE = 0.02;
const MESSAGES_FOR_SHARES = 20;

export function trafficFindings(survey: TrafficSurvey, facts: CaptureFacts): readonly Finding[] {
  return [
    ...volume(survey, facts),
    ...ports(survey, facts),
    ...sides(survey, facts),
    ...completeness(survey, facts),
    ...losses(survey, facts),
    ...clocks(survey, facts),
  ];
}

function ok(text: string): Finding {
  return { grade: 'ok', text, advice: '' };
}

function volume(survey: TrafficSurvey, facts: CaptureFacts): readonly Finding[] {
  const { packets, sipMessages, tlsRecords } = survey;
  if (packets === 0) {
    const advice = facts.filtered
      ? 'Try without --filter; is this the interface the traffic takes? `sipgauge devices` lists them'
      : 'Is this the interface the traffic takes? `sipgauge devices` lists them; -i any sees all';
    return [{ grade: 'problem', text: `no packet in ${facts.seconds} s`, advice }];
  }
  const seen = `${packets} packets in ${facts.seconds} s, ${sipMessages} of them SIP`;
  if (sipMessages > 0) return [ok(seen), ...tlsNote(survey)];
  if (tlsRecords > 0) {
    const text = `${seen}; ${tlsRecords} carry TLS, which cannot be read`;
    const advice =
      'Let the server mirror its messages by HEP (sipgauge hep); handshakes and alerts are counted all the same';
    return [{ grade: 'problem', text, advice }];
  }
  const advice =
    'Place a call, or look longer (--seconds 60); for mirrored traffic check the mirror';
  return [{ grade: 'problem', text: seen, advice }];
}

function tlsNote(survey: TrafficSurvey): readonly Finding[] {
  if (survey.tlsRecords === 0) return [];
  const text = `${survey.tlsRecords} packets carry SIP over TLS, which cannot be read`;
  return [
    {
      grade: 'note',
      text,
      advice: 'Mirror those messages by HEP to count them too (sipgauge hep)',
    },
  ];
}

function ports(survey: TrafficSurvey, facts: CaptureFacts): readonly Finding[] {
  const seen = [...survey.sipPorts].sort(([, left], [, right]) => right - left);
  if (seen.length === 0) return [];
  const isCovered = (port: number) =>
    facts.sipPorts.some(({ first, last }) => port >= first && port <= last);
  const list = (rows: readonly (readonly [number, number])[]) =>
    rows
      .slice(0, SHOWN)
      .map(([port, count]) => `${port} (${count})`)
      .join(', ');
  const others = seen.filter(([port]) => !isCovered(port));
  const found = ok(`SIP on port ${list(seen)}`);
  if (others.length === 0) return [found];
  const all = [
    ...facts.sipPorts.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)),
  ];
  const more = others.slice(0, SHOWN).map(([port]) => String(port));
  const advice = `If these are servers of yours: --sip-port ${[...all, ...more].join(',')}`;
  const text = `live capture would leave out SIP on port ${list(others)}`;
  return [found, { grade: others.length === seen.length ? 'problem' : 'note', text, advice }];
}

function sides(survey: TrafficSurvey, facts: CaptureFacts): readonly Finding[] {
  const { sipMessages, foreign } = survey;
  if (sipMessages === 0) return [];
  const [busiest] = [...survey.addresses].sort(([, left], [, right]) => total(right) - total(left));
  if (busiest === undefined) return [];
  const [guess, count] = busiest;
  const findings: Finding[] = [];
  if (facts.local.length > 0 && foreign * 2 > sipMessages) {
    const text = `${foreign} of ${sipMessages} messages are between other hosts (foreign): the local side is ${facts.local.join(' ')}`;
    findings.push({
      grade: 'problem',
      text,
      advice: `For a mirrored server name it: --local ${guess}`,
    });
  } else {
    findings.push(
      ok(`most messages involve ${guess}: ${count.received} received, ${count.sent} sent`),
    );
  }
  if (
    total(count) >= MESSAGES_FOR_SHARES &&
    Math.min(count.sent, count.received) < ONE_WAY_SHARE * total(count)
  ) {
    const missing = count.sent < count.received ? 'sends' : 'receives';
    const text = `only one direction is seen: almost nothing that ${guess} ${missing}`;
    findings.push({
      grade: 'problem',
      text,
      advice: 'Mirror both directions (SPAN rx and tx), or capture on the other interface too',
    });
  }
  return findings;
}

function total(count: AddressCount): number {
  return count.sent + count.received;
}

function completeness(survey: TrafficSurvey, facts: CaptureFacts): readonly Finding[] {
  const findings: Finding[] = [];
  if (survey.firstFragments > 0 && survey.laterFragments === 0) {
    const text = `${survey.firstFragments} datagrams are fragmented, and only their first fragments get here`;
    const advice = facts.filtered
      ? 'The filter keeps the others away: add `or (ip[6:2] & 0x1fff != 0)`'
      : 'Something before the probe filters by port: let fragments through';
    findings.push({ grade: 'problem', text, advice });
  } else if (survey.laterFragments > 0) {
    findings.push(ok(`${survey.laterFragments} fragments, which are put together`));
  }
  if (survey.sipTruncated > 0) {
    const text = `${survey.sipTruncated} messages are longer than the snaplen of ${facts.snaplen} bytes`;
    findings.push({ grade: 'problem', text, advice: 'Raise it: --snaplen 65535' });
  }
  if (survey.duplicates > 0) {
    const text = `${survey.duplicates} packets are copies of others seen another way`;
    findings.push({
      grade: 'note',
      text,
      advice: 'They are dropped with several interfaces or any; else: --dedup-window 5ms',
    });
  }
  if (survey.sipPacketsInTunnels > 0)
    findings.push(ok(`${survey.sipPacketsInTunnels} messages come in tunnels`));
  const discards = [...survey.fates].map(
    (count, fate) => [PACKET_FATE_NAMES[fate] ?? '', count] as const,
  );
  const broken = discards.filter(
    ([, count], fate) =>
      count > 0 && fate >= PacketFate.LINK_TRUNCATED && UNREADABLE.includes(fate),
  );
  if (broken.length > 0) {
    const list = broken.map(([name, count]) => `${name} ${count}`).join(', ');
    findings.push({ grade: 'note', text: `packets that cannot be read: ${list}`, advice: '' });
  }
  return findings;
}

/** Reasons for a discard that an operator may do something about. */
const UNREADABLE: readonly number[] = [
  PacketFate.LINK_TRUNCATED,
  PacketFate.VLAN_DEPTH,
  PacketFate.MPLS_DEPTH,
  PacketFate.IP_TRUNCATED,
  PacketFate.IP_BAD_LENGTH,
  PacketFate.UDP_TRUNCATED,
  PacketFate.TCP_TRUNCATED,
  PacketFate.TUNNEL_DEPTH,
  PacketFate.ESP,
];

function losses(survey: TrafficSurvey, facts: CaptureFacts): readonly Finding[] {
  const { droppedByKernel, droppedByInterface } = facts;
  const findings: Finding[] = [];
  if (droppedByKernel > 0) {
    const text = `the kernel dropped ${droppedByKernel} packets for want of room`;
    // Everything was let in, far more than a probe would ask for.
    const advice = facts.filtered
      ? 'Raise --buffer-size, or give the probe more CPU'
      : 'With the filter of a real run this may not happen; else raise --buffer-size';
    findings.push({ grade: facts.filtered ? 'problem' : 'note', text, advice });
  }
  if (droppedByInterface > 0) {
    const text = `the interface or its driver dropped ${droppedByInterface} packets`;
    findings.push({
      grade: 'note',
      text,
      advice: 'Look at the ring of the card: ethtool -g, ethtool -S',
    });
  }
  return findings.length === 0 && survey.packets > 0 ? [ok('no packet was dropped')] : findings;
}

function clocks(survey: TrafficSurvey, facts: CaptureFacts): readonly Finding[] {
  if (survey.packets === 0) return [];
  const offset = facts.clockOffsetSeconds;
  if (Math.abs(offset) <= CLOCK_OFFSET_SECONDS_MAX) {
    return [
      ok(`packet clock within ${Math.max(0.001, Math.abs(offset)).toFixed(3)} s of the host's`),
    ];
  }
  const text = `packets are stamped ${Math.abs(offset).toFixed(1)} s ${offset > 0 ? 'behind' : 'ahead of'} the host's clock`;
  return [
    {
      grade: 'note',
      text,
      advice:
        'Is the clock synchronised (timedatectl), or does the card stamp by a clock of its own?',
    },
  ];
}
