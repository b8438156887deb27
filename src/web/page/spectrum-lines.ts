/** What is marked in a spectrum: the shaft's speed and the bearing's frequencies, with their harmonics. */
import type { SpectrumView } from "../shapes.ts";
import type { Line } from "./spectrum-plot.ts";

/** As many as the verdict looks at (docs/spectrum.md). */
const HARMONICS: Record<string, number> = { shaft: 3, "outer race": 4, "inner race": 3, ball: 3, cage: 4 };

/** True when a part of the bearing is named. */
export const isDamaged = (v: SpectrumView): boolean => v.marks.some((m) => m.part === v.verdict);

/** Of a damaged bearing the damaged part and the shaft, else everything. */
export const isTelling = (v: SpectrumView, part: string): boolean =>
  !isDamaged(v) || part === v.verdict || part === "shaft";

/** @param parts which parts to mark */
export const linesOf = (v: SpectrumView, parts: (part: string) => boolean): Line[] =>
  v.marks
    .filter((m) => parts(m.part))
    .flatMap(({ part, symbol, frequency }) =>
      Array.from({ length: HARMONICS[part] ?? 1 }, (_, i) => ({
        frequency: (i + 1) * frequency,
        label: part === "shaft" ? `${i + 1}×` : i === 0 ? symbol : `${i + 1}·${symbol}`,
        found: part === v.verdict,
      })),
    );
