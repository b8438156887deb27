// The detector with the node's defaults, from the built package, and a table row.
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(import.meta.url);
const lib = join(import.meta.dirname, "..", "..", "dist", "lib", "anomaly");
const { StreamDetector } = require(join(lib, "stream.js"));
const { DEFAULTS } = require(join(lib, "options.js"));

/** As node and command line make it. @param learning rows declared normal; the node's default when missing @param name who judges */
export function detector(
  channels,
  learning = DEFAULTS.learning,
  falseAlarmsPerMonth = DEFAULTS.falseAlarmsPerMonth,
  name = DEFAULTS.detector,
) {
  const { hold, clear, refractory } = DEFAULTS;
  return new StreamDetector({ channels, learning, hold, clear, refractory, falseAlarmsPerMonth, detector: name });
}

export const row = (label, text) => console.log(`  ${label.padEnd(66)} ${text}`);
