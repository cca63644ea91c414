/**
 * The kinds of conversation of the load: answered, rejected, cancelled, challenged, registered, retransmitted,
 * proxied, over TCP, with a large SDP; from many peers. Seeded: the same load, and ledger, in every run.
 */
import { SeededRandom } from '../seeded-random.ts';
import { LOCAL, LOCAL_ADDRESS, LoadDialog, type LoadPacket, sdpText } from './load-dialog.ts';
import { type LoadEnd, tcpFrame, udpFrame } from './load-frames.ts';
import { LoadLedger } from './load-ledger.ts';

const PEERS = 200;
const FAR = 0x0a010000;
/** Where the local side sends what it forwards. */
const NEXT_HOP: LoadEnd = { address: 0x0a020001, port: 5060 };
const SDP = sdpText(8);
const LARGE_SDP = sdpText(120);
const PSH_ACK = 0x18;
const SYN = 2;
const FIN_ACK = 0x11;

export type Story = (dialog: LoadDialog) => void;

function ringing(dialog: LoadDialog, cseq: number, branch: string, body: string): void {
  dialog.request('INVITE', cseq, branch, { body: body });
  dialog.wait(1);
  dialog.response(100, 'INVITE', cseq, branch);
  dialog.wait(20);
  dialog.response(180, 'INVITE', cseq, branch);
  dialog.wait(30);
}

function answeredFrom(dialog: LoadDialog, cseq: number, branch: string, body: string): void {
  dialog.response(200, 'INVITE', cseq, branch, { body: body });
  dialog.result(200);
  dialog.wait(5);
  dialog.request('ACK', cseq, `${branch}a`, { tagged: true });
  dialog.wait(300);
  dialog.request('BYE', cseq + 1, `${branch}b`, { tagged: true });
  dialog.wait(2);
  dialog.response(200, 'BYE', cseq + 1, `${branch}b`);
}

function answeredWith(body: string): Story {
  return (dialog) => {
    ringing(dialog, 1, 'i', body);
    answeredFrom(dialog, 1, 'i', body);
  };
}

export const answered: Story = answeredWith(SDP);

function rejected(dialog: LoadDialog): void {
  ringing(dialog, 1, 'i', SDP);
  dialog.response(486, 'INVITE', 1, 'i');
  dialog.result(486);
  dialog.wait(3);
  dialog.request('ACK', 1, 'i', { tagged: true });
}

function cancelled(dialog: LoadDialog): void {
  ringing(dialog, 1, 'i', SDP);
  dialog.request('CANCEL', 1, 'i');
  dialog.response(200, 'CANCEL', 1, 'i');
  dialog.wait(1);
  dialog.response(487, 'INVITE', 1, 'i');
  dialog.result('cancelled');
  dialog.wait(3);
  dialog.request('ACK', 1, 'i', { tagged: true });
}

function challenged(dialog: LoadDialog): void {
  dialog.request('INVITE', 1, 'c', { body: SDP });
  dialog.wait(1);
  dialog.response(407, 'INVITE', 1, 'c');
  dialog.wait(1);
  dialog.request('ACK', 1, 'c', { tagged: true });
  ringing(dialog, 2, 'i', SDP);
  answeredFrom(dialog, 2, 'i', SDP);
}

function registered(dialog: LoadDialog): void {
  dialog.request('REGISTER', 1, 'r');
  dialog.wait(2);
  dialog.response(401, 'REGISTER', 1, 'r');
  dialog.wait(10);
  dialog.request('REGISTER', 2, 's');
  dialog.wait(2);
  dialog.response(200, 'REGISTER', 2, 's');
}

export function retransmitted(dialog: LoadDialog): void {
  dialog.request('INVITE', 1, 'i', { body: SDP });
  dialog.wait(500);
  dialog.request('INVITE', 1, 'i', { body: SDP, repeated: true });
  dialog.wait(10);
  dialog.response(180, 'INVITE', 1, 'i');
  dialog.wait(500);
  dialog.response(180, 'INVITE', 1, 'i', { repeated: true });
  dialog.wait(10);
  dialog.response(200, 'INVITE', 1, 'i', { body: SDP });
  dialog.result(200);
  dialog.wait(500);
  dialog.response(200, 'INVITE', 1, 'i', { body: SDP, repeated: true });
  dialog.request('ACK', 1, 'a', { tagged: true });
  dialog.wait(10);
  dialog.request('ACK', 1, 'a', { tagged: true, repeated: true });
  dialog.request('BYE', 2, 'b', { tagged: true });
  dialog.wait(10);
  dialog.response(200, 'BYE', 2, 'b');
}

