/** What fuzzers once found stays fixed, and what they would find is told and kept. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CheckedPlane, type FuzzTarget, planeConfigs } from '../helpers/fuzz/checked-plane.ts';
import { crashers, replayProblem, shrink } from '../helpers/fuzz/crasher.ts';
import { crasherPackets, crasherText, type FuzzPacket } from '../helpers/fuzz/fuzz-packet.ts';
import { type FuzzSubject, fuzzRun } from '../helpers/fuzz/fuzz-run.ts';
import { MessagePackets } from '../helpers/fuzz/message-packets.ts';
import { type FuzzerName, fuzzSubject } from '../helpers/fuzz/subjects.ts';
import { SeededRandom } from '../helpers/seeded-random.ts';

const LIMITS = { seed: 7, packets: 300, milliseconds: Number.POSITIVE_INFINITY, compared: 1 };
const configs = await planeConfigs();

/** Throws at packets of which the last byte is 7, and says the same of everything else. */
class Fragile implements FuzzTarget {
  private readonly problem: string;

  constructor(problem = '') {
    this.problem = problem;
  }

  take(packet: FuzzPacket): void {
    if (packet.data.at(-1) === 7) throw new Error('seven');
  }

  problems(): readonly string[] {
    return this.problem === '' ? [] : [this.problem];
  }

  exposition(): string {
    return '';
  }
}

function packetOf(...data: number[]): FuzzPacket {
  return {
    timestampUs: 1.5,
    linktype: 101,
    interfaceIndex: 2,
    len: 9,
    data: Uint8Array.of(...data),
  };
}

function numbered(target: () => FuzzTarget): FuzzSubject {
  const generator = (): { next(): FuzzPacket } => {
    let number = 0;
    return { next: () => packetOf(number++) };
  };
  return { name: 'numbered', generator, target };
}

describe('a packet that once broke something', () => {
  for (const [name, packets] of crashers()) {
    for (const [variant, config] of configs.entries()) {
      it(`does no more: ${name}, configuration ${variant}`, () => {
        assert.ok(packets.length > 0);
        assert.equal(replayProblem(new CheckedPlane(config), packets), undefined);
      });
    }
  }

  it('is kept as text that reads back the same', () => {
    const packets = [packetOf(), packetOf(0, 255, 16)];
    const text = crasherText('first\nsecond', packets);
    assert.equal(text, '# first\n# second\n1.5 101 2 9 \n1.5 101 2 9 00ff10\n');
    assert.deepEqual(crasherPackets(text), packets);
  });

  it('is found again among others, alone', () => {
    const packets = [1, 2, 3, 7, 4, 5, 7, 6].map((last) => packetOf(last));
    const fails = (some: readonly FuzzPacket[]): boolean =>
      replayProblem(new Fragile(), some) !== undefined;
    assert.deepEqual(shrink(packets, fails), [packetOf(7)]);
  });
});

describe('a fuzzer', () => {
  it('tells which packet threw', () => {
    const { problems, packets } = fuzzRun(
      numbered(() => new Fragile()),
      LIMITS,
    );
    assert.equal(packets, 8);
    assert.equal(problems[0]?.at, 7);
    assert.match(problems[0]?.text ?? '', /^Error: seven/);
  });

  it('tells what does not hold at the end', () => {
    const subject = numbered(() => new Fragile('lost one'));
    const { problems } = fuzzRun(subject, { ...LIMITS, packets: 5 });
    assert.deepEqual(problems, [{ at: 4, text: 'lost one' }]);
  });

  it('makes the same packets of the same seed, and others of another', () => {
    const firstOf = (seed: number): FuzzPacket[] => {
      const generator = new MessagePackets(new SeededRandom(seed));
      return Array.from({ length: 50 }, () => generator.next());
    };
    assert.deepEqual(firstOf(1), firstOf(1));
    assert.notDeepEqual(firstOf(1), firstOf(2));
  });

  const names: readonly FuzzerName[] = ['packets', 'streams', 'hep', 'messages'];
  for (const name of names) {
    it(`finds nothing in a few packets: ${name}`, async () => {
      const subject = await fuzzSubject(name, false);
      const { problems, packets } = fuzzRun(subject, { ...LIMITS, packets: 3000 });
      assert.deepEqual(problems, []);
      assert.equal(packets, 3000);
    });
  }
});
