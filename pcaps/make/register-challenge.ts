/**
 * REGISTER with a 401 first, its refresh, its removal, another phone that stays; and the server
 * registering at its carrier.
 */
import { register } from '../../test/helpers/sip-calls.ts';
import { SipTrace } from '../../test/helpers/sip-trace.ts';
import { alice, bob, calling, carrierA, server } from './lib/agents.ts';
import { writeCapture } from './lib/write.ts';

const trace = new SipTrace(4);
const callId = 'refreshed@198.51.100.20';
register(trace, alice, server, { expires: 60, challenged: true, callId });
trace.wait(2000);
register(trace, bob, server, { expires: 3600, challenged: true });
trace.wait(2000);
register(trace, calling('trunk'), carrierA, { expires: 120, challenged: true });
trace.wait(45_000);
register(trace, alice, server, { expires: 60, challenged: false, callId, cseq: 3 });
trace.wait(20_000);
const away = { expires: 0, challenged: false, contact: '*', callId, cseq: 4 };
register(trace, alice, server, away);
writeCapture('register-challenge.pcap', trace);
