// The station's time in the browser: the browser's steady clock plus an offset measured with four timestamps.

const kept = 8;
const samples = [];
let best = null;

const local = () => performance.timeOrigin + performance.now();

// One exchange: when it was sent and answered here (t0, t3) and there (t1, t2).
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

// Measures a few times. The exchange with the least round trip is the one least delayed on one way only.
export async function synchronise(times = 4) {
  for (let count = 0; count < times; count++) {
    samples.push(await exchange());
  }

  samples.splice(0, samples.length - kept);
  best = samples.reduce((left, right) => (right.roundTrip < left.roundTrip ? right : left));
}

export const isSynchronised = () => best !== null;

// Milliseconds since 1970 in station time; the browser's own until the first exchange.
export const now = () => local() + (best?.offset ?? 0);

export const clockName = () => samples.at(-1)?.answer.clock ?? "";

// How far off the time shown may be: what the station says of itself and half the way there and back.
export const uncertainty = () => (best ? best.roundTrip / 2 + best.answer.uncertaintyMs : Infinity);
