/** Segments of TCP, WebSocket, TLS and SCTP that lie, come late, twice or never, against the whole data plane. */
import { fuzzProgram } from '../helpers/fuzz/fuzz-program.ts';
import { fuzzSubject } from '../helpers/fuzz/subjects.ts';

fuzzProgram(await fuzzSubject('streams', true));
