/** Messages found on streams in the shared captures, against what is known to be in them. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { sharedRoot } from '../helpers/paths.ts';
import { readPcap } from '../helpers/read-pcap.ts';
import { StreamRun } from '../helpers/stream-run.ts';

/** Captures whose SIP goes by streams alone. */
const captures: readonly string[] = [
  'corpus/made/tcp_big.pcap',
  'corpus/made/tcp_c_body_looks_like_sip.pcap',
  'corpus/made/tcp_c_chunks_1.pcap',
  'corpus/made/tcp_c_chunks_7.pcap',
  'corpus/made/tcp_c_chunks_100.pcap',
  'corpus/made/tcp_c_gap.pcap',
  'corpus/made/tcp_c_huge_1M.pcap',
  'corpus/made/tcp_c_keepalive.pcap',
  'corpus/made/tcp_c_many_per_segment.pcap',
  'corpus/made/tcp_c_no_content_length.pcap',
  'corpus/made/tcp_c_ooo.pcap',
  'corpus/made/tcp_c_pipelined_port_nonstd.pcap',
  'corpus/made/tcp_c_port_reuse.pcap',
  'corpus/made/tcp_c_retrans_overlap.pcap',
  'corpus/made/tcp_c_rst_mid.pcap',
  'corpus/made/tcp_t1.pcap',
  'corpus/made/tcp_tn.pcap',
  'corpus/made/ws_jssip_deflate_offer.pcap',
  'corpus/made/ws_jssip_kamailio.pcap',
  'corpus/made/ws_raw_cont.pcap',
  'corpus/made/ws_raw_plain.pcap',
  'corpus/made/ws_raw_split.pcap',
  'corpus/real/goffinet__SIP-Call-Flow-Over-TCP.pcap',
  'corpus/real/heplify__sip_ipv4_tcp_fragmented.pcap',
  'corpus/real/heplify__sip_sctp.pcap',
  'corpus/real/sngrep__ipip.pcap',
  'corpus/real/suricata__sip-method-tcp_sip-tcp.pcap',
  'corpus/real/suricata__sip-tcp-method_sip-tcp.pcap',
  'corpus/real/suricata__sip-tcp-pattern-matching_sip.pcap',
  'oracle/tcp_framing.pcap',
  'oracle/tcp_in.pcap',
  'oracle/reg_tcp.pcap',
];

function expectedMessages(root: string, capture: string): number {
  const name = basename(capture);
  const exceptions = JSON.parse(readFileSync(join(root, 'corpus/exceptions.json'), 'utf8'));
  if (exceptions[name] !== undefined) return exceptions[name].messages;
  const area = capture.startsWith('oracle') ? 'oracle' : 'corpus';
  return JSON.parse(readFileSync(join(root, area, 'expected', `${name}.json`), 'utf8')).messages;
}

for (const capture of captures) {
  const skip = sharedRoot === undefined && 'the shared captures are not here';
  test(`${capture}: every message on a stream is found, and no other`, { skip }, () => {
    const root = sharedRoot ?? '';
    const run = new StreamRun();
    assert.ok(existsSync(join(root, capture)));
    for (const packet of readPcap(join(root, capture))) run.push(packet);
    assert.equal(run.messages.length, expectedMessages(root, capture));
  });
}
