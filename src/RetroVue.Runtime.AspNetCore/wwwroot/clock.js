// The station's time in the browser: the browser's steady clock plus an offset measured with four timestamps.

const kept = 8;
const samples = [];
let best = null;

const local = () => performance.timeOrigin + performance.now();

// One exchange: t0 and t3 are the browser's times of the request and the response, t1 and t2 the station's.
async function exchange() {
  const t0 = local();
  const response = await fetch(`api/clock?t0=${t0.toFixed(3)}`, { cache: "no-store" });
  const t3 = local();
  const answer = await response.json();
  return {
    offset: (answer.t1 - t0 + (answer.t2 - t3)) / 2,
    roundTrip: t3 - t0 - (answer.t2 - answer.t1),
    answer,
  };
}

// Measures a few times. The exchange with the shortest round trip has the smallest error.
export async function synchronise(times = 4) {
  for (let count = 0; count < times; count++) {
    samples.push(await exchange());
  }

  samples.splice(0, samples.length - kept);
  best = samples.reduce((left, right) => (right.roundTrip < left.roundTrip ? right : left));
}

export const isSynchronised = () => best !== null;

// Station time in milliseconds since 1970; the browser's own time until the first exchange.
export const now = () => local() + (best?.offset ?? 0);

export const clockName = () => samples.at(-1)?.answer.clock ?? "";

// The uncertainty of the time shown: the station's own uncertainty plus half the round trip.
export const uncertainty = () => (best ? best.roundTrip / 2 + best.answer.uncertaintyMs : Infinity);
