import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BatchBuilder } from '../../../src/capture/batch-builder.ts';
import { RoundRewriter } from '../../../src/capture/round-rewriter.ts';
import { text } from '../../helpers/capture-file.ts';

const batch = new BatchBuilder();
const rewriter = new RoundRewriter();

/** The packet as it is in a round. */
function rewritten(packet: string, round: number): string {
  batch.begin(Uint8Array.from(text(packet)));
  batch.offset[0] = 0;
  batch.caplen[0] = packet.length;
  batch.count = 1;
  rewriter.rewrite(batch, round);
  return Buffer.from(batch.block).toString('latin1');
}

const invite = [
  'INVITE sip:bob@b.example;tag=not-me SIP/2.0',
  'Via: SIP/2.0/UDP p.example;branch=z9hG4bK-proxy-77;rport, SIP/2.0/UDP a.example:5062;branch=z9hG4bKabc1',
  ' ;received=10.0.0.1',
  'v : SIP/2.0/UDP c.example ; BRANCH = 12ab',
  'From: "A; tag=quoted" <sip:alice@a.example;tag=uri>;tag=From123',
  't: <sip:bob@b.example>',
  'CALL-ID: 4711-aB@host-1.example',
  'CSeq: 1 INVITE',
  'Contact: <sip:alice@a.example>;tag=other',
  'Content-Length: 36',
  '',
  'Call-ID: in-the-body',
  'a=;branch=body;tag=b',
].join('\r\n');

const response = [
  'SIP/2.0 200 OK',
  'Via: SIP/2.0/UDP p.example;branch=z9hG4bK-proxy-77;rport=5060',
  'From: <sip:alice@a.example>;tag=From123',
  'To: sip:bob@b.example;tag=To9',
  'i: 4711-aB@host-1.example',
  'CSeq: 1 INVITE',
  '',
  '',
].join('\r\n');

describe('RoundRewriter', () => {
  it('changes branches, Call-ID and tags, and nothing else', () => {
    const changed = rewritten(invite, 1);
    const pattern = [
      'INVITE sip:bob@b\\.example;tag=not-me SIP/2\\.0',
      'Via: SIP/2\\.0/UDP p\\.example;branch=z9hG4bK-(\\w{5}-\\w\\w);rport, SIP/2\\.0/UDP a\\.example:5062;branch=z9hG4bK(\\w{4})',
      ' ;received=10\\.0\\.0\\.1',
      'v : SIP/2\\.0/UDP c\\.example ; BRANCH = (\\w{4})',
      'From: "A; tag=quoted" <sip:alice@a\\.example;tag=uri>;tag=(\\w{7})',
      't: <sip:bob@b\\.example>',
      'CALL-ID: (\\w{4}-\\w\\w@\\w{4}-\\w\\.\\w{7})',
    ];
    const match = new RegExp(`^${pattern.join('\r\n')}\r\n`).exec(changed);
    const [head, ...values] = match ?? [''];
    assert.equal(changed.slice(head.length), invite.slice(head.length));
    const before = ['proxy-77', 'abc1', '12ab', 'From123', '4711-aB@host-1.example'];
    assert.equal(values.length, before.length);
    for (const [i, value] of before.entries()) assert.notEqual(values[i], value);
  });

  it('changes a value the same way in every message of a round', () => {
    for (const round of [1, 2, 61, 62, 63, 5000]) {
      const request = rewritten(invite, round);
      const answer = rewritten(response, round);
      const tag = /From: <[^>]*>;tag=(\w+)/.exec(answer)?.[1] ?? 'none';
      const callId = /i: (\S+)/.exec(answer)?.[1] ?? 'none';
      const branch = /branch=([^;]+)/.exec(answer)?.[1] ?? 'none';
      assert.ok(request.includes(`;tag=${tag}\r\n`));
      assert.ok(request.includes(`CALL-ID: ${callId}\r\n`));
      assert.ok(request.includes(`branch=${branch};rport,`));
      assert.doesNotMatch(answer, /tag=To9|4711-aB|From123/);
    }
  });

  it('gives other values in each round', () => {
    const seen = new Set<string>();
    for (let round = 0; round < 3000; round += 1) {
      seen.add(round === 0 ? response : rewritten(response, round));
    }
    assert.equal(seen.size, 3000);
  });

  it('keeps different values different', () => {
    const seen = new Set<string>();
    for (let i = 0; i < 2000; i += 1) {
      seen.add(rewritten(`SIP/2.0 200 OK\r\nCall-ID: ${i}-4711@10.0.0.1\r\n\r\n`, 17));
    }
    assert.equal(seen.size, 2000);
  });

  it('never gives a value of another call in another round', () => {
    const seen = new Set<string>();
    for (let round = 0; round < 50; round += 1) {
      for (let call = 0; call < 200; call += 1) {
        const message = `SIP/2.0 200 OK\r\nCall-ID: ${call}-4711@10.0.0.1\r\n\r\n`;
        seen.add(round === 0 ? message : rewritten(message, round));
      }
    }
    assert.equal(seen.size, 50 * 200);
  });

  it('finds messages behind other headers, and several in one packet', () => {
    const wrapped = `\u0001\u0002SSIP/2.0${'\0'.repeat(40)}${response}\r\n\r\n${response}`;
    const changed = rewritten(wrapped, 3);
    assert.equal(changed.length, wrapped.length);
    assert.ok(changed.startsWith(wrapped.slice(0, 50)));
    const answer = rewritten(response, 3);
    assert.equal(changed.split(answer).length, 3);
  });

  it('reads messages with bare LF, and cut in any place', () => {
    const lines = response.replaceAll('\r\n', '\n');
    assert.equal(rewritten(lines, 4), rewritten(response, 4).replaceAll('\r\n', '\n'));
    for (let length = 0; length <= invite.length; length += 1) {
      assert.equal(rewritten(invite.slice(0, length), 9).length, length);
    }
  });

  it('reads headers that are folded in any place', () => {
    const folded = [
      'OPTIONS sip:a SIP/2.0',
      'v:  SIP  / 2.0  / TCP     a.example   ;',
      '  branch  =',
      '\tz9hG4bK9ikj8  ,',
      ' SIP  /    2.0   / UDP  b.example   ; branch= z9hG4bK30239',
      'Call-ID:',
      ' abc',
      '',
      '',
    ].join('\r\n');
    const changed = rewritten(folded, 1);
    assert.match(changed, /branch {2}=\r\n\tz9hG4bK\w{5} {2},/);
    for (const value of ['9ikj8', '30239', 'abc']) assert.ok(!changed.includes(value), value);
  });

  it('leaves packets without SIP alone', () => {
    const packet = 'GET / HTTP/1.1\r\nCall-ID: x\r\nVia: SIP/2.0/UDP a;branch=b\r\n\r\n';
    assert.equal(rewritten(packet, 1), packet);
  });
});
