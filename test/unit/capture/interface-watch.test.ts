import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InterfaceWatch } from '../../../src/capture/interface-watch.ts';
import { InterfaceState } from '../../../src/capture/native-addon.ts';
import { ExitCode, OperatorError } from '../../../src/core/operator-error.ts';

/** An interface whose state a test sets, and whose reopening may fail. */
class FakeInterface {
  readonly name = 'eth7';
  state: InterfaceState = InterfaceState.UP;
  /** The number that the name has now. */
  number = 7;
  refusal: OperatorError | undefined;
  reopened = 0;
  readonly notices: string[] = [];
  readonly watch: InterfaceWatch;

  constructor() {
    const note = (message: string) => this.notices.push(message);
    this.watch = new InterfaceWatch(this, 7, { info: note, warn: note });
  }

  numberOf(): number {
    return this.number;
  }

  stateOf(): InterfaceState {
    return this.state;
  }

  reopen(): number {
    this.reopened++;
    if (this.refusal !== undefined) throw this.refusal;
    this.state = InterfaceState.UP;
    return this.number;
  }
}

describe('an interface that is watched', () => {
  it('is up as long as nothing happens', () => {
    const fake = new FakeInterface();
    for (let nowMs = 0; nowMs < 10_000; nowMs += 100) fake.watch.check(nowMs);
    assert.equal(fake.watch.up, true);
    assert.deepEqual(fake.notices, []);
  });

  it('resumes on the same socket after it was down', () => {
    const fake = new FakeInterface();
    fake.watch.check(0);
    fake.state = InterfaceState.DOWN;
    fake.watch.report('Network is down', false);
    fake.watch.check(10);
    assert.equal(fake.watch.up, false);
    fake.state = InterfaceState.UP;
    fake.watch.check(10 + 250);
    assert.equal(fake.watch.up, true);
    assert.equal(fake.reopened, 0);
    assert.deepEqual(fake.notices, [
      'interface eth7 is down; trying again',
      'interface eth7 is up again',
    ]);
  });

  it('is found to be down without being told', () => {
    const fake = new FakeInterface();
    fake.watch.check(0);
    fake.state = InterfaceState.DOWN;
    fake.watch.check(999);
    assert.equal(fake.watch.up, true);
    fake.watch.check(1000);
    assert.equal(fake.watch.up, false);
  });

  it('is waited for while gone, with growing pauses, and opened again under a new number', () => {
    const fake = new FakeInterface();
    fake.state = InterfaceState.GONE;
    fake.number = 0;
    fake.watch.report('No such device', true);
    let looks = 0;
    fake.numberOf = () => {
      looks++;
      return 0;
    };
    for (let nowMs = 0; nowMs <= 60_000; nowMs += 50) fake.watch.check(nowMs);
    assert.ok(looks >= 8 && looks <= 14, `${looks} looks in a minute`);
    assert.equal(fake.watch.up, false);
    fake.numberOf = () => 8;
    fake.watch.check(70_000);
    assert.equal(fake.reopened, 1);
    assert.equal(fake.watch.up, true);
  });

  it('is opened again when its socket is lost, though its number is there', () => {
    const fake = new FakeInterface();
    fake.watch.report('No such device', true);
    assert.equal(fake.watch.up, false);
    fake.watch.check(0);
    assert.equal(fake.reopened, 1);
    assert.equal(fake.watch.up, true);
  });

  it('is tried again when it does not open yet', () => {
    const fake = new FakeInterface();
    fake.refusal = new OperatorError('INTERFACE_DOWN', 'the interface eth7 is down', 'Up');
    fake.watch.report('No such device', true);
    fake.watch.check(0);
    assert.equal(fake.watch.up, false);
    fake.refusal = undefined;
    fake.watch.check(250);
    assert.equal(fake.watch.up, true);
  });

  it('asks for a restart when it was made anew and may not be opened any more', () => {
    const fake = new FakeInterface();
    fake.state = InterfaceState.GONE;
    fake.number = 8;
    fake.refusal = new OperatorError('CAPTURE_NOT_PERMITTED', 'no permission', 'Root');
    assert.throws(
      () => fake.watch.check(0),
      (error) =>
        error instanceof OperatorError &&
        error.code === 'INTERFACE_RECREATED' &&
        error.exitCode === ExitCode.RESTART,
    );
  });

  it('lets a bug through', () => {
    const fake = new FakeInterface();
    fake.reopen = () => {
      throw new TypeError('a bug');
    };
    fake.watch.report('No such device', true);
    assert.throws(() => fake.watch.check(0), TypeError);
  });

  it('never goes when it is all interfaces at once', () => {
    const fake = new FakeInterface();
    const note = (message: string) => fake.notices.push(message);
    const any = new InterfaceWatch(fake, 0, { info: note, warn: note });
    fake.state = InterfaceState.GONE;
    any.check(0);
    assert.equal(any.up, true);
  });
});
