/** The keys of RFC 3261 17.1.3 and 17.2.3, and of METRICS.md's rows, as strings. */
import type { ReadSip } from './read-sip.ts';
import type { Seen } from './rows.ts';

/** What a response repeats of the request whose Via at `index` it is. */
export function transactionKey(sip: ReadSip, index: number, method: string): string {
  const via = sip.vias[index];
  const branch = via?.branch ?? '';
  const key = [via?.sentBy, branch, sip.callId, sip.cseq, method].join('|');
  if (hasCookie(branch)) return key;
  // With neither branch nor tag only a Call-ID is left: no response is known to be its own.
  const alone = branch === '' && sip.fromTag === undefined;
  return alone ? `${key}|${sip.status === undefined}` : `${key}|${sip.fromTag}`;
}

/** What a retransmitted request repeats besides its key. */
export function requestIdentity({ sip, from, to }: Seen): string {
  const cookie = hasCookie(sip.vias[0]?.branch ?? '');
  const tag = sip.method === 'ACK' || !cookie ? (sip.toTag ?? '') : '';
  return [from, to, tag, cookie ? '' : sip.uri].join('|');
}

export function responseIdentity(sip: ReadSip): string {
  return [sip.status, sip.toTag, sip.rseq].join('|');
}

function hasCookie(branch: string): boolean {
  return branch.toLowerCase().startsWith('z9hg4bk') && branch.length > 7;
}
