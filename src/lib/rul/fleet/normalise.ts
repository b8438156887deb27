/** Which sensors tell something about wear, and their normal level and scatter in every regime. */
import type { Regimes } from "./regimes.ts";
import { regimeOf } from "./regimes.ts";
import type { FleetTable } from "./table.ts";

/** One sensor: normalised value = (value − mean of the regime) × gain of the regime; more wear is always up. */
export interface Sensor {
  name: string;
  mean: number[];
  /** 1 / standard deviation, negative when the sensor falls with wear. */
  gain: number[];
}

/** Regimes of all rows of a unit. */
export function regimeNumbers(table: FleetTable, regimes: Regimes, columns: number[]): Int32Array[] {
  const width = table.signals.length;
  const point = new Float64Array(columns.length);
  return table.units.map(({ time, values }) =>
    Int32Array.from({ length: time.length }, (_, r) => {
      for (let i = 0; i < columns.length; i++) point[i] = values[r * width + columns[i]!]!;
      return regimeOf(regimes, point);
    }),
  );
}

/** A sensor moves when the difference of late and early life exceeds its noise by this many standard errors. */
const CERTAIN = 3;
/** What counts as early and late life. */
const EDGE = 0.2;

/**
 * Selects the sensors that move with life, and learns their normal.
 * @param numbers regime of every row
 * @param exclude columns that are settings
 * @returns the sensors and their columns, the most telling first: the order of the file makes no difference
 */
export function selectSensors(
  table: FleetTable,
  numbers: Int32Array[],
  regimes: number,
  exclude: number[],
): { sensors: Sensor[]; columns: number[] } {
  const found: { sensor: Sensor; column: number; strength: number }[] = [];
  for (let column = 0; column < table.signals.length; column++) {
    if (exclude.includes(column)) continue;
    const normal = levelsOf(table, numbers, regimes, column);
    if (!normal) continue;
    const { ratio, drift, strength } = movement(table, numbers, column, normal);
    if (!(ratio > 1 + CERTAIN * Math.sqrt(2 / table.units.length))) continue;
    const sign = drift < 0 ? -1 : 1;
    found.push({
      column,
      strength,
      sensor: { name: table.signals[column]!, mean: normal.mean, gain: normal.gain.map((g) => sign * g) },
    });
  }
  found.sort((a, b) => b.strength - a.strength);
  return { sensors: found.map((f) => f.sensor), columns: found.map((f) => f.column) };
}

interface Normal {
  mean: number[];
  gain: number[];
}

function levelsOf(table: FleetTable, numbers: Int32Array[], regimes: number, column: number): Normal | undefined {
  const width = table.signals.length;
  const n = new Float64Array(regimes);
  const mean = new Float64Array(regimes);
  const square = new Float64Array(regimes);
  let largest = 0;
  table.units.forEach(({ values }, u) => {
    numbers[u]!.forEach((k, r) => {
      const x = values[r * width + column]!;
      if (k < 0 || Number.isNaN(x)) return;
      n[k]! += 1;
      const d = x - mean[k]!;
      mean[k]! += d / n[k]!;
      square[k]! += d * (x - mean[k]!);
      largest = Math.max(largest, Math.abs(x));
    });
  });
  const rows = n.reduce((a, b) => a + b, 0);
  const pooled = Math.sqrt(square.reduce((a, b) => a + b, 0) / rows);
  // A spread of rounding errors is none.
  if (!(pooled > 1e-9 * largest)) return undefined;
  const gain = Array.from(n, (count, k) => {
    const sd = Math.sqrt(square[k]! / count);
    return count >= 20 && sd > 0.01 * pooled ? 1 / sd : 1 / pooled;
  });
  return { mean: Array.from(mean), gain };
}

/** Compares late with early life, unit by unit, with what the scatter of neighbouring samples explains. */
function movement(table: FleetTable, numbers: Int32Array[], column: number, { mean, gain }: Normal) {
  const width = table.signals.length;
  let noise = 0;
  let pairs = 0;
  const differences: { d: number; variance: number }[] = [];
  table.units.forEach(({ time, values }, u) => {
    const edge = EDGE * (time[time.length - 1]! - time[0]!);
    let [early, late, nEarly, nLate, before] = [0, 0, 0, 0, Number.NaN];
    for (let r = 0; r < time.length; r++) {
      const k = numbers[u]![r]!;
      if (k < 0) continue;
      const z = (values[r * width + column]! - mean[k]!) * gain[k]!;
      if (Number.isNaN(z)) continue;
      if (!Number.isNaN(before)) {
        noise += (z - before) ** 2;
        pairs++;
      }
      before = z;
      if (time[r]! <= time[0]! + edge) {
        early += z;
        nEarly++;
      }
      if (time[r]! >= time[time.length - 1]! - edge) {
        late += z;
        nLate++;
      }
    }
    if (nEarly > 0 && nLate > 0)
      differences.push({ d: late / nLate - early / nEarly, variance: 1 / nEarly + 1 / nLate });
  });
  const variance = noise / Math.max(1, 2 * pairs);
  let ratio = 0;
  let drift = 0;
  let size = 0;
  for (const { d, variance: v } of differences) {
    ratio += (d * d) / (variance * v);
    drift += d;
    size += d * d;
  }
  return { ratio: ratio / differences.length, drift, strength: size / (variance * differences.length) };
}

/** Normalises one row. */
export function normalise(sensors: Sensor[], regime: number, values: ArrayLike<number>, out: Float64Array): void {
  for (let s = 0; s < sensors.length; s++) {
    const { mean, gain } = sensors[s]!;
    out[s] = regime < 0 ? Number.NaN : (values[s]! - mean[regime]!) * gain[regime]!;
  }
}
