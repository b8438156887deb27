import assert from "node:assert/strict";
import { Habit } from "../../../../src/lib/anomaly/detectors/habit.ts";
import { createRandom } from "../../../../src/lib/random.ts";

const MINUTE = 60_000;
const STEP = 10 * MINUTE;
const DAY = 144;
const WEEK = 7 * DAY;

/** Feeds a level of each sample with noise of 0.5; everything is ordinary to the judge but what is marked. */
function watch(level: (i: number) => number, weeks: number, ordinary: (i: number) => boolean) {
  const random = createRandom("habit");
  const habit = new Habit(400);
  const surprises: number[] = [];
  for (let i = 0; i < weeks * WEEK; i++) {
    surprises.push(habit.update(i * STEP, level(i) + 0.5 * random.normal(), ordinary(i)));
    habit.judge(ordinary(i), 1 / WEEK);
  }
  return { habit, surprises, random };
}

const cleaning = (i: number): boolean => i % WEEK >= 5 * DAY && i % WEEK < 5 * DAY + 30;
const of = (surprises: number[], week: number, hours: (i: number) => boolean) =>
  surprises.filter((_, i) => Math.floor(i / WEEK) === week && hours(i));

describe("anomaly: habit", () => {
  it("knows in the third week what was the same in the first two, to the noise", () => {
    const { surprises } = watch(
      (i) => (cleaning(i) ? 20 : 0),
      4,
      (i) => !cleaning(i),
    );
    assert.ok(of(surprises, 1, () => true).every(Number.isNaN), "one week is no habit");
    for (const week of [2, 3]) {
      const seen = of(surprises, week, cleaning);
      // Thirty samples, the largest of which has a surprise of ln 30 or so.
      assert.ok(Math.max(...seen) < 12, `week ${week}: ${Math.max(...seen)}`);
    }
  });

  it("is surprised by what is missing, and by what happened in one week of the two", () => {
    const { surprises } = watch(
      (i) => (cleaning(i) && Math.floor(i / WEEK) !== 3 ? 20 : 0),
      6,
      (i) => !cleaning(i),
    );
    for (const [week, surprising] of [
      [3, true],
      [4, true],
      [5, true],
    ] as const)
      assert.equal(Math.min(...of(surprises, week, (i) => cleaning(i - 3) && cleaning(i + 3))) > 100, surprising);
  });

  it("a switch may come ten minutes sooner or later", () => {
    const late = (i: number) => (i >= 2 * WEEK ? cleaning(i - 1) : cleaning(i));
    const { surprises } = watch(
      (i) => (late(i) ? 20 : 0),
      3,
      (i) => !late(i) && !cleaning(i),
    );
    assert.ok(Math.max(...of(surprises, 2, (i) => cleaning(i) || late(i))) < 12);
  });

  it("has nothing to say while hardly anything was ordinary for a week, and again after that", () => {
    const stays = (i: number) => i >= 3 * WEEK && i < 6 * WEEK;
    const { surprises } = watch(
      (i) => (stays(i) ? 20 : 0),
      9,
      (i) => !stays(i),
    );
    assert.ok(
      of(surprises, 3, () => true).every((s) => s > 100),
      "a step is surprising",
    );
    assert.ok(of(surprises, 4, () => true).every((s) => Number.isNaN(s) || s > 100));
    assert.ok(of(surprises, 5, () => true).every(Number.isNaN), "what stays is no habit");
    // The averages of the first day still tell of the step.
    assert.ok(of(surprises, 8, (i) => i % WEEK > DAY).every((s) => s < 20));
  });

  it("goes on byte for byte after a restart, and passes over what is missing", () => {
    const { habit, random } = watch(
      (i) => (cleaning(i) ? 20 : 0),
      4,
      (i) => !cleaning(i),
    );
    const again = new Habit(400);
    again.restore(JSON.parse(JSON.stringify(habit.snapshot())));
    for (let i = 4 * WEEK; i < 5 * WEEK; i++) {
      const x = i % 50 === 0 ? Number.NaN : random.normal();
      assert.equal(again.update(i * STEP, x, true), habit.update(i * STEP, x, true));
    }
    assert.throws(() => again.restore({}), RangeError);
  });
});
