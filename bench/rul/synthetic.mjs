// Tier A on synthetic wear: four shapes, rising and falling, 40 seeds each, and the seven families of the tests.
// Errors are relative to the life that is left. The knee is asked only after it.
// Usage: npm run build && node bench/rul/synthetic.mjs
import { FAMILIES, lifeOf } from "../../test/lib/rul/degradation.ts";
import { note } from "./figures.mjs";
import { alone, createRandom, middle, ParticlePredictor, percent } from "./shared.mjs";

const LOOKS = [0.5, 0.75, 0.9];
const SEEDS = 40;

/** Shapes over the share of life, from 0 to 1, with the share after which they can be known. */
const SHAPES = {
  linear: () => ({ f: (s) => s, from: 0 }),
  exponential(random) {
    const k = 3 + 3 * random.next();
    return { f: (s) => Math.expm1(k * s) / Math.expm1(k), from: 0 };
  },
  quadratic: () => ({ f: (s) => s * s, from: 0 }),
  "late knee": (random) => {
    const from = 0.5 + 0.2 * random.next();
    const level = 0.1 + 0.1 * random.next();
    return { f: (s) => (s < from ? (level * s) / from : level + ((1 - level) * (s - from)) / (1 - from)), from };
  },
};

export function run() {
  for (const samples of [100, 300])
    for (const given of [undefined, 1.3]) {
      const cases = Object.entries(SHAPES).flatMap(([name, make]) =>
        [1, -1].flatMap((sign) => Array.from({ length: SEEDS }, (_, seed) => shape(name, make, sign, seed, samples))),
      );
      const found = report(
        `Four shapes, rising and falling, ${SEEDS} seeds, ${samples} samples a life, noise 1 to 3 %, typical life ${given ? `given ${given} times too long` : "unknown"}`,
        cases,
        given,
      );
      const error = (100 * middle(found.map((x) => x.error))).toFixed(1);
      const inside = ((100 * found.filter((x) => x.inside).length) / found.length).toFixed(1);
      const which = `(${samples} samples, life ${given ? "1.3 times too long" : "unknown"})`;
      note("synthetic wear: median error, %", `${error} ${which}`);
      note("synthetic wear: interval holds, %", `${inside} ${which}`);
    }
  const families = Object.entries(FAMILIES).flatMap(([name, make]) =>
    Array.from({ length: SEEDS }, (_, seed) => family(name, make, seed)).filter(Boolean),
  );
  report(`Seven families of the tests, ${SEEDS} fresh seeds, 300 samples a life, typical life unknown`, families);
}

function shape(name, make, sign, seed, samples) {
  const random = createRandom(`bench ${name} ${sign} ${seed}`);
  const { f, from } = make(random);
  const life = 50 * 40 ** random.next();
  const noise = 0.01 + 0.02 * random.next();
  const base = 20 * random.normal();
  const way = sign * Math.exp(random.normal());
  const series = Array.from({ length: samples }, (_, i) => [
    (life * i) / samples,
    base + way * (f(i / samples) + noise * random.normal()),
  ]);
  return { name, series, life, from: from * life, threshold: base + way, direction: sign > 0 ? "rising" : "falling" };
}

function family(name, make, seed) {
  const random = createRandom(`bench ${name} ${seed}`);
  const f = make(random);
  const noise = 0.01 + 0.03 * random.next();
  const life = lifeOf(f);
  if (life === undefined) return undefined;
  const series = Array.from({ length: 299 }, (_, i) => {
    const t = (life * (i + 1)) / 300;
    return [t, f(t) + noise * random.normal()];
  });
  return { name, series, life, from: 0, threshold: 1, direction: "rising" };
}

function report(title, cases, given) {
  const found = [];
  for (const { name, series, life, from, threshold, direction } of cases) {
    const p = new ParticlePredictor({ threshold, direction, ...(given && { typicalLife: given * life }) });
    let look = 0;
    for (const [t, y] of series) {
      p.update(t, y);
      if (t / life < (LOOKS[look] ?? 2) - 1e-9) continue;
      const share = LOOKS[look++];
      if (t < from) continue;
      const left = life - t;
      const { p05, p50, p95 } = p.predict();
      found.push({ name, share, error: Math.abs(p50 - left) / left, inside: p05 <= left && left <= p95 });
    }
  }
  console.log(`${title}: median error ${sum(found)}`);
  for (const name of new Set(found.map((x) => x.name)))
    console.log(
      `  ${name}: ${LOOKS.map((share) => [share, found.filter((x) => x.name === name && x.share === share)])
        .filter(([, xs]) => xs.length > 0)
        .map(([share, xs]) => `at ${percent(share)} ${sum(xs)}`)
        .join("; ")}`,
    );
  return found;
}

const sum = (xs) =>
  `${percent(middle(xs.map((x) => x.error)))}, inside ${percent(xs.filter((x) => x.inside).length / xs.length)}`;

await alone(import.meta.url, run);
