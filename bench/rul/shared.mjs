// What the parts of the remaining-life benchmark share.
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(import.meta.url);
const root = join(import.meta.dirname, "..", "..");
export const { ParticlePredictor } = require(join(root, "dist/lib/rul/particles/particle-predictor.js"));
export const { createRandom } = require(join(root, "dist/lib/random.js"));

export const middle = (xs) => xs.toSorted((a, b) => a - b)[xs.length >> 1];
export const mean = (xs) => xs.reduce((a, b) => a + b, 0) / xs.length;
export const percent = (x) => `${(100 * x).toFixed(0)} %`;

/** The prediction after all samples of a series, or at given shares of a life. */
export function predictAfter(series, options, failures = []) {
  const predictor = new ParticlePredictor(options);
  predictor.learn(failures);
  for (const [t, y] of series) predictor.update(t, y);
  return predictor.predict();
}

/** Runs one part alone: node bench/rul/NAME.mjs [shared] */
export function alone(url, run) {
  if (url === pathToFileURL(resolve(process.argv[1])).href) return run(resolve(process.argv[2] ?? "../shared"));
}
