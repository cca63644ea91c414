/** The basic call as a trunk port shows it: two VLAN tags. */
import { ethernetLink } from '../../test/helpers/packet-writer.ts';
import { answeredCall, QUICK } from '../../test/helpers/sip-calls.ts';
import { SipTrace } from '../../test/helpers/sip-trace.ts';
import { alice, server } from './lib/agents.ts';
import { writeCapture } from './lib/write.ts';

const trace = new SipTrace(10);
answeredCall(trace, { path: [alice, server] }, QUICK);
writeCapture('vlan.pcap', trace, ethernetLink(100, 42));
