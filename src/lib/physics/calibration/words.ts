/** A calibration's report in plain sentences: what changed, how much better it fits, what the data could not tell. */
import type { CalibrationReport } from "./report.ts";

type Parameter = CalibrationReport["parameters"][number];
type Output = CalibrationReport["outputs"][number];

/** A fit that explains what was kept back this much worse than what it saw does not carry over. */
const CARRIES = 2;
/** Gains below this share are not worth a word. */
const GAIN = 0.95;
/** Share of measurements left out from which it is said. */
const REMARKABLE = 0.01;

export const sentences = (report: CalibrationReport): string[] => [
  ...report.parameters.map(parameterSentence),
  ...report.outputs.flatMap(outputSentence),
  ...outlierSentence(report),
  ...report.remarks,
];

/** `Outlet coefficient 1.21 ± 0.03, was 1.00.` */
export function parameterSentence({ label, unit, value, before, low, high }: Parameter): string {
  if (low === null || high === null)
    return value === before
      ? `${label} stays ${amount(value, unit)}.`
      : `${label} ${amount(value, unit)}, was ${amount(before, unit)}, but that cannot be told from these data.`;
  const half = (high - low) / 2;
  const decimals = decimalsOf(half, /^1/.test(half.toExponential()) ? 2 : 1);
  const fixed = (x: number) => number(x, decimals);
  const u = unit === "" ? "" : ` ${unit}`;
  return `${label} ${fixed(value)} ± ${fixed(half)}${u}, was ${fixed(before)}${u}.`;
}

/** `Level is now explained to 0.8 cm instead of 5.1 cm; …` with what was kept back from the fit. */
function outputSentence({ label, unit, before, after, heldOutBefore, heldOutAfter }: Output): string[] {
  if (!Number.isFinite(after) || !Number.isFinite(before)) return [];
  const decimals = decimalsOf(Math.min(after, heldOutAfter || after), 2);
  const u = unit === "" ? "" : ` ${unit}`;
  const to = (x: number) => `${number(x, decimals)}${u}`;
  if (after > GAIN * before) return [`${label} is explained no better than before, to ${to(after)}.`];
  const head = `${label} is now explained to ${to(after)} instead of ${to(before)}`;
  if (!Number.isFinite(heldOutAfter)) return [`${head}.`];
  const kept = "the last 30 % of the rows, which a first fit had not seen";
  const held = `${to(heldOutAfter)} instead of ${to(heldOutBefore)}`;
  if (heldOutAfter > heldOutBefore || heldOutAfter > CARRIES * after)
    return [`${head}, but ${kept}, to ${held}: the numbers do not carry over, use a longer or more varied time.`];
  return [`${head}, and ${kept}, to ${held}.`];
}

/** Many that were left out may be a fault, or the better part of the truth. */
function outlierSentence({ outliers, measurements }: CalibrationReport): string[] {
  const all = outliers + measurements;
  if (outliers <= REMARKABLE * all) return [];
  return [`${outliers} of ${all} measurements did not fit the others and were left out: look at what happened there.`];
}

/** Decimals that show so many significant digits. */
const decimalsOf = (x: number, digits: number): number =>
  x > 0 && Number.isFinite(x) ? digits - 1 - Math.floor(Math.log10(x)) : 3;

function number(x: number, decimals: number): string {
  if (decimals > 8 || Math.abs(x) >= 1e7) return String(Number(x.toPrecision(3)));
  if (decimals >= 0) return x.toFixed(decimals);
  const step = 10 ** -decimals;
  return String(Math.round(x / step) * step);
}

const amount = (x: number, unit: string): string => `${Number(x.toPrecision(4))}${unit === "" ? "" : ` ${unit}`}`;
