/** Which detector judges: those that the machine's signals ask for (automatic), or one that somebody has chosen. */
import { describe, TwinError } from "../twin/envelope.ts";

/** For each signal by itself. */
export const PER_SIGNAL = ["ewma-z", "cusum", "page-hinkley", "novelty"] as const;
/** For all signals together. */
export const TOGETHER = ["mewma", "hotelling", "pca", "cross-channel", "half-space-trees"] as const;
export const DETECTORS = ["auto", ...PER_SIGNAL, ...TOGETHER] as const;

export type DetectorName = (typeof DETECTORS)[number];
export type ChosenName = Exclude<DetectorName, "auto">;

/** What these find lies between signals: a single one has none. */
const BETWEEN: readonly DetectorName[] = ["pca", "cross-channel"];

/** @throws TwinError `E_ANOMALY` with the names when it is none of them; missing is automatic */
export function readDetector(name: unknown): DetectorName {
  if (name === undefined || name === null || name === "") return "auto";
  const known = DETECTORS.find((d) => d === name);
  if (known) return known;
  throw new TwinError("E_ANOMALY", `The detector is ${describe(name)}: choose one of ${DETECTORS.join(", ")}.`);
}

/** @throws TwinError `E_ANOMALY` when the detector cannot watch so few signals */
export function checkChannels(name: DetectorName, channels: number): void {
  if (channels === 1 && BETWEEN.includes(name))
    throw new TwinError(
      "E_ANOMALY",
      `The detector ${name} finds what is wrong between signals, and only one is watched: watch at least two, or choose another detector.`,
    );
}
