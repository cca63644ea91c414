/**
 * Damages SIP messages where their grammar can be damaged: lines left out, doubled, swapped and folded, values cut
 * or exchanged, delimiters and numbers out of place, pieces repeated very often.
 */
import type { SeededRandom } from '../seeded-random.ts';

const SPECIALS = '"<>;,:@%\\()[]{}=?*/ \t\r\n\0\u0080\u00ff0';
const NUMBERS = ['0', '-1', '65535', '65536', '4294967295', '4294967296', '9'.repeat(40), '00'];
/** Messages fit into one datagram. */
const MESSAGE_MAX = 60_000;
const REPEATS_MAX = 12;
const ROUNDS_MAX = 4;

type Mutation = (random: SeededRandom, message: string) => string;

const MUTATIONS: readonly Mutation[] = [
  onLines((random, lines) => lines.splice(random.integer(0, lines.length - 1), 1)),
  onLines((random, lines) => {
    const from = random.integer(0, lines.length - 1);
    lines.splice(random.integer(0, lines.length), 0, lines[from] ?? '');
  }),
  onLines((random, lines) => {
    const a = random.integer(0, lines.length - 1);
    const b = random.integer(0, lines.length - 1);
    [lines[a], lines[b]] = [valueFrom(lines[a], lines[b]), valueFrom(lines[b], lines[a])];
  }),
  onLines((random, lines) => {
    const at = random.integer(0, lines.length - 1);
    const line = lines[at] ?? '';
    lines[at] = line.slice(0, random.integer(0, line.length));
  }),
  onLines((random, lines) => {
    const at = random.integer(0, lines.length - 1);
    lines[at] = (lines[at] ?? '').replace(/\d+/, random.pick(NUMBERS));
  }),
  (random, message) => insertAt(random, message, random.pick([...SPECIALS])),
  (random, message) =>
    insertAt(random, message, random.pick(['\r\n ', '\r\n', '\n', '\r', '\r\n\r\n'])),
  (random, message) => message.replaceAll('\r\n', random.pick(['\n', '\r', '\r\n ', '\r\r\n'])),
  (random, message) => message.slice(0, random.integer(0, message.length)),
  flipCharacter,
  repeatPiece,
];

/** One to a few changes. */
export function damagedMessage(random: SeededRandom, message: string): string {
  const rounds = random.integer(1, ROUNDS_MAX);
  let damaged = message;
  for (let i = 0; i < rounds; i++) damaged = random.pick(MUTATIONS)(random, damaged);
  return damaged.slice(0, MESSAGE_MAX);
}

function onLines(change: (random: SeededRandom, lines: string[]) => void): Mutation {
  return (random, message) => {
    const lines = message.split('\r\n');
    change(random, lines);
    return lines.join('\r\n');
  };
}

/** The first line's header with the second one's value. */
function valueFrom(line = '', other = ''): string {
  const end = line.indexOf(':');
  return end < 0 ? other : line.slice(0, end + 1) + other.slice(other.indexOf(':') + 1);
}

function insertAt(random: SeededRandom, message: string, text: string): string {
  const at = random.integer(0, message.length);
  return message.slice(0, at) + text + message.slice(at);
}

function flipCharacter(random: SeededRandom, message: string): string {
  if (message === '') return message;
  const at = random.integer(0, message.length - 1);
  const flipped = message.charCodeAt(at) ^ (1 << random.integer(0, 7));
  return message.slice(0, at) + String.fromCharCode(flipped & 255) + message.slice(at + 1);
}

/** Mostly a few times; rarely so often that anything quadratic takes its time. */
function repeatPiece(random: SeededRandom, message: string): string {
  const start = random.integer(0, message.length);
  const piece = message.slice(start, start + random.integer(1, random.chance(0.5) ? 3 : 60));
  const doublings = random.integer(1, random.chance(0.03) ? REPEATS_MAX : 3);
  return message.slice(0, start) + piece.repeat(2 ** doublings) + message.slice(start);
}
