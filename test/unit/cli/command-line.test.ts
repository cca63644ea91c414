import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readCommandLine } from '../../../src/cli/command-line.ts';
import { ExitCode, OperatorError } from '../../../src/core/operator-error.ts';

function read(line: string): {
  operands: readonly string[];
  flags: Record<string, readonly string[]>;
} {
  const invocation = readCommandLine(line.split(' '));
  assert.equal(invocation.kind, 'run');
  if (invocation.kind !== 'run') throw new Error('unreachable');
  return { operands: invocation.line.operands, flags: Object.fromEntries(invocation.line.flags) };
}

function refused(line: string, expected: RegExp): void {
  assert.throws(
    () => readCommandLine(line === '' ? [] : line.split(' ')),
    (error) => {
      assert.ok(error instanceof OperatorError);
      assert.equal(error.exitCode, ExitCode.USAGE);
      assert.match(error.message, expected);
      return true;
    },
  );
}

describe('the command line', () => {
  it('takes files between options, since a list option of replay takes one value', () => {
    const { operands, flags } = read('replay a.pcap --local 192.0.2.1 b.pcap --local 192.0.2.2 -');
    assert.deepEqual(operands, ['a.pcap', 'b.pcap', '-']);
    assert.deepEqual(flags, { local: ['192.0.2.1', '192.0.2.2'] });
  });

  it('takes all that follow for a list option of live', () => {
    const { operands, flags } = read('live -i eth0 eth1 --sip-port 5060 5070-5080 --snaplen 200');
    assert.deepEqual(operands, []);
    assert.deepEqual(flags['interface'], ['eth0', 'eth1']);
    assert.deepEqual(flags['sip-port'], ['5060', '5070-5080']);
    assert.deepEqual(flags['snaplen'], ['200']);
  });

  it('takes interfaces as operands too', () => {
    assert.deepEqual(read('live eth0 --no-promiscuous eth1').operands, ['eth0', 'eth1']);
  });

  it('keeps numbers as they are typed, and dots in names', () => {
    const { operands, flags } = read(
      'replay 007 --web.listen-address=:0 --until 1700000000.100000',
    );
    assert.deepEqual(operands, ['007']);
    assert.deepEqual(flags, { 'web.listen-address': [':0'], until: ['1700000000.100000'] });
  });

  it('turns a flag off by no-', () => {
    assert.deepEqual(read('live lo --no-promiscuous --no-tunnels').flags, {
      promiscuous: ['false'],
      tunnels: ['false'],
    });
  });

  it('keeps a repeated single option, for the config to refuse', () => {
    assert.deepEqual(read('replay x --speed 1 --speed 2').flags['speed'], ['1', '2']);
  });

  it('asks for help and version before anything else', () => {
    assert.deepEqual(readCommandLine(['--help']), { kind: 'help', command: undefined });
    assert.deepEqual(readCommandLine(['live', '-h', '--nonsense']), {
      kind: 'help',
      command: 'live',
    });
    assert.deepEqual(readCommandLine(['help', 'live']), { kind: 'help', command: 'live' });
    assert.deepEqual(readCommandLine(['replay', '--version']), { kind: 'version' });
    assert.deepEqual(readCommandLine(['-v']), { kind: 'version' });
    assert.deepEqual(readCommandLine([]), { kind: 'nothing' });
  });

  it('names the nearest command and option', () => {
    refused('rply x', /^unknown command "rply", did you mean replay\?$/);
    refused('replay x --locl 1', /^unknown option --locl, did you mean --local\?$/);
    refused('replay x --loop --zzzzzzzz --sip-prt 1', /--zzzzzzzz; unknown option --sip-prt, did/);
    refused('--nonsense', /^unknown option --nonsense$/);
  });

  it('says whose option it is', () => {
    refused('live eth0 --loop', /^--loop is no option of live, but of replay$/);
  });

  it('says which option lacks its value, and which operand is too many', () => {
    refused('replay x --speed', /^--speed needs a value$/);
    refused('hep x', /^hep takes no "x"$/);
  });

  it('gives check-config its file as --config', () => {
    assert.deepEqual(read('check-config a.yml').flags, { config: ['a.yml'] });
  });
});
