/** HEP datagrams of all versions with lengths and chunks that lie, from a listener and inside captures. */
import { fuzzProgram } from '../helpers/fuzz/fuzz-program.ts';
import { fuzzSubject } from '../helpers/fuzz/subjects.ts';

fuzzProgram(await fuzzSubject('hep', true));
