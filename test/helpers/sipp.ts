/** SIPp as caller and callee, with scenarios of our own: calls that ring, are answered, and end. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from './probe-process.ts';

function scenario(name: string, steps: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><scenario name="${name}">${steps}</scenario>`;
}

function send(text: string, attributes = ''): string {
  const lines = text.trim().replaceAll(/^ +/gm, '');
  return `<send ${attributes}><![CDATA[\n${lines}\n\n]]></send>`;
}

function request(method: string, to: string, more: string): string {
  return `
    ${method} sip:callee@[remote_ip]:[remote_port] SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    From: <sip:caller@[local_ip]:[local_port]>;tag=[pid]c[call_number]
    To: <sip:callee@[remote_ip]:[remote_port]>${to}
    Call-ID: [call_id]
    CSeq: ${more}
    Contact: <sip:caller@[local_ip]:[local_port];transport=[transport]>
    Max-Forwards: 70
    Content-Length: 0`;
}

function response(status: string, tag: string, more = ''): string {
  return `
    SIP/2.0 ${status}
    [last_Via:]
    [last_From:]
    [last_To:]${tag}
    [last_Call-ID:]
    [last_CSeq:]
    ${more}Content-Length: 0`;
}

/** Without an answer for two seconds: not for SIPp having to wait for a processor, but for a message it lost. */
const SENT_AGAIN = 'retrans="2000"';
/** Without a terminal; with buffers, as far as the system gives them, for when it has to wait for a processor. */
export const SIPP_OPTIONS: readonly string[] = ['-nostdin', '-buff_size', String(1 << 20)];
const CONTACT = 'Contact: <sip:callee@[local_ip]:[local_port];transport=[transport]>\n    ';
const TAG = ';tag=[pid]s[call_number]';

/** After the INVITE, 180 in 110 to 200 ms and 200 another 200 to 290 ms later. */
const CALLEE = scenario(
  'callee',
  `<recv request="INVITE"/>
   <pause distribution="uniform" min="110" max="200"/>
   ${send(response('180 Ringing', TAG, CONTACT))}
   <pause distribution="uniform" min="200" max="290"/>
   ${send(response('200 OK', TAG, CONTACT), SENT_AGAIN)}
   <recv request="ACK"/>
   <recv request="BYE"/>
   ${send(response('200 OK', ''))}`,
);

const CALLER = scenario(
  'caller',
  `${send(request('INVITE', '', '1 INVITE'), SENT_AGAIN)}
   <recv response="100" optional="true"/>
   <recv response="180" optional="true"/>
   <recv response="200"/>
   ${send(request('ACK', '[peer_tag_param]', '1 ACK'))}
   <pause milliseconds="50"/>
   ${send(request('BYE', '[peer_tag_param]', '2 BYE'), SENT_AGAIN)}
   <recv response="200"/>`,
);

/** Of each call, when nothing is sent twice: INVITE 180 200 ACK BYE 200. */
export const MESSAGES_PER_CALL = 6;

/** SIPp's transports: UDP, one TCP connection for all calls, or one for each. */
export type SippTransport = 'u1' | 't1' | 'tn';

export interface SippEnd {
  /** A folder for its scenario. */
  readonly folder: string;
  readonly address: string;
  readonly port: number;
  readonly transport: SippTransport;
  /** What starts it, such as `ip netns exec NAME`. */
  readonly prefix: readonly string[];
}

export interface SippCalls {
  readonly to: SippEnd;
  readonly count: number;
  readonly perSecond: number;
}

function start(end: SippEnd, scene: 'caller' | 'callee', more: readonly string[]): ChildProcess {
  const path = join(end.folder, `${scene}.xml`);
  writeFileSync(path, scene === 'caller' ? CALLER : CALLEE);
  const place = ['-i', end.address, '-p', String(end.port), '-t', end.transport];
  const all = [...end.prefix, 'sipp', '-sf', path, ...place, ...SIPP_OPTIONS, ...more];
  const [command = '', ...args] = all;
  return spawn(command, args, { stdio: 'ignore', cwd: end.folder });
}

/** Answers calls, when this resolves, until it is killed. */
export async function startCallee(end: SippEnd): Promise<ChildProcess> {
  const callee = start(end, 'callee', []);
  const kind = end.transport === 'u1' ? '-Hlun' : '-Hltn';
  const [command = '', ...args] = [...end.prefix, 'ss', kind, 'sport', '=', `:${end.port}`];
  await eventually('SIPp listens', () => {
    return spawnSync(command, args, { encoding: 'utf8' }).stdout.includes(`:${end.port} `);
  });
  return callee;
}

/** Makes calls; throws when one of them failed. */
export async function makeCalls(from: SippEnd, calls: SippCalls): Promise<void> {
  const { to, count, perSecond } = calls;
  const address = to.address.includes(':') ? `[${to.address}]` : to.address;
  const load = ['-r', String(perSecond), '-m', String(count), '-max_socket', '1000'];
  const caller = start(from, 'caller', [...load, `${address}:${to.port}`]);
  const [status] = await once(caller, 'exit');
  if (status !== 0) throw new Error(`SIPp ended with ${status}: not every call succeeded`);
}
