import assert from "node:assert/strict";
import { readFleet } from "../../../../src/lib/rul/fleet/read.ts";

describe("a historian export", () => {
  const options = { unit: "unit", time: "cycle" };

  it("may hold the rows of units in any order, and holes", () => {
    const text = "cycle,unit,a,note,b\n2,P2,5,x,\n1,P1,1,,2\n1,P2,4,,6\n2,P1,n/a,,3\n";
    const { table, times, unreadable } = readFleet(text, options);
    assert.deepEqual(table.signals, ["a", "b"]);
    assert.deepEqual(
      table.units.map((u) => [u.id, [...u.time], [...u.values]]),
      [
        ["P2", [1, 2], [4, 6, 5, Number.NaN]],
        ["P1", [1, 2], [1, 2, Number.NaN, 3]],
      ],
    );
    assert.deepEqual(times, [
      ["1", "2"],
      ["1", "2"],
    ]);
    assert.equal(unreadable, 0);
  });

  it("counts dates in hours, reads decimal commas, and counts what is no number", () => {
    const text = "unit;cycle;a\n1;2026-01-01 00:00;1,5\n1;2026-01-01 12:30;bad\n";
    const { table, unreadable } = readFleet(text, options);
    assert.equal(table.units[0]!.time[1]! - table.units[0]!.time[0]!, 12.5);
    assert.equal(table.units[0]!.values[0], 1.5);
    assert.equal(unreadable, 1);
  });

  it("says what is missing", () => {
    assert.throws(() => readFleet("unit,a\n1,2\n", options), /no column "cycle"; it has unit, a/);
    assert.throws(() => readFleet("unit,cycle,a\n1,1,2\n1,,2\n", options), /Row 3 has no time in column "cycle"/);
    assert.throws(() => readFleet("unit,cycle,a\n,1,2\n", options), /Row 2 names no unit/);
    assert.throws(() => readFleet("unit,cycle,a,a\n1,1,2,2\n", options), /two columns named "a"/);
    assert.throws(() => readFleet("unit,cycle,a\n1,1,2\n", { ...options, signals: ["b"] }), /no column "b"/);
  });
});
