/** Turns histories into rows that teach: features, and the life that was left. */
import type { Random } from "../../random.ts";
import type { Clock } from "./clock.ts";
import { clockOf, startIsSeen } from "./clock.ts";
import { needsStart } from "./features.ts";
import { type Fleet, walk } from "./fleet.ts";
import type { FleetTable } from "./table.ts";

/** About so many rows teach; longer histories are thinned evenly. */
const ROWS = 14_000;
/**
 * A small fleet has not shown how fast machines can wear: every history also teaches at other speeds (logarithms), as if
 * time had run faster or slower.
 */
const SPEEDS = [-0.4, -0.2, 0.2, 0.4];
const SMALL_FLEET = 75;

export interface Rows {
  /** `rows × features` */
  values: Float32Array;
  /** Life left, at most the cap. */
  target: Float64Array;
  /** Life left. */
  left: Float64Array;
  unit: Int32Array;
}

export interface Teaching {
  /** Units whose start was seen, from their start. */
  full: Rows;
  /** Units from somewhere in their life, without the features that need a start: once knowing their age, once not. */
  midlife: Rows;
  /** Units from somewhere in their life, as if that were their start. */
  restarted: Rows;
  clock: Clock;
}

/** All rows that teach. */
export function teachingRows(table: FleetTable, fleet: Fleet, cap: number, random: Random): Teaching {
  const clock = clockOf(table, fleet.shape.life);
  const age = fleet.names.length - 2;
  const startFeatures = [...fleet.names.keys()].filter((f) => needsStart(fleet.names[f]!));
  const speeds = table.units.length < SMALL_FLEET ? [0, ...SPEEDS] : [0];
  const rows = table.units.reduce((sum, u) => sum + u.time.length, 0) * speeds.length;
  const stride = Math.max(1, Math.ceil(rows / ROWS));
  const full = collect(cap);
  const midlife = collect(cap);
  const restarted = collect(cap);
  table.units.forEach(({ time }, u) => {
    const begin = clock.isAge ? clock.start : time[0]!;
    const somewhere = (low: number, high: number) =>
      Math.floor((time.length - 1) * (low + (high - low) * random.next()));
    for (const speed of speeds) {
      const stretch = Math.exp(speed);
      if (startIsSeen(clock, time[0]!))
        walk(table, fleet, u, { stretch, stride }, (features, now, left) => {
          features[age] = now - begin;
          full.add(features, left, u);
        });
      const from = somewhere(0.1, 0.9);
      let restart = Number.NaN;
      walk(table, fleet, u, { from, stretch, stride }, (features, now, left) => {
        if (Number.isNaN(restart)) restart = now - features[age + 1]!;
        features[age] = now - restart;
        restarted.add(features, left, u);
      });
      for (const known of [clock.isAge, false])
        walk(table, fleet, u, { from: somewhere(0, 0.9), stretch, stride }, (features, now, left) => {
          features[age] = known ? now - clock.start : Number.NaN;
          for (const f of startFeatures) features[f] = Number.NaN;
          midlife.add(features, left, u);
        });
    }
  });
  // When no start was seen, every unit is judged as met in mid-life.
  const fromStart = clock.isAge && clock.tolerance === null ? midlife : full;
  return { full: fromStart.rows(), midlife: midlife.rows(), restarted: restarted.rows(), clock };
}

function collect(cap: number) {
  const values: number[] = [];
  const target: number[] = [];
  const lives: number[] = [];
  const units: number[] = [];
  return {
    add(features: Float64Array, left: number, unit: number) {
      for (const x of features) values.push(x);
      target.push(Math.min(cap, left));
      lives.push(left);
      units.push(unit);
    },
    rows: (): Rows => ({
      values: Float32Array.from(values),
      target: Float64Array.from(target),
      left: Float64Array.from(lives),
      unit: Int32Array.from(units),
    }),
  };
}

export function concat(a: Float32Array, b: Float32Array): Float32Array {
  const out = new Float32Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}
