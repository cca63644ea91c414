/**
 * Runs of node --test: many files in one, or one for each file, side by side. Each is in a world of its own where that
 * is permitted (isolation.mjs), and has a temporary folder that goes with it.
 */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isolation } from './isolation.mjs';
import { root } from './shell.mjs';

/** A test that hangs fails after so long, and the rest is run. */
const HANGS_MS = 600_000;

/** Those of one `npm test`. */
export class TestRuns {
  // What tests leave in their temporary folder goes with this one, also when they are stopped.
  folder = mkdtempSync(join(tmpdir(), 'sipgauge-test-'));
  prefix = isolation();
  #count = 0;

  constructor() {
    process.once('exit', () => rmSync(this.folder, { recursive: true, force: true }));
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.once(signal, () => process.exit(1));
    }
  }

  /** Runs files under node --test and gives their totals; a run that gave none counts as one failure. */
  async run(files, options, output = 'inherit') {
    const totals = join(this.folder, `totals-${this.#count++}.json`);
    const reporter = join(root, 'scripts', 'lib', 'test-reporter.mjs');
    const common = ['--enable-source-maps', '--test', `--test-timeout=${HANGS_MS}`];
    const all = [process.execPath, ...common, ...options, `--test-reporter=${reporter}`, ...files];
    const [command, ...args] = [...this.prefix, ...all];
    const env = { ...process.env, TMPDIR: this.folder, SIPGAUGE_TEST_TOTALS: totals };
    const status = await ended(command, args, env, output);
    const none = { passed: 0, failed: 0, skipped: [], failures: [] };
    const result = existsSync(totals) ? JSON.parse(readFileSync(totals, 'utf8')) : none;
    if (status !== 0 && result.failed === 0) {
      result.failed = 1;
      result.failures.push({ file: files.join(' '), name: `node --test ended with ${status}` });
    }
    return result;
  }

  /** All in one run, a file a core at a time. */
  together(files) {
    return this.run(files, [`--test-concurrency=${availableParallelism()}`]);
  }

  /**
   * A run for each file, which has the loopback, its ports and its interfaces to itself; one after the other if not.
   * One more than there are cores, since most of them wait for something.
   */
  async apart(files) {
    const waiting = [...files];
    const results = [];
    const worker = async () => {
      for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
        results.push(await this.#printed(file));
      }
    };
    const width = this.prefix.length > 0 ? availableParallelism() + 1 : 1;
    await Promise.all(Array.from({ length: width }, worker));
    return results;
  }

  /** What it prints appears when it has ended, since others run beside it. */
  async #printed(file) {
    const path = join(this.folder, `output-${this.#count++}`);
    const output = openSync(path, 'w');
    const result = await this.run([file], [], output);
    closeSync(output);
    process.stdout.write(readFileSync(path));
    return result;
  }
}

/** Ends with the exit status; what is printed goes to `output`, a descriptor or 'inherit'. */
function ended(command, args, env, output) {
  return new Promise((resolve) => {
    const options = { cwd: root, env, stdio: ['ignore', output, output] };
    const child = spawn(command, args, options);
    child.once('error', () => resolve(127));
    child.once('exit', (status) => resolve(status ?? 1));
  });
}
