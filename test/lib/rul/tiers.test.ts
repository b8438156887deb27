import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { readPastFailures } from "../../../src/editor/past-failures.ts";
import { createRandom } from "../../../src/lib/random.ts";
import type { FleetPredictor } from "../../../src/lib/rul/fleet/predictor.ts";
import { fleetSection } from "../../../src/lib/rul/fleet-section.ts";
import type { Indicator } from "../../../src/lib/rul/indicator.ts";
import { alignRecord, FailureLibrary, unitOf } from "../../../src/lib/rul/library.ts";
import { ParticlePredictor } from "../../../src/lib/rul/particles/particle-predictor.ts";
import { findLives } from "../../../src/lib/rul/preview.ts";
import { Promises } from "../../../src/lib/rul/promises.ts";
import { type PastLife, Similarity } from "../../../src/lib/rul/similarity.ts";
import { TwinRul, type TwinRulOptions } from "../../../src/lib/rul/twin-rul.ts";
import type { Envelope } from "../../../src/lib/twin/envelope.ts";

/** Lives that end at level 1: straight, late and early risers. */
const SHAPES: Record<string, (share: number) => number> = {
  straight: (s) => s,
  late: (s) => s ** 4,
  early: (s) => Math.sqrt(s),
};
const past: PastLife[] = Object.entries(SHAPES).map(([unit, f]) => ({
  unit,
  life: 100,
  curve: Array.from({ length: 51 }, (_, i) => [2 * i, f(i / 50)] as const),
}));

describe("likeness to past failures", () => {
  const seen = (f: (share: number) => number, until: number) =>
    Array.from({ length: until }, (_, t) => ({ t, y: f(t / 100), variance: 1e-4 }));
  it("names the life that this one repeats, and expects its end", () => {
    const similarity = new Similarity(past, (y) => y);
    for (const unit of ["straight", "late", "early"] as const) {
      const { life, likeness } = similarity.predict(seen(SHAPES[unit]!, 61), 1, 60);
      assert.equal(likeness[0]!.unit, unit);
      // Forty are left; shifts in age and unlike lives keep it rough.
      assert.ok(Math.abs(life.quantile(0.5) - 40) < 16, `${unit}: ${life.quantile(0.5)}`);
    }
  });
  it("finds a machine that is younger than its age says: the shift in age counts", () => {
    const similarity = new Similarity([past[1]!], (y) => y);
    const younger = Array.from({ length: 81 }, (_, t) => ({ t, y: SHAPES.late!((t - 20) / 100), variance: 1e-4 }));
    const { life } = similarity.predict(younger.slice(20), 1, 80);
    assert.ok(Math.abs(life.quantile(0.5) - 40) < 8, `${life.quantile(0.5)}`);
  });
});

describe("tier B", () => {
  const lives = [180, 200, 220, 210, 190].map(
    (life, i): PastLife => ({
      unit: `unit ${i + 1}`,
      life,
      curve: Array.from({ length: 41 }, (_, k) => [(life * k) / 40, (k / 40) ** 4] as const),
    }),
  );
  const feed = (p: ParticlePredictor, until: number, life = 200) => {
    const random = createRandom("tier B");
    for (let t = 0; t < until; t++) p.update(t, (t / life) ** 4 + 0.02 * random.normal());
    return p.predict()!;
  };
  const make = (failures: PastLife[]) => {
    const p = new ParticlePredictor({ threshold: 1, direction: "rising" });
    p.learn(failures);
    return p;
  };
  it("knows at half of a life, where the trend alone does not, that about half is left", () => {
    const alone = feed(make([]), 100);
    const fleet = feed(make(lives), 100);
    // The level is 0.06 of the way: a trend may mean anything.
    assert.ok(fleet.p05 < 100 && fleet.p95 > 100, `${fleet.p05} to ${fleet.p95}`);
    assert.ok(Math.abs(fleet.p50 - 100) < 30, `${fleet.p50}`);
    assert.ok(fleet.p95 - fleet.p05 < (alone.p95 - alone.p05) / 2);
    assert.equal(fleet.likeness.length, 5);
  });
  it("is not used for fewer than three", () => {
    assert.deepEqual(feed(make(lives.slice(0, 2)), 100).p50, feed(make([]), 100).p50);
  });
  it("survives lives that were entered without curves", () => {
    const p = feed(make(lives.map(({ unit, life }) => ({ unit, life }))), 150);
    assert.ok(p.p05 < 50 && p.p95 > 50);
    assert.equal(p.weights.similarity, 0);
  });
});

