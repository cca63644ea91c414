/** One conversation of the load: who talks to whom, and what each message looks like. */
import { type LoadEnd, udpFrame } from './load-frames.ts';
import type { LoadLedger } from './load-ledger.ts';

/** The local side of every load. */
export const LOCAL: LoadEnd = { address: 0x0a000002, port: 5060 };
export const LOCAL_ADDRESS = '10.0.0.2';

export interface LoadPacket {
  readonly timeUs: number;
  readonly frame: Uint8Array;
}

interface Rest {
  readonly branch: string;
  readonly tag: string;
  readonly body: string;
}

export interface Shape {
  /** With a To tag. */
  readonly tagged?: boolean;
  readonly body?: string;
  /** Its like came before. */
  readonly repeated?: boolean;
}

export function addressText({ address }: LoadEnd): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}

export function sdpText(lines: number): string {
  const media = Array.from({ length: lines }, (_, i) => `a=rtpmap:${i} CODEC${i}/8000\r\n`).join(
    '',
  );
  return `v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\nm=audio 6000 RTP/AVP 0\r\n${media}`;
}

/** A call, registration or ping between `far` and the local side; `id` makes everything of it unique. */
export class LoadDialog {
  readonly packets: LoadPacket[] = [];
  timeUs: number;
  /** Whom the To names. */
  callee = 'service';
  readonly far: LoadEnd;
  readonly id: number;
  private readonly ledger: LoadLedger;

  constructor(far: LoadEnd, id: number, timeUs: number, ledger: LoadLedger) {
    this.far = far;
    this.id = id;
    this.timeUs = timeUs;
    this.ledger = ledger;
  }

  wait(ms: number): void {
    this.timeUs += ms * 1000;
  }

  text(startLine: string, cseq: string, rest: Rest): string {
    const { id } = this;
    const { branch, tag, body } = rest;
    const type = body === '' ? '' : 'Content-Type: application/sdp\r\n';
    return (
      `${startLine}\r\nVia: SIP/2.0/UDP ${addressText(this.far)}:5060;branch=z9hG4bK-${id}-${branch};rport\r\n` +
      `From: "User ${id}" <sip:user${id}@example.com:5060>;tag=f${id}\r\nTo: <sip:${this.callee}@${LOCAL_ADDRESS}:5060>${tag}\r\n` +
      `Call-ID: ${id}-4711@far.example.com\r\nCSeq: ${cseq}\r\nContact: <sip:user${id}@${addressText(this.far)}:5060>\r\n` +
      `Max-Forwards: 70\r\nUser-Agent: Load/1.0\r\nAllow: INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE\r\nSupported: timer, replaces\r\n` +
      `${type}Content-Length: ${body.length}\r\n\r\n${body}`
    );
  }

  /** A request that comes in. */
  request(method: string, cseq: number, branch: string, shape: Shape = {}): void {
    const uri = method === 'REGISTER' ? 'sip:example.com' : `sip:service@${LOCAL_ADDRESS}:5060`;
    const tag = shape.tagged === true ? `;tag=t${this.id}` : '';
    this.receive(
      this.text(`${method} ${uri} SIP/2.0`, `${cseq} ${method}`, {
        branch,
        tag,
        body: shape.body ?? '',
      }),
    );
    if (shape.repeated === true) {
      this.ledger.add(
        `sip_retransmissions_total{direction="in",peer="other",method="${method}",kind="request"}`,
      );
    } else this.ledger.add(`drachtio_sip_requests_in_total{method="${method}"}`);
  }

  receive(text: string): void {
    this.ledger.messages++;
    this.packets.push({ timeUs: this.timeUs, frame: udpFrame(this.far, LOCAL, text) });
  }

  send(text: string): void {
    this.ledger.messages++;
    this.packets.push({ timeUs: this.timeUs, frame: udpFrame(LOCAL, this.far, text) });
  }

  /** A response that goes out. */
  response(code: number, method: string, cseq: number, branch: string, shape: Shape = {}): void {
    const tag = code === 100 ? '' : `;tag=t${this.id}`;
    const text = this.text(`SIP/2.0 ${code} X`, `${cseq} ${method}`, {
      branch,
      tag,
      body: shape.body ?? '',
    });
    this.send(text);
    if (shape.repeated === true) {
      this.ledger.add('sofia_retransmitted_responses_total');
      this.ledger.add(
        `sip_retransmissions_total{direction="out",peer="other",method="${method}",kind="response"}`,
      );
    } else this.ledger.add(`drachtio_sip_responses_out_total{method="${method}",code="${code}"}`);
  }

  /** How the attempt ended. */
  result(code: number | 'cancelled'): void {
    this.ledger.add(`sip_session_results_total{direction="in",peer="other",code="${code}"}`);
  }
}
