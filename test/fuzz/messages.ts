/** SIP messages damaged where their grammar can be, against the parser and the whole data plane. */
import { fuzzProgram } from '../helpers/fuzz/fuzz-program.ts';
import { fuzzSubject } from '../helpers/fuzz/subjects.ts';

fuzzProgram(await fuzzSubject('messages', true));
