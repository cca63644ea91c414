/** What the network and the clock of the probe do to a tale: loss, repetition, delay, steps. */
import type { SeededRandom } from '../seeded-random.ts';
import type { Told } from './tale.ts';

interface Weather {
  readonly loss: number;
  readonly repetition: number;
  readonly delay: number;
}

const BAD: Weather = { loss: 0.12, repetition: 0.15, delay: 0.1 };
const FAIR: Weather = { loss: 0, repetition: 0, delay: 0 };

/** In the order of arrival; times are whole microseconds. */
export function arrivals(random: SeededRandom, told: readonly Told[]): Told[] {
  const weather = random.chance(0.7) ? BAD : FAIR;
  const all = told.flatMap((message) => copies(random, message, weather));
  all.sort((a, b) => a.time - b.time);
  const stepped = random.chance(0.25) ? steps(random, all) : all;
  return stepped.map((message) => ({ ...message, time: Math.round(message.time * 1e6) / 1e6 }));
}

function copies(random: SeededRandom, message: Told, weather: Weather): Told[] {
  const out: Told[] = [];
  if (!random.chance(weather.loss)) {
    const late = random.chance(weather.delay) ? random.between(0, 1.5) : 0;
    out.push({ ...message, time: message.time + late });
  }
  for (let wait = 0.5; wait < 8 && random.chance(weather.repetition); wait *= 2) {
    out.push({ ...message, time: message.time + wait });
  }
  return out;
}

/** The clock is set once or twice, back or forward, by little or by much. */
function steps(random: SeededRandom, messages: readonly Told[]): Told[] {
  let shift = 0;
  return messages.map((message) => {
    if (random.chance(2 / messages.length)) {
      shift += random.pick([-1000, -33, -5, -1.2, -0.9, -0.01, 0.5, 40, 4000]);
    }
    return { ...message, time: message.time + shift };
  });
}
