import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { FileSource } from '../../../src/capture/file-source.ts';
import { PacketFate } from '../../../src/decode/packet-fate.ts';
import { TrafficSurvey } from '../../../src/diagnosis/traffic-survey.ts';
import { sharedRoot } from '../../helpers/paths.ts';

const skip = sharedRoot === undefined ? 'the captures beside the checkout are not there' : false;

function sourceOf(name: string): FileSource {
  return new FileSource({
    path: join(sharedRoot ?? '', 'corpus', 'made', name),
    warn: () => undefined,
  });
}

async function surveyOf(
  name: string,
  local: readonly string[] = [],
  tls: number[] = [],
): Promise<TrafficSurvey> {
  const survey = new TrafficSurvey(local, new Set(tls));
  const source = sourceOf(name);
  await source.open();
  for (let batch = await source.next(); batch !== undefined; batch = await source.next())
    survey.add(batch);
  await source.close();
  return survey;
}

describe('a survey of traffic', { skip }, () => {
  it('counts SIP by the port of whoever is asked', async () => {
    const survey = await surveyOf('full_call.pcap');
    assert.ok(survey.sipMessages > 0);
    const counted = [...survey.sipPorts.values()].reduce((sum, count) => sum + count, 0);
    assert.equal(counted, survey.sipMessages);
    const totals = [...survey.addresses.values()];
    const sent = totals.reduce((sum, count) => sum + count.sent, 0);
    assert.equal(sent, survey.sipMessages);
  });

  it('tells first fragments from later ones', async () => {
    const survey = await surveyOf('frag_c_inorder.pcap');
    assert.ok(survey.firstFragments > 0);
    assert.ok(survey.laterFragments >= survey.firstFragments);
  });

  it('sees copies that came another way, and counts their messages once', async () => {
    const once = await surveyOf('full_call.pcap');
    const survey = new TrafficSurvey([], new Set());
    const source = sourceOf('full_call.pcap');
    await source.open();
    const batch = await source.next();
    assert.ok(batch !== undefined);
    survey.add(batch);
    survey.add({ ...batch, interfaceIndex: new Uint16Array(batch.count).fill(1) });
    await source.close();
    assert.equal(survey.duplicates, once.fates[PacketFate.DELIVERED]);
    assert.equal(survey.sipMessages, once.sipMessages);
  });

  it('looks into tunnels', async () => {
    const survey = await surveyOf('enc_vxlan_synth.pcap');
    assert.equal(survey.sipPacketsInTunnels, survey.sipMessages);
    assert.ok(survey.sipMessages > 0);
  });

  it('sees messages that the snaplen cut', async () => {
    const survey = await surveyOf('snap96.pcap');
    assert.ok(survey.sipTruncated > 0);
  });

  it('counts as foreign what the local side has no part in', async () => {
    const whole = await surveyOf('full_call.pcap', ['203.0.113.77']);
    assert.equal(whole.foreign, whole.sipMessages);
    const [address = ''] = [...whole.addresses.keys()];
    assert.equal((await surveyOf('full_call.pcap', [address])).foreign, 0);
  });
});
