/** Packets of captures made strange, single and in rows, against the whole data plane. */
import { fuzzProgram } from '../helpers/fuzz/fuzz-program.ts';
import { fuzzSubject } from '../helpers/fuzz/subjects.ts';

fuzzProgram(await fuzzSubject('packets', true));
