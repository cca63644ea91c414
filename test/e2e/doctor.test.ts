/** sipgauge doctor on the loopback interface, with traffic on a port that a live capture would leave out. */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { describe, it } from 'node:test';
import { run } from '../../src/cli/run.ts';
import { ExitCode } from '../../src/core/operator-error.ts';
import { MemoryIo } from '../helpers/memory-io.ts';

const ODD_PORT = 45_060;
const REQUEST = [
  'OPTIONS sip:probe@127.0.0.1 SIP/2.0',
  'Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKdoctor',
  'From: <sip:a@127.0.0.1>;tag=1',
  'To: <sip:b@127.0.0.1>',
  'Call-ID: doctor',
  'CSeq: 1 OPTIONS',
  '',
  '',
].join('\r\n');

const skip = process.getuid?.() === 0 ? false : 'capturing needs root';

describe('sipgauge doctor', { skip }, () => {
  it('finds SIP on a port that is not captured, and says how to let it in', async () => {
    const socket = createSocket('udp4');
    const timer = setInterval(() => socket.send(REQUEST, ODD_PORT, '127.0.0.1'), 20);
    const io = new MemoryIo();
    const code = await run(['doctor', '-i', 'lo', '--seconds', '2'], io);
    clearInterval(timer);
    socket.close();
    assert.match(io.stdout.text, /^ok +capturing is permitted; packets are stamped by the kernel/m);
    assert.match(io.stdout.text, new RegExp(`leave out SIP on port .*${ODD_PORT}`));
    assert.match(io.stdout.text, new RegExp(`--sip-port 5060,5061,5080,.*${ODD_PORT}`));
    assert.equal(code, ExitCode.OPERATOR, io.stdout.text);
  });

  it('says what is wrong with an interface', async () => {
    const io = new MemoryIo();
    assert.equal(await run(['doctor', '-i', 'nope', '--seconds', '1'], io), ExitCode.OPERATOR);
    assert.match(io.stdout.text, /^PROBLEM +there is no interface nope\. There are: .*lo.*\.$/m);
    assert.match(io.stdout.text, /1 thing to mend\n$/);
  });
});
