import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { Config } from '../../../src/config/config.ts';
import type { Command } from '../../../src/config/option.ts';
import { parseConfig } from '../../../src/config/parse-config.ts';
import { ExitCode, OperatorError } from '../../../src/core/operator-error.ts';

const folder = mkdtempSync(join(tmpdir(), 'sipgauge-config-'));
after(() => rmSync(folder, { recursive: true }));

type Flags = Readonly<Record<string, readonly string[]>>;
type Environment = Readonly<Record<string, string>>;

function parse(command: Command, flags: Flags, environment: Environment = {}): Promise<Config> {
  const operands = command === 'replay' ? ['a.pcap'] : [];
  const line = { command, operands, flags: new Map(Object.entries(flags)) };
  return parseConfig(line, environment);
}

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function problemOf(promise: Promise<unknown>): Promise<OperatorError> {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof OperatorError, String(error));
    return error;
  }
  throw new Error('should have been refused');
}

describe('parseConfig', () => {
  it('gives the documented defaults', async () => {
    const config = await parse('live', { interface: ['eth0'] });
    assert.deepEqual(
      config.ports.sip.map((range) => range.first),
      [5060, 5061, 5080],
    );
    assert.equal(config.ports.app, 9022);
    assert.deepEqual(config.web, {
      listen: [{ host: '', port: 9099 }],
      telemetryPath: '/metrics',
      configFile: undefined,
    });
    assert.equal(config.times.matchLingerUs, 32e6);
    assert.equal(config.times.dialogMaxAgeUs, 86_400e6);
    assert.equal(config.limits.transactions, 262_144);
    assert.equal(config.limits.streamMessageBytes, 1_048_576);
    assert.equal(config.capture.dedupWindowUs, undefined);
    assert.equal(config.capture.promiscuous, true);
    assert.equal(config.drachtioNames, 'docs');
    assert.equal(config.tunnels.length, 9);
  });

  it('prefers a flag to the environment, that to the file, that to the default', async () => {
    const path = file('precedence.yml', 'app-port: 1\nsnaplen: 1000\nbuffer-size: 3\n');
    const environment = { SIPGAUGE_APP_PORT: '2', SIPGAUGE_SNAPLEN: '2000' };
    const flags = { config: [path], interface: ['lo'], 'app-port': ['3'] };
    const config = await parse('live', flags, environment);
    assert.equal(config.ports.app, 3);
    assert.equal(config.capture.snaplen, 2000);
    assert.equal(config.capture.bufferBytes, 3 * 1_048_576);
    assert.equal(config.limits.dialogs, 131_072);
    assert.equal(config.file, path);
  });

  it('replaces a list by a list, and splits lists at commas wherever they stand', async () => {
    const path = file('lists.yml', 'sip-port: [5060, 5070-5072]\nlocal: 192.0.2.1,192.0.2.2\n');
    const fromFile = await parse('replay', { config: [path] });
    assert.deepEqual(fromFile.ports.sip, [
      { first: 5060, last: 5060 },
      { first: 5070, last: 5072 },
    ]);
    assert.deepEqual(fromFile.local, ['192.0.2.1', '192.0.2.2']);
    const flags = { config: [path], 'sip-port': ['7000'] };
    const both = await parse('replay', flags, { SIPGAUGE_LOCAL: '192.0.2.3 192.0.2.4' });
    assert.deepEqual(both.ports.sip, [{ first: 7000, last: 7000 }]);
    assert.deepEqual(both.local, ['192.0.2.3', '192.0.2.4']);
  });

  it('reads peers as a map, a list, a flag and a variable alike', async () => {
    const expected = [
      { name: 'a', networks: ['192.0.2.0/24', '2001:db8::/32'] },
      { name: 'b', networks: ['198.51.100.7'] },
    ];
    const texts = ['a=192.0.2.0/24,2001:db8::/32', 'b=198.51.100.7'];
    const map = file('map.yml', 'peer:\n  a: [192.0.2.0/24, "2001:db8::/32"]\n  b: 198.51.100.7\n');
    const list = file('list.json', JSON.stringify({ peer: texts }));
    assert.deepEqual((await parse('replay', { config: [map] })).peers, expected);
    assert.deepEqual((await parse('replay', { config: [list] })).peers, expected);
    assert.deepEqual((await parse('replay', { peer: texts })).peers, expected);
    const fromVariable = await parse('replay', {}, { SIPGAUGE_PEER: texts.join(' ') });
    assert.deepEqual(fromVariable.peers, expected);
  });

  it('reports all problems at once, each with where it came from', async () => {
    const path = file('bad.yml', 'snaplen: 1\nlocl: 192.0.2.1\nlog.level: [a, [b]]\n');
    const flags = { config: [path], local: ['192.0.2.999'], 'app-port': ['1', '2'] };
    const error = await problemOf(parse('live', flags, { SIPGAUGE_MAX_DIALOGS: 'many' }));
    assert.equal(error.exitCode, ExitCode.USAGE);
    assert.deepEqual(error.message.split('; ').sort(), [
      '--app-port: given 2 times, takes one value',
      '--local: "192.0.2.999" is no IP, CIDR, IP:port or CIDR:port (IPv6 with a port in brackets)',
      `${path}: log.level: is neither a value nor a list of values`,
      `${path}: snaplen: "1" is not within 96 to 262144`,
      `${path}: unknown key "locl", did you mean "local"?`,
      'SIPGAUGE_MAX_DIALOGS: "many" is not a whole number',
    ]);
  });

  it('refuses what only a flag may say, in a file', async () => {
    const path = file('flag-only.yml', 'loop: true\n');
    const error = await problemOf(parse('replay', { config: [path] }));
    assert.match(error.message, /"loop" is a flag only/);
  });

  it('leaves other variables alone, as Kubernetes sets them for a service of this name', async () => {
    const environment = { SIPGAUGE_PORT: 'tcp://10.0.0.1:9099', SIPGAUGE_SERVICE_HOST: '10.0.0.1' };
    await parse('replay', {}, environment);
  });

  it('names a file that is missing, no YAML, or no map, and ends with exit code 1', async () => {
    const cases: readonly (readonly [string, RegExp])[] = [
      [join(folder, 'none.yml'), /cannot be read: no such file/],
      [file('broken.yml', 'a: [1\nb: 2\n'), /is not YAML or JSON: .* at line \d+/],
      [file('list.yml', '- a\n- b\n'), /is not a map/],
      [file('large.yml', `# ${'x'.repeat(1_100_000)}\n`), /is larger than/],
    ];
    for (const [path, expected] of cases) {
      const error = await problemOf(parse('replay', { config: [path] }));
      assert.match(error.message, expected);
      assert.equal(error.exitCode, ExitCode.OPERATOR);
    }
  });

  it('reads an empty file as nothing said', async () => {
    const config = await parse('replay', { config: [file('empty.yml', '# nothing\n')] });
    assert.equal(config.limits.peers, 32);
  });

  it('freezes what it gives, to the depth', async () => {
    const config = await parse('replay', {});
    assert.ok(Object.isFrozen(config) && Object.isFrozen(config.ports.sip[0]));
  });

  it('gives no tunnels with --no-tunnels', async () => {
    assert.deepEqual((await parse('replay', { tunnels: ['false'] })).tunnels, []);
    assert.deepEqual((await parse('replay', { tunnel: ['vxlan'] })).tunnels, ['vxlan']);
  });
});

