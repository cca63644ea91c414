import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { run } from '../../../src/cli/run.ts';
import { COMMANDS } from '../../../src/config/option.ts';
import { OPTIONS, optionsOf } from '../../../src/config/options.ts';
import { programVersion } from '../../../src/config/version.ts';
import { ExitCode } from '../../../src/core/operator-error.ts';
import { MemoryIo } from '../../helpers/memory-io.ts';

const folder = mkdtempSync(join(tmpdir(), 'sipgauge-cli-'));
after(() => rmSync(folder, { recursive: true }));

async function runLine(line: string, environment: Record<string, string> = {}) {
  const io = new MemoryIo(environment);
  const code = await run(line === '' ? [] : line.split(' '), io);
  return { code, stdout: io.stdout.text, stderr: io.stderr.text };
}

describe('run', () => {
  it('prints the version of package.json', async () => {
    const { code, stdout } = await runLine('--version');
    assert.equal(code, ExitCode.OK);
    assert.equal(stdout, `sipgauge ${programVersion()}\n`);
    assert.match(stdout, /^sipgauge \d+\.\d+\.\d+/);
  });

  it('names every command in the help, with examples', async () => {
    const { code, stdout } = await runLine('--help');
    assert.equal(code, ExitCode.OK);
    for (const command of COMMANDS)
      assert.match(stdout, new RegExp(`^  sipgauge ${command}\\b`, 'm'));
    assert.match(stdout, /Examples:/);
  });

  for (const command of COMMANDS) {
    it(`names every option of ${command} in its help`, async () => {
      const { code, stdout } = await runLine(`${command} --help`);
      assert.equal(code, ExitCode.OK);
      for (const { name } of optionsOf(command)) assert.ok(stdout.includes(`--${name}`), name);
      const names = [...stdout.matchAll(/^ +(?:-\w, )?--([\w.-]+)/gm)].map((match) => match[1]);
      const known = OPTIONS.map((option) => option.name);
      assert.deepEqual(
        names.filter((name) => name === undefined || !known.includes(name)),
        [],
      );
    });
  }

  it('shows the help on stderr when nothing was asked for, as a usage error', async () => {
    const { code, stdout, stderr } = await runLine('');
    assert.equal(code, ExitCode.USAGE);
    assert.equal(stdout, '');
    assert.match(stderr, /Commands:/);
  });

  it('says an operator’s problem in one line', async () => {
    const cases: readonly (readonly [string, ExitCode, RegExp])[] = [
      ['rply', ExitCode.USAGE, /^sipgauge: unknown command "rply", did you mean replay\? See: /],
      ['liv -i lo --snplen 1', ExitCode.USAGE, /^sipgauge: unknown command "liv"[^;]* See: /],
      ['live -i lo --peer a', ExitCode.USAGE, /^sipgauge: --peer: "a" is no NAME=CIDR, such as /],
      [
        'live -i lo --web.config.file /nonexistent',
        ExitCode.OPERATOR,
        /^sipgauge: web configuration \/nonexistent: no such file\. Check its path/,
      ],
      ['live', ExitCode.USAGE, /^sipgauge: no interface is named: -i IFACE .*\. See: /],
      [
        'replay x --local 1.2.3.4/40',
        ExitCode.USAGE,
        /^sipgauge: --local: "1.2.3.4\/40" is no IP, CIDR/,
      ],
      [
        'check-config /nonexistent',
        ExitCode.OPERATOR,
        /^sipgauge: \/nonexistent cannot be read: no such file\. Check the path/,
      ],
    ];
    for (const [line, expected, pattern] of cases) {
      const { code, stdout, stderr } = await runLine(line);
      assert.equal(code, expected, line);
      assert.match(stderr, pattern);
      assert.equal(stderr.split('\n').length, 2, 'one line');
      assert.equal(stdout, '');
    }
  });

  it('checks a configuration file', async () => {
    const path = join(folder, 'probe.yml');
    writeFileSync(path, 'peer: { a: 192.0.2.0/24 }\nsip-port: 5060-5090\n');
    const { code, stdout } = await runLine(`check-config ${path}`);
    assert.equal(code, ExitCode.OK);
    assert.match(stdout, /: valid\ntaken over by SIGHUP: .*peer/);
  });

  it('checks the web configuration that a file names', async () => {
    const web = join(folder, 'web.yml');
    const path = join(folder, 'with-web.yml');
    writeFileSync(path, `web.config.file: ${web}\n`);
    writeFileSync(web, 'http_server_config: {}\n');
    assert.match((await runLine(`check-config ${path}`)).stdout, /web\.yml: valid/);
    writeFileSync(web, 'basic_auth_users: { a: plain }\n');
    const { code, stderr } = await runLine(`check-config ${path}`);
    assert.equal(code, ExitCode.OPERATOR);
    assert.match(stderr, /^sipgauge: web configuration .*bcrypt/);
  });

  it('names variables that are nearly an option', async () => {
    const variables = { SIPGAUGE_LOG_LEVL: 'x', SIPGAUGE_PORT: 'x', SIPGAUGE_LOCAL: '192.0.2.1' };
    const { stdout } = await runLine('check-config', variables);
    assert.match(stdout, /SIPGAUGE_LOG_LEVL is not read: did you mean SIPGAUGE_LOG_LEVEL\?/);
    assert.doesNotMatch(stdout, /SIPGAUGE_PORT|SIPGAUGE_LOCAL /);
  });

  it('lists the loopback interface among the devices', async () => {
    const { code, stdout } = await runLine('devices');
    assert.equal(code, ExitCode.OK);
    assert.match(stdout, /^lo +\S+ +127\.0\.0\.1\/8/m);
    assert.match(stdout, /^any +up/m);
  });
});
