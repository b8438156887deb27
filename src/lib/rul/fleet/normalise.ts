/** Which sensors tell something about wear, and their normal level and scatter in every regime. */

import { ascending, quantile } from "../../statistics.ts";
import type { Regimes } from "./regimes.ts";
import { regimeOf } from "./regimes.ts";
import { SpikeGate, sampleDeviation } from "./spikes.ts";
import type { FleetTable } from "./table.ts";

/** One sensor: normalised value = (value − mean of the regime) × gain of the regime; more wear is always up. */
export interface Sensor {
  name: string;
  mean: number[];
  /** 1 / standard deviation, negative when the sensor falls with wear. */
  gain: number[];
  /** Standard deviation of a sample around its level, normalised; absent in models that do not judge single samples. */
  noise?: number;
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
    const values = withoutSpikes(columnOf(table, column), numbers, regimes);
    const normal = levelsOf(values, numbers, regimes);
    if (!normal) continue;
    const z = normalised(values, numbers, normal);
    const { ratio, drift, strength } = movement(table, z);
    if (!(ratio > 1 + CERTAIN * Math.sqrt(2 / table.units.length))) continue;
    const sign = drift < 0 ? -1 : 1;
    found.push({
      column,
      strength,
      sensor: {
        name: table.signals[column]!,
        mean: normal.mean,
        gain: normal.gain.map((g) => sign * g),
        noise: Number(sampleDeviation(z).toPrecision(4)),
      },
    });
  }
  found.sort((a, b) => b.strength - a.strength);
  return { sensors: found.map((f) => f.sensor), columns: found.map((f) => f.column) };
}

interface Normal {
  mean: number[];
  gain: number[];
}

/** Values of one column, one array per unit. */
function columnOf({ signals, units }: FleetTable, column: number): Float64Array[] {
  const width = signals.length;
  return units.map(({ time, values }) => Float64Array.from(time, (_, r) => values[r * width + column]!));
}

/** Normalises a column; NaN where the regime is not known. */
function normalised(values: Float64Array[], numbers: Int32Array[], { mean, gain }: Normal): Float64Array[] {
  return values.map((own, u) =>
    own.map((x, r) => {
      const k = numbers[u]![r]!;
      return k < 0 ? Number.NaN : (x - mean[k]!) * gain[k]!;
    }),
  );
}

/** The values with wild ones missing: judged by the median and the middle half of every regime, as they would spoil means. */
function withoutSpikes(values: Float64Array[], numbers: Int32Array[], regimes: number): Float64Array[] {
  const own = Array.from({ length: regimes }, (): number[] => []);
  values.forEach((unit, u) => {
    unit.forEach((x, r) => {
      const k = numbers[u]![r]!;
      if (k >= 0 && !Number.isNaN(x)) own[k]!.push(x);
    });
  });
  const sorted = own.map(ascending);
  const spread = (low: number, high: number) => (xs: Float64Array) =>
    xs.length === 0 ? 0 : quantile(xs, high) - quantile(xs, low);
  const half = sorted.map(spread(0.25, 0.75));
  const most = sorted.map(spread(0.02, 0.98));
  const gain = half.map((x, k) => 1 / Math.max(x / 1.349, most[k]! / 4.107));
  const normal = { mean: sorted.map((xs) => (xs.length === 0 ? 0 : quantile(xs, 0.5))), gain };
  if (!gain.every(Number.isFinite)) return values;
  const z = normalised(values, numbers, normal);
  const noise = [sampleDeviation(z)];
  const row = new Float64Array(1);
  return values.map((unit, u) => {
    const gate = new SpikeGate(noise);
    return unit.map((x, r) => {
      row[0] = z[u]![r]!;
      gate.pass(row);
      return Number.isNaN(row[0]!) ? Number.NaN : x;
    });
  });
}

function levelsOf(values: Float64Array[], numbers: Int32Array[], regimes: number): Normal | undefined {
  const n = new Float64Array(regimes);
  const mean = new Float64Array(regimes);
  const square = new Float64Array(regimes);
  let largest = 0;
  values.forEach((unit, u) => {
    unit.forEach((x, r) => {
      const k = numbers[u]![r]!;
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
function movement(table: FleetTable, normal: Float64Array[]) {
  let noise = 0;
  let pairs = 0;
  const differences: { d: number; variance: number }[] = [];
  table.units.forEach(({ time }, u) => {
    const edge = EDGE * (time[time.length - 1]! - time[0]!);
    let [early, late, nEarly, nLate, before] = [0, 0, 0, 0, Number.NaN];
    for (let r = 0; r < time.length; r++) {
      const z = normal[u]![r]!;
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

/** What keeps wild samples from one unit's features. */
export const gateOf = (sensors: Sensor[]): SpikeGate => new SpikeGate(sensors.map(({ noise }) => noise ?? 0));