describe("what is remembered of failures", () => {
  it("brings signals of unequal times onto common ages: means of what falls into each stretch", () => {
    const record = alignRecord(
      { a: [0, 1, 2, 3].map((t) => ({ time: 1000 + t * 10, value: t })), b: [{ time: 1035, value: 5 }] },
      1000,
      1040,
      80,
      4,
    );
    assert.deepEqual(record, { ages: [20, 40, 60, 80], signals: { a: [0, 1, 2, 3], b: [null, null, null, 5] } });
  });
  it("makes a table of the signals that every record has", () => {
    const library = new FailureLibrary([{ unit: "by hand", life: 3 }]);
    const ages = Array.from({ length: 20 }, (_, i) => i + 1);
    const record = (signals: Record<string, (number | null)[]>) => ({ ages, signals });
    const failure = { life: 20, begin: 0, time: 1 };
    library.add({ ...failure, unit: "x", record: record({ a: ages, b: ages }) });
    library.add({ ...failure, unit: "y", record: record({ a: ages.map((_, i) => (i ? i : null)) }) });
    library.add({ ...failure, unit: "z" });
    const { signals, failures } = library.teaching();
    assert.deepEqual(signals, ["a"]);
    const units = failures.map((f, i) => unitOf(f, i, signals));
    assert.deepEqual(
      units.map((u) => u.id),
      ["1 x", "2 y"],
    );
    assert.deepEqual([...units[0]!.values], ages);
    assert.ok(Number.isNaN(units[1]!.values[0]));
    assert.equal(library.all.length, 4);
    assert.throws(() => library.add({ ...failure, unit: "w", life: 0 }), /above zero/);
  });
  it("counts what was promised too late, and keeps little of a long life", () => {
    const promises = new Promises();
    // A life of 1000: the first half of the promises ends at 1200 (late), the rest at 1050 (not late by 10 %).
    for (let age = 0; age < 1000; age++)
      promises.note(age, (age < 500 ? 1200 : 1050) - age, 0, age < 500 ? 1100 - age : null);
    const { count, late, inside } = promises.judge(1000);
    assert.ok(count <= 64 && count > 25, `${count}`);
    assert.ok(Math.abs(late / count - 0.5) < 0.06, `${late} of ${count}`);
    assert.equal(inside, count);
    assert.ok(JSON.stringify(promises.snapshot()).length < 4000);
  });
  it("finds lives in a record: from a beginning or a repair to the limit, and repairs before it", () => {
    const points: [number, number][] = [];
    for (let t = 0; t < 110; t++) points.push([t, t / 100]);
    for (let t = 110; t < 170; t++) points.push([t, (t - 110) / 100]);
    for (let t = 170; t < 200; t++) points.push([t, (t - 170) / 100]);
    const lives = findLives(points, 1, "rising");
    assert.deepEqual(
      lives.map((l) => l.failed),
      [true, false, false],
    );
    assert.ok(Math.abs(lives[0]!.to - lives[0]!.from - 100) < 4);
    assert.ok(Math.abs(lives[1]!.to - lives[1]!.from - 60) < 8);
    const mirrored = findLives(
      points.map(([t, y]) => [t, -y]),
      -1,
      "falling",
    );
    assert.deepEqual(mirrored, lives);
  });
  it("reads a file of lives, or of histories, in the ways people write them", () => {
    assert.deepEqual(readPastFailures("unit,life\na,3\nb,4.5\n"), [
      { unit: "a", life: 3 },
      { unit: "b", life: 4.5 },
    ]);
    assert.deepEqual(readPastFailures("Machine;Hours;x\r\na;1,5;0\r\na;7,5;0\r\n"), [{ unit: "a", life: 6 }]);
    assert.equal(readPastFailures("nothing\n"), undefined);
  });
});

describe("the answer of a fleet model", () => {
  const predictor = (estimate: object) =>
    ({
      estimate: () => estimate,
      reasons: () => ["pressure falls."],
      model: { content: { cap: 125, promised: { units: 100, rmse: 10.4 } } },
    }) as unknown as FleetPredictor;
  it("states nothing beyond the cap, and the probability of failing within the horizon", () => {
    const near = fleetSection(
      predictor({ mean: 40, p05: 20, p10: 25, p50: 40, p90: 60, p95: 70, unknown: false }),
      "cycles",
      20,
    )!;
    assert.deepEqual([near.p05, near.p50, near.p95, near.censored, near.tier], [20, 40, 70, null, "C"]);
    assert.equal(near.failureProbability.value, 0.05);
    const far = fleetSection(
      predictor({ mean: 124, p05: 90, p10: 100, p50: 125, p90: 125, p95: 125, unknown: true }),
      "cycles",
      200,
    )!;
    assert.deepEqual([far.p05, far.p50, far.mean, far.censored, far.unknown], [90, null, null, 125, true]);
    assert.equal(far.failureProbability.value, null);
    assert.match(far.why.join(" "), /100 past failures; on units it had not seen it was 10.4 cycles off/);
  });
});

