import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type CaptureFacts,
  type Finding,
  trafficFindings,
} from '../../../src/diagnosis/findings.ts';
import { TrafficSurvey } from '../../../src/diagnosis/traffic-survey.ts';

const FACTS: CaptureFacts = {
  seconds: 10,
  sipPorts: [
    { first: 5060, last: 5061 },
    { first: 5080, last: 5080 },
  ],
  filtered: false,
  snaplen: 9216,
  droppedByKernel: 0,
  droppedByInterface: 0,
  clockOffsetSeconds: 0.02,
  local: ['192.0.2.1'],
};

type Mutable = { -readonly [key in keyof TrafficSurvey]: TrafficSurvey[key] };

/** A survey of a healthy host: 100 messages on 5060, both ways. */
function healthy(change: (survey: Mutable) => void = () => undefined): TrafficSurvey {
  const survey = new TrafficSurvey([], new Set());
  survey.packets = 120;
  survey.sipMessages = 100;
  survey.sipPorts.set(5060, 100);
  survey.addresses.set('192.0.2.1', { sent: 50, received: 50 });
  survey.addresses.set('198.51.100.9', { sent: 50, received: 50 });
  change(survey);
  return survey;
}

function problems(findings: readonly Finding[]): readonly string[] {
  return findings.filter((finding) => finding.grade === 'problem').map((finding) => finding.text);
}

function only(
  survey: TrafficSurvey,
  facts: Partial<CaptureFacts>,
  text: RegExp,
  advice: RegExp,
): void {
  const findings = trafficFindings(survey, { ...FACTS, ...facts });
  const found = findings.filter((finding) => finding.grade !== 'ok');
  assert.equal(found.length, 1, JSON.stringify(found));
  assert.match(found[0]?.text ?? '', text);
  assert.match(found[0]?.advice ?? '', advice);
}

describe('what a survey means', () => {
  it('finds nothing wrong with a healthy host', () => {
    const findings = trafficFindings(healthy(), FACTS);
    assert.deepEqual(
      findings.map((finding) => finding.grade),
      Array(findings.length).fill('ok'),
    );
    assert.match(findings[0]?.text ?? '', /120 packets in 10 s, 100 of them SIP/);
  });

  it('says that nothing came at all', () => {
    const silent = new TrafficSurvey([], new Set());
    only(silent, {}, /no packet in 10 s/, /interface the traffic takes/);
    only(silent, { filtered: true }, /no packet/, /without --filter/);
  });

  it('says that there is traffic but no SIP, and that there is only TLS', () => {
    const quiet = new TrafficSurvey([], new Set());
    quiet.packets = 500;
    only(quiet, {}, /500 packets in 10 s, 0 of them SIP/, /Place a call/);
    quiet.tlsRecords = 40;
    only(quiet, {}, /40 carry TLS, which cannot be read/, /HEP/);
  });

  it('notes TLS beside readable SIP', () => {
    only(
      healthy((survey) => {
        survey.tlsRecords = 3;
      }),
      {},
      /3 packets carry SIP over TLS/,
      /HEP/,
    );
  });

  it('names ports that a live capture would leave out, and the flag that lets them in', () => {
    const some = healthy((survey) => {
      survey.sipPorts.set(5090, 7);
    });
    only(some, {}, /leave out SIP on port 5090 \(7\)/, /--sip-port 5060-5061,5080,5090$/);
    const all = healthy((survey) => {
      survey.sipPorts.clear();
      survey.sipPorts.set(6000, 100);
    });
    assert.deepEqual(problems(trafficFindings(all, FACTS)), [
      'live capture would leave out SIP on port 6000 (100)',
    ]);
  });

  it('guesses the local side when most traffic is foreign', () => {
    const mirrored = healthy((survey) => {
      survey.foreign = 90;
    });
    only(
      mirrored,
      { local: ['10.0.0.1'] },
      /90 of 100 messages are between other hosts/,
      /--local 192\.0\.2\.1/,
    );
  });

  it('sees that one direction is missing', () => {
    const oneWay = healthy((survey) => {
      survey.addresses.set('192.0.2.1', { sent: 1, received: 99 });
    });
    only(oneWay, {}, /almost nothing that 192\.0\.2\.1 sends/, /both directions/);
  });

  it('sees that fragments are kept away', () => {
    const cut = healthy((survey) => {
      survey.firstFragments = 4;
    });
    only(cut, { filtered: true }, /4 datagrams are fragmented/, /The filter keeps/);
    only(cut, {}, /only their first fragments/, /filters by port/);
    assert.deepEqual(
      problems(
        trafficFindings(
          healthy((survey) => {
            survey.firstFragments = 4;
            survey.laterFragments = 4;
          }),
          FACTS,
        ),
      ),
      [],
    );
  });

  it('sees truncation, copies and drops', () => {
    only(
      healthy((survey) => {
        survey.sipTruncated = 5;
      }),
      {},
      /longer than the snaplen of 9216/,
      /--snaplen/,
    );
    only(
      healthy((survey) => {
        survey.duplicates = 5;
      }),
      {},
      /5 packets are copies/,
      /--dedup-window/,
    );
    only(healthy(), { droppedByKernel: 9, filtered: true }, /kernel dropped 9/, /--buffer-size/);
    only(healthy(), { droppedByKernel: 9 }, /kernel dropped 9/, /filter of a real run/);
    only(healthy(), { droppedByInterface: 9 }, /driver dropped 9/, /ethtool/);
  });

  it('sees that the clocks differ', () => {
    only(
      healthy(),
      { clockOffsetSeconds: 3600 },
      /stamped 3600\.0 s behind the host/,
      /timedatectl/,
    );
    only(healthy(), { clockOffsetSeconds: -5 }, /stamped 5\.0 s ahead of/, /timedatectl/);
  });
});