/** A call that the local side sends on: each message twice, once with its Via on top. */
function proxied(dialog: LoadDialog, ledger: LoadLedger): void {
  const inner = new LoadDialog(dialog.far, dialog.id, dialog.timeUs, new LoadLedger());
  answered(inner);
  for (const [i, { timeUs, frame }] of inner.packets.entries()) {
    const text = Buffer.from(frame.subarray(42)).toString('latin1');
    const own = `Via: SIP/2.0/UDP ${LOCAL_ADDRESS}:5060;branch=z9hG4bK-p${i < 4 ? 0 : i < 5 ? 1 : 2}\r\n`;
    const longer = text.replace('\r\n', `\r\n${own.replace('-p', `-p${dialog.id}-`)}`);
    const request = !text.startsWith('SIP/');
    const first = { timeUs, frame };
    const second = {
      timeUs: timeUs + (request ? 200 : -200),
      frame: request ? udpFrame(LOCAL, NEXT_HOP, longer) : udpFrame(NEXT_HOP, LOCAL, longer),
    };
    dialog.packets.push(...(request ? [first, second] : [second, first]));
    ledger.messages += 2;
    const method = /CSeq: \d+ (\w+)/.exec(text)?.[1] ?? '';
    if (request) {
      ledger.add(`drachtio_sip_requests_in_total{method="${method}"}`);
      ledger.add(`drachtio_sip_requests_out_total{method="${method}"}`);
    } else {
      const labels = `{method="${method}",code="${text.slice(8, 11)}"}`;
      ledger.add(`drachtio_sip_responses_in_total${labels}`);
      ledger.add(`drachtio_sip_responses_out_total${labels}`);
    }
  }
  for (const direction of ['in', 'out']) {
    ledger.add(`sip_session_results_total{direction="${direction}",peer="other",code="200"}`);
  }
}

/** A ping over a connection of its own, its request in two segments. */
function overTcp(dialog: LoadDialog, ledger: LoadLedger): void {
  const far = { address: dialog.far.address, port: 10_000 + (dialog.id % 50_000) };
  const text = (startLine: string, tag: string): string =>
    dialog.text(startLine, '1 OPTIONS', { branch: 'o', tag, body: '' }).replace('/UDP', '/TCP');
  const request = text(`OPTIONS sip:service@${LOCAL_ADDRESS} SIP/2.0`, '');
  const response = text('SIP/2.0 200 OK', `;tag=t${dialog.id}`);
  const half = request.length >> 1;
  const send = (
    from: LoadEnd,
    to: LoadEnd,
    sequence: number,
    flags: number,
    part: string,
  ): void => {
    dialog.packets.push({
      timeUs: dialog.timeUs,
      frame: tcpFrame(from, to, { sequence, flags, text: part }),
    });
    dialog.wait(1);
  };
  send(far, LOCAL, 999, SYN, '');
  send(LOCAL, far, 4999, SYN | 0x10, '');
  send(far, LOCAL, 1000, PSH_ACK, request.slice(0, half));
  send(far, LOCAL, 1000 + half, PSH_ACK, request.slice(half));
  send(LOCAL, far, 5000, PSH_ACK, response);
  send(far, LOCAL, 1000 + request.length, FIN_ACK, '');
  send(LOCAL, far, 5000 + response.length, FIN_ACK, '');
  ledger.messages += 2;
  ledger.add('drachtio_sip_requests_in_total{method="OPTIONS"}');
  ledger.add('drachtio_sip_responses_out_total{method="OPTIONS",code="200"}');
}

type LedgerStory = (dialog: LoadDialog, ledger: LoadLedger) => void;

/** In parts of a hundred. */
const MIX: readonly (readonly [number, LedgerStory])[] = [
  [36, answered],
  [4, answeredWith(LARGE_SDP)],
  [10, rejected],
  [8, cancelled],
  [8, challenged],
  [14, registered],
  [8, retransmitted],
  [6, proxied],
  [6, overTcp],
];

/** Conversations begin so far apart: packets of up to a few seconds' worth are sorted at once. */
const GROUP = 64;

export interface Load {
  readonly ledger: LoadLedger;
  /** Packets in order of time, in groups. */
  readonly groups: Generator<readonly LoadPacket[]>;
}

/** `conversations` of them, a group of 64 every `groupEveryUs`, from `startUs` on. */
export function makeLoad(
  conversations: number,
  seed: number,
  groupEveryUs: number,
  startUs = 1.7e15,
): Load {
  const ledger = new LoadLedger();
  return {
    ledger,
    groups: groupsOf(conversations, new SeededRandom(seed), ledger, groupEveryUs, startUs),
  };
}

function* groupsOf(
  conversations: number,
  random: SeededRandom,
  ledger: LoadLedger,
  groupEveryUs: number,
  startUs: number,
): Generator<readonly LoadPacket[]> {
  for (let first = 0; first < conversations; first += GROUP) {
    const packets: LoadPacket[] = [];
    const timeUs = startUs + Math.floor(first / GROUP) * groupEveryUs;
    for (let id = first; id < Math.min(conversations, first + GROUP); id++) {
      const far = { address: FAR + random.integer(1, PEERS), port: 5060 };
      const dialog = new LoadDialog(far, id, timeUs + random.integer(0, 20_000), ledger);
      pickStory(random.integer(0, 99))(dialog, ledger);
      packets.push(...dialog.packets);
    }
    yield packets.sort((a, b) => a.timeUs - b.timeUs);
  }
}

function pickStory(part: number): LedgerStory {
  let sum = 0;
  for (const [parts, story] of MIX) {
    sum += parts;
    if (part < sum) return story;
  }
  return answered;
}
