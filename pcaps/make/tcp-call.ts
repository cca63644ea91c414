/** The basic call over one TCP connection, its INVITE cut into two segments. */
import { pcapFile } from '../../test/helpers/capture-file.ts';
import { ethernetLink } from '../../test/helpers/packet-writer.ts';
import { answeredCall, QUICK } from '../../test/helpers/sip-calls.ts';
import { SipTrace, streamFramesOf, type TracePacket } from '../../test/helpers/sip-trace.ts';
import { alice, server } from './lib/agents.ts';
import { writeFile } from './lib/write.ts';

const SPLIT_AT = 333;

const trace = new SipTrace(22);
answeredCall(trace, { path: [{ ...alice, port: 45_060 }, server] }, QUICK);
const decoder = new TextDecoder('latin1');
const sent: readonly TracePacket[] = trace.inOrder().map((packet) => {
  const text = decoder.decode(packet.payload).replace('SIP/2.0/UDP', 'SIP/2.0/TCP');
  return { ...packet, payload: new TextEncoder().encode(text) };
});
const [invite, ...rest] = sent;
if (invite === undefined) throw new Error('a call has messages');
const halves = [
  { ...invite, payload: invite.payload.subarray(0, SPLIT_AT) },
  { ...invite, timestampUs: invite.timestampUs + 40, payload: invite.payload.subarray(SPLIT_AT) },
];
const frames = streamFramesOf([...halves, ...rest], ethernetLink());
writeFile('tcp-call.pcap', pcapFile(frames), frames.length);
