import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { answersOf, leaveAnswersOut } from "../../../../src/lib/rul/fleet/answers.ts";
import type { FleetTable } from "../../../../src/lib/rul/fleet/table.ts";

/** Units of lives 20, 31 and 47 whose columns are functions of cycle, life and unit. */
function fleet(columns: Record<string, (cycle: number, life: number, unit: number) => number>): FleetTable {
  const signals = Object.keys(columns);
  return {
    signals,
    units: [20, 31, 47].map((life, u) => {
      const time = Float64Array.from({ length: life }, (_, i) => i + 1);
      const rows = Array.from(time, (t) => signals.map((name) => columns[name]!(t, life, u)));
      return { id: `P${u}`, time, values: Float64Array.from(rows.flat()) };
    }),
  };
}

describe("columns that hold the answer", () => {
  const wear = (t: number, life: number, u: number) => 0.01 * t + 0.001 * ((t * 7919 + u * 104_729 + life) % 13);

  it("are the life left, whole, capped or counted to one, and flags for the end of it", () => {
    const table = fleet({
      wear,
      RUL: (t, life) => life - t,
      capped: (t, life) => Math.min(25, life - t),
      minutes: (t, life) => 60 * (life - t),
      toOne: (t, life) => life - t + 1,
      soon: (t, life) => (life - t <= 10 ? 1 : 0),
    });
    assert.deepEqual(answersOf(table), ["RUL", "capped", "minutes", "toOne", "soon"]);
    const { table: rest, answers } = leaveAnswersOut(table);
    assert.equal(answers.length, 5);
    assert.deepEqual(rest, fleet({ wear }));
  });

  it("are not signals: growing, falling, constant, switched, counted from the start, alike in all units, with holes", () => {
    const table = fleet({
      wear,
      falls: (t, life, u) => -wear(t, life, u),
      constant: () => 1,
      zero: () => 0,
      started: (t) => (t > 1 ? 1 : 0),
      cycles: (t) => t,
      level: (t, life) => 3 - 0.02 * (life - t),
      decay: (t, life) => Math.sqrt(life - t),
      missing: () => Number.NaN,
    });
    assert.deepEqual(answersOf(table), []);
    assert.equal(leaveAnswersOut(table).table, table);
  });
});