describe("one twin", () => {
  const indicator: Indicator = {
    name: "wear",
    label: "Wear",
    unit: "mm",
    read: (twin) => twin.values.wear as number,
  };
  const options: TwinRulOptions = {
    asset: { name: "Mill", idPattern: "mill", signals: new Map() },
    unit: "cycles",
    indicator,
    warnAt: 0.5,
    cycles: true,
    rul: {
      label: "Wear",
      unit: "mm",
      signal: "wear",
      threshold: 1,
      direction: "rising",
      timeUnit: "cycles",
      timeUnitLength: 1,
      horizon: 20,
      longest: 400,
    },
  };
  const twin = (time: number, wear: number): Envelope => ({
    v: 1,
    id: "mill",
    branch: "live",
    time: time * 1000,
    values: { wear },
    updated: ["wear"],
  });
  const live = (t: TwinRul, from: number, to: number, begin = 0) => {
    const random = createRandom(`life ${begin} ${from}`);
    let last = t.step(twin(from, (from - begin) / 100 + 0.01 * random.normal()));
    for (let i = from + 1; i < to; i++) last = t.step(twin(i, (i - begin) / 100 + 0.01 * random.normal()));
    return last;
  };
  it("reports a life that reached its limit at maintenance, once, and none that was ended while it was well", () => {
    const t = new TwinRul(options, { library: new FailureLibrary(), model: undefined });
    live(t, 0, 60);
    assert.equal(t.maintenance(false), undefined);
    live(t, 60, 170, 60);
    const failure = t.confirm()!;
    assert.ok(Math.abs(failure.life - 100) < 6, `${failure.life}`);
    assert.equal(failure.begin, 60_000);
    assert.ok(failure.predictions!.count > 10);
    assert.ok(failure.curve!.length > 20);
    assert.equal(t.maintenance(true), undefined, "the same life is not reported twice");
  });
  it("says in its section how urgent the remaining life is", () => {
    const t = new TwinRul(options, { library: new FailureLibrary(), model: undefined });
    assert.equal(live(t, 0, 20).section.severity, "none");
    assert.equal(live(t, 20, 115).section.severity, "alarm");
  });
  it("names the one machine where an asset describes many, and rounds to what a life can claim", () => {
    const asset = { ...options.asset, idPattern: "fleet:*" };
    const t = new TwinRul({ ...options, asset }, { library: new FailureLibrary(), model: undefined });
    const texts: string[] = [];
    for (let i = 0; i < 100; i++) {
      const { event } = t.step({ ...twin(i, i / 100), id: "fleet:mill-7" });
      if (event) texts.push(event.text);
    }
    assert.match(texts[0]!, /^mill-7 will probably fail in [\d.]+ cycles /);
    assert.match(texts[0]!, /Wear grows [\d.]+ mm per cycle, /);
    const [, ...numbers] = /in (\S+) cycles \((\S+) to (\S+)\)/.exec(texts[0]!)!;
    for (const x of numbers) assert.equal(Number(x), Number(Number(x).toPrecision(3)), texts[0]);
  });
  it("reports a failure that a person reports before the limit", () => {
    const t = new TwinRul(options, { library: new FailureLibrary(), model: undefined });
    live(t, 0, 70);
    assert.ok(Math.abs(t.maintenance(true)!.life - 70) < 2);
  });
  it("gives the same answers after a restart in mid-life as without one (with past failures)", () => {
    const library = new FailureLibrary(past.map((p) => ({ ...p, life: 100 })));
    const a = new TwinRul(options, { library, model: undefined });
    live(a, 0, 57);
    const b = new TwinRul(options, { library, model: undefined });
    b.restore(JSON.parse(JSON.stringify(a.snapshot())));
    for (let i = 57; i < 75; i++) {
      const message = twin(i, i / 100);
      assert.deepEqual(b.step(message), a.step(message), `sample ${i}`);
    }
  });
});
