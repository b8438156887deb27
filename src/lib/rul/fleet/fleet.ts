/** What is known of a fleet before trees are grown: operating points, sensors that tell, the fused health indicator. */

import { median } from "../../statistics.ts";
import { TwinError } from "../../twin/envelope.ts";
import { FeatureStream, featureNames, type StreamShape } from "./features.ts";
import { findRegimes } from "./find-regimes.ts";
import { fitIndicator } from "./indicator.ts";
import { gateOf, normalise, regimeNumbers, type Sensor, selectSensors } from "./normalise.ts";
import type { Regimes } from "./regimes.ts";
import type { FleetTable } from "./table.ts";

const RIDGE = 0.01;
/** More sensors than these, the weakest, cost more than they tell. */
const MOST_SENSORS = 60;
/** About so many rows teach the indicator. */
const ROWS = 14_000;

export interface Fleet {
  regimes: Regimes;
  sensors: Sensor[];
  /** Columns of the sensors in the table. */
  columns: number[];
  numbers: Int32Array[];
  shape: StreamShape;
  names: string[];
}

/**
 * Operating points, sensors, and the health indicator.
 * @param namedSettings names of the settings columns; undefined: find them
 * @throws TwinError `E_FLEET` when a named column is missing or no signal moves with life
 */
export function describeFleet(table: FleetTable, namedSettings: string[] | undefined, cap: number): Fleet {
  const named = namedSettings?.map((name) => {
    const at = table.signals.indexOf(name);
    if (at < 0)
      throw new TwinError("E_FLEET", `The settings column ${JSON.stringify(name)} is not among the numeric columns.`);
    return at;
  });
  const { regimes, columns: settings } = findRegimes(table, named);
  const numbers = regimeNumbers(table, regimes, settings);
  const { sensors, columns } = selectSensors(
    table,
    numbers,
    regimes.seen.length,
    named ?? settings.slice(0, regimes.settings.length),
  );
  if (sensors.length === 0)
    throw new TwinError("E_FLEET", "No signal moves with life: all are constant or noise, so nothing can be learned.");
  sensors.length = columns.length = Math.min(sensors.length, MOST_SENSORS);
  const life = medianLife(table);
  const fleet: Fleet = {
    regimes,
    sensors,
    columns,
    numbers,
    shape: { sensors: sensors.length, weights: new Float64Array(sensors.length), intercept: 0, life },
    names: featureNames(sensors.length),
  };
  const smooth: number[] = [];
  const target: number[] = [];
  const stride = Math.ceil(table.units.reduce((sum, u) => sum + u.time.length, 0) / ROWS);
  for (let u = 0; u < table.units.length; u++)
    walk(table, fleet, u, { stride }, (features, _, left) => {
      for (let s = 0; s < sensors.length; s++) smooth.push(features[4 * s]!);
      target.push(1 - Math.min(cap, left) / cap);
    });
  const { weights, intercept } = fitIndicator(
    Float64Array.from(smooth),
    sensors.length,
    Float64Array.from(target),
    RIDGE,
  );
  fleet.shape = { ...fleet.shape, weights, intercept };
  return fleet;
}

export interface Walk {
  /** First row that the stream sees. */
  from?: number;
  /** Time runs so many times slower. */
  stretch?: number;
  /** Every how manieth row is visited, counted from the last. */
  stride: number;
}

/**
 * Runs a unit through the stream.
 * @param visit gets the features (reused by the next row), the stretched time, and the life left
 */
export function walk(
  { signals, units }: FleetTable,
  fleet: Fleet,
  unit: number,
  { from = 0, stretch = 1, stride }: Walk,
  visit: (features: Float64Array, time: number, left: number) => void,
): void {
  const { time, values } = units[unit]!;
  const stream = new FeatureStream(fleet.shape);
  const features = new Float64Array(stream.length);
  const raw = new Float64Array(fleet.columns.length);
  const z = new Float64Array(fleet.columns.length);
  const gate = gateOf(fleet.sensors);
  const first = time[0]!;
  const last = time.length - 1;
  for (let r = from; r <= last; r++) {
    for (let s = 0; s < raw.length; s++) raw[s] = values[r * signals.length + fleet.columns[s]!]!;
    normalise(fleet.sensors, fleet.numbers[unit]![r]!, raw, z);
    gate.pass(z);
    const now = first + (time[r]! - first) * stretch;
    stream.update(now, z, Number.NaN, features);
    if ((last - r) % stride === 0) visit(features, now, (time[last]! - time[r]!) * stretch);
  }
}

export const medianLife = (table: FleetTable): number =>
  median(table.units.map(({ time }) => time[time.length - 1]! - time[0]!));
