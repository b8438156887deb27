import assert from "node:assert/strict";
import { createRandom, type Random } from "../../../../src/lib/random.ts";
import { findRegimes } from "../../../../src/lib/rul/fleet/find-regimes.ts";
import { regimeNumbers, selectSensors } from "../../../../src/lib/rul/fleet/normalise.ts";
import { MISSING, ONE_REGIME, regimeOf, regimesOf, STRANGE } from "../../../../src/lib/rul/fleet/regimes.ts";
import type { FleetTable } from "../../../../src/lib/rul/fleet/table.ts";

const UNITS = 20;
const LIFE = 150;

/** A fleet whose columns are functions of (share of life, operating point, random). */
function fleet(
  columns: Record<string, (life: number, point: number, r: Random) => number>,
  points: number,
): FleetTable {
  const random = createRandom("regimes");
  const signals = Object.keys(columns);
  return {
    signals,
    units: Array.from({ length: UNITS }, (_, u) => {
      const values: number[] = [];
      for (let t = 0; t < LIFE; t++) {
        const point = Math.floor(points * random.next());
        for (const name of signals) values.push(columns[name]!(t / LIFE, point, random));
      }
      return {
        id: String(u),
        time: Float64Array.from({ length: LIFE }, (_, t) => t),
        values: Float64Array.from(values),
      };
    }),
  };
}

const wear = (life: number, r: Random) => 3 * life ** 3 + 0.5 * r.normal();

describe("operating points", () => {
  it("are found where a column takes few values that explain the other columns", () => {
    const altitude = [0, 10, 20, 25, 35, 42];
    const table = fleet(
      {
        a: (life, p, r) => 50 * p + wear(life, r),
        altitude: (_, p, r) => altitude[p]! + 0.003 * r.next(),
        b: (life, p, r) => 10 * (p % 3) - wear(life, r),
      },
      6,
    );
    const { regimes, columns } = findRegimes(table);
    assert.equal(columns[0], 1);
    assert.equal(regimes.seen.length, 6);
    assert.equal(new Set(altitude.map((x) => regimeOf(regimes, [x]))).size, 6);
    assert.equal(regimeOf(regimes, [15]), STRANGE);
  });

  it("are found although one value in a hundred is wild", () => {
    const altitude = [0, 10, 20, 25, 35, 42];
    const random = createRandom("wild settings");
    const wild = (x: number) => (random.next() < 0.01 ? x * (1 + 3 * random.normal()) : x);
    const table = fleet(
      {
        a: (life, p, r) => wild(500 + 50 * p + wear(life, r)),
        altitude: (_, p, r) => wild(altitude[p]! + 0.003 * r.next()),
        b: (life, p, r) => wild(900 + 10 * (p % 3) - wear(life, r)),
        c: (life, p, r) => wild(300 - 20 * (p % 4) - wear(life, r)),
      },
      6,
    );
    const { regimes, columns } = findRegimes(table);
    assert.equal(columns[0], 1);
    assert.equal(regimes.seen.length, 6);
    const numbers = regimeNumbers(table, regimes, columns);
    assert.deepEqual(
      selectSensors(table, numbers, 6, [1])
        .sensors.map((s) => s.name)
        .sort(),
      ["a", "b", "c"],
    );
  });

  it("are told by another column while the setting is missing", () => {
    const table = fleet(
      {
        altitude: (_, p) => 10 * p,
        a: (life, p, r) => 50 * p + wear(life, r),
        inlet: (_, p, r) => 500 - 7 * p + 0.01 * r.next(),
      },
      3,
    );
    const { regimes, columns } = findRegimes(table);
    assert.deepEqual(columns.slice(0, 2), [0, 2]);
    for (const p of [0, 1, 2])
      assert.equal(regimeOf(regimes, [Number.NaN, 500 - 7 * p]), regimeOf(regimes, [10 * p, Number.NaN]));
    assert.equal(regimeOf(regimes, [Number.NaN, 470]), MISSING);
    assert.equal(regimeOf(regimes, [15, 500]), STRANGE);
  });

  it("are not found in rounded noise, in a rounded sensor, or in one that grows with age", () => {
    const table = fleet(
      {
        a: (life, _, r) => wear(life, r),
        noise: (_, __, r) => Math.round(3 * r.normal()) / 10,
        rounded: (life, _, r) => Math.round(2 * wear(life, r)),
        stage: (life) => Math.floor(4 * life),
        constant: () => 7,
      },
      1,
    );
    assert.deepEqual(findRegimes(table).columns, []);
  });

  it("are one where the named settings are noise, and several where a named load explains part of the scatter", () => {
    const table = fleet(
      {
        a: (life, _, r) => wear(life, r),
        op1: (_, __, r) => 0.002 * r.normal(),
        op2: (_, __, r) => Math.round(3 * r.normal()) / 1e4,
        op3: () => 100,
      },
      1,
    );
    assert.deepEqual(findRegimes(table, [1, 2, 3]).regimes.seen, [""]);
    let load = 0;
    const loaded = fleet(
      { load: (_, __, r) => (load = 100 * r.next()), a: (life, _, r) => load / 20 + wear(life, r) },
      1,
    );
    assert.equal(findRegimes(loaded, [0]).regimes.seen.length, 6);
  });

  it("cut a named setting that takes many values into bands", () => {
    const table = fleet({ a: (life, _, r) => wear(life, r), load: (_, __, r) => 100 * r.next() }, 1);
    const regimes = regimesOf(table, [1]);
    assert.equal(regimes.seen.length, 6);
    assert.ok(regimeOf(regimes, [50]) >= 0);
    assert.equal(regimeOf(regimes, [200]), STRANGE);
    assert.equal(regimeOf(regimes, [Number.NaN]), MISSING);
  });
});

describe("selection of sensors", () => {
  it("keeps what moves with life in either direction, and drops constants and noise", () => {
    const table = fleet(
      {
        up: (life, _, r) => wear(life, r),
        noise: (_, __, r) => r.normal(),
        down: (life, _, r) => 1000 - 20 * wear(life, r),
        constant: () => 14.62,
        rounding: (_, __, r) => 0.1 + 0.2 * 1e-16 * r.next(),
      },
      1,
    );
    const numbers = regimeNumbers(table, ONE_REGIME, []);
    const { sensors } = selectSensors(table, numbers, 1, []);
    assert.deepEqual(sensors.map((s) => s.name).sort(), ["down", "up"]);
    assert.ok(sensors.find((s) => s.name === "down")!.gain[0]! < 0);
    assert.ok(sensors.find((s) => s.name === "up")!.gain[0]! > 0);
  });
});