describe('options that do not go together', () => {
  const cases: readonly (readonly [Command, Flags, RegExp])[] = [
    ['live', {}, /no interface is named/],
    ['report', {}, /no capture file is named/],
    ['replay', { loop: ['true'] }, /--loop never ends to print/],
    ['replay', { speed: ['2'] }, /--speed N .* needs --serve/],
    ['replay', { 'web.telemetry-path': ['/assets/x'] }, /is taken by the probe/],
    ['replay', { loop: ['true'], serve: ['true'], until: ['1'] }, /--loop excludes --until/],
    ['replay', { serve: ['true'], until: ['1'] }, /--serve excludes --until/],
    ['replay', { serve: ['true'], explain: ['true'] }, /--serve excludes --explain/],
    ['replay', { 'web.telemetry-path': ['metrics'] }, /is not a path/],
    ['replay', { 'web.telemetry-path': ['/healthz'] }, /taken by the probe itself/],
    ['replay', { peer: ['a=192.0.2.0/24', 'b=192.0.2.0/24'] }, /belongs to both a and b/],
  ];
  for (const [command, flags, expected] of cases) {
    it(`${command} ${JSON.stringify(flags)} is refused`, async () => {
      const error = await problemOf(parse(command, flags));
      assert.match(error.message, expected);
      assert.equal(error.exitCode, ExitCode.USAGE);
    });
  }

  it('stdin is read once, and not in a loop', async () => {
    const flags = new Map([
      ['loop', ['true']],
      ['serve', ['true']],
    ]);
    const line = { command: 'replay' as const, operands: ['-', '-'], flags };
    const error = await problemOf(parseConfig(line, {}));
    assert.match(error.message, /read once only; --loop cannot begin stdin/);
  });
});
