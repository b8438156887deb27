import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { toICalendar } from "../../../src/lib/planner/icalendar.ts";
import { type MachineState, makePlan, type PlannerSettings } from "../../../src/lib/planner/plan.ts";
import { Planner } from "../../../src/lib/planner/planner.ts";
import { failsBefore } from "../../../src/lib/planner/remaining.ts";
import { readPlanner } from "../../../src/lib/planner/settings.ts";
import { ALWAYS, Crew, HOUR, utc } from "../../../src/lib/planner/windows.ts";
import type { Envelope, RulSection } from "../../../src/lib/twin/envelope.ts";
import { migrate } from "../../../src/nodes/planner/migrations.ts";

/** A Monday, 00:00 UTC. */
const MONDAY = Date.UTC(2026, 10, 23);
const at = (time: number) => new Date(time).toISOString().slice(0, 16);
const SETTINGS: PlannerSettings = {
  plannedCost: 1000,
  failureCost: 10_000,
  setupCost: 0,
  currency: "EUR",
  lead: 24,
  margin: 12,
  duration: 4,
  crews: 1,
  windows: { days: new Set([1, 2, 3, 4, 5]), from: 6, to: 14 },
  grouping: 0,
  horizon: 60,
};
const machine = (id: string, p05: number, age = 1000): MachineState => ({
  id,
  time: MONDAY,
  age,
  rul: { p05, p10: p05 * 1.1, p50: p05 * 1.5, p90: p05 * 2, p95: p05 * 2.2 },
  atLeast: null,
});

describe("remaining life between its quantiles", () => {
  const q = { p05: 10, p10: 20, p50: 50, p90: 90, p95: 100 };
  it("meets every quantile, rises, and ends at one", () => {
    for (const [t, p] of [
      [0, 0],
      [5, 0.025],
      [10, 0.05],
      [20, 0.1],
      [50, 0.5],
      [90, 0.9],
      [100, 0.95],
    ])
      assert.ok(Math.abs(failsBefore(q, t!) - p!) < 1e-12);
    assert.ok(failsBefore(q, 150) > 0.95 && failsBefore(q, 1e6) <= 1);
    assert.equal(failsBefore({ ...q, p90: null, p95: null }, 1000), 0.5, "nothing is claimed beyond what is stated");
  });
});

describe("the calendar of a team", () => {
  const shift = { days: new Set([1, 2, 3, 4, 5]), from: 6, to: 14 };
  it("gives the latest free begin within the shift, not on Sunday", () => {
    const crew = new Crew(shift, 1, utc);
    const sunday = MONDAY - 12 * HOUR;
    assert.equal(at(crew.lastStart(sunday - 100 * HOUR, sunday, HOUR)!), "2026-11-20T13:30");
    assert.equal(crew.lastStart(sunday, sunday + HOUR, HOUR), undefined);
    assert.equal(at(crew.firstStart(sunday, HOUR)!), "2026-11-23T06:00");
  });

  it("never gives one team two jobs at once, and two teams two", () => {
    for (const crews of [1, 2]) {
      const crew = new Crew(shift, crews, utc);
      const starts = Array.from({ length: 6 }, () => {
        const start = crew.lastStart(MONDAY, MONDAY + 5 * 24 * HOUR, 3 * HOUR)!;
        crew.take(start, 3 * HOUR);
        return start;
      });
      for (let t = MONDAY; t < MONDAY + 6 * 24 * HOUR; t += HOUR / 2)
        assert.ok(starts.filter((s) => s <= t && t < s + 3 * HOUR).length <= crews, `${crews} teams at ${at(t)}`);
    }
  });

  it("works around the clock when it may", () => {
    const crew = new Crew(ALWAYS, 1, utc);
    assert.equal(crew.lastStart(MONDAY, MONDAY + 30 * HOUR, HOUR), MONDAY + 30 * HOUR);
  });
});

describe("a plan", () => {
  const plan = (
    machines: MachineState[],
    s: Partial<PlannerSettings> = {},
    lives: { age: number; failed: boolean }[] = [],
  ) => makePlan(machines, lives, { ...SETTINGS, ...s }, MONDAY, utc);

  it("gives work the latest date that keeps margin and shift", () => {
    // 95 % live 100 h more; 12 h margin: begin by Thursday 16:00, so Thursday 13:30.
    const { jobs } = plan([machine("a", 100)]);
    assert.deepEqual(
      jobs.map((j) => [j.id, at(j.start), j.order, j.late]),
      [["a", "2026-11-26T13:30", false, false]],
    );
    assert.ok(jobs[0]!.risk > 0.03 && jobs[0]!.risk < 0.05, `${jobs[0]!.risk}`);
    assert.match(jobs[0]!.why[0]!, /With 95 % certainty it lives 4\.17 days more/);
  });

  it("orders now when lead time and margin are used up, and says what being late risks", () => {
    const due = plan([machine("a", 35)]).jobs[0]!;
    assert.equal(due.order, true);
    assert.match(due.why[0]!, /order now/);
    const late = plan([machine("a", 20)]).jobs[0]!;
    assert.equal(late.late, true);
    assert.match(late.why[1]!, /too late: .* % risk/);
    assert.ok(late.risk > 0.3);
  });

  it("does not plan what is far away, what is only known to live longer, and what nobody knows", () => {
    const far = machine("far", 5000);
    const { jobs, watching } = plan([
      far,
      { ...far, id: "long", rul: null, atLeast: 900 },
      { ...far, id: "dark", rul: null },
    ]);
    assert.equal(jobs.length, 0);
    assert.match(watching.find((w) => w.id === "far")!.why, /nothing to do within 60 days/);
    assert.match(watching.find((w) => w.id === "long")!.why, /at least 37.5 days more/);
    assert.match(watching.find((w) => w.id === "dark")!.why, /too few past lives/);
    const past = makePlan([{ ...far, rul: null, atLeast: 90 }], [], SETTINGS, MONDAY + 100 * HOUR, utc);
    assert.equal(past.watching[0]!.why, "Was to live at least 3.75 days more, which are over.");
  });

  it("plans by age where no remaining life is stated, and lets run to failure where age says nothing", () => {
    const dark = { ...machine("dark", 0, 400), rul: null };
    const wear = [800, 900, 1000, 1100, 1250].map((age) => ({ age, failed: true }));
    const byAge = plan([dark], {}, wear);
    assert.equal(byAge.jobs[0]?.policy, "age");
    assert.match(byAge.why[0]!, /5 failures and 0 lives without one/);
    const chance = [5, 40, 200, 900, 4000].map((age) => ({ age, failed: true }));
    assert.match(plan([dark], {}, chance).watching[0]!.why, /Run to failure/);
  });

  it("shares a visit when that saves more than the life it gives away", () => {
    const two = [machine("a", 100), machine("b", 130)];
    const apart = plan(two, { grouping: 48, setupCost: 10 });
    assert.deepEqual(
      apart.jobs.map((j) => j.with.length),
      [0, 0],
      "a cheap visit is not worth it",
    );
    const { jobs } = plan(two, { grouping: 48, setupCost: 500, crews: 2 });
    assert.deepEqual(
      jobs.map((j) => j.with),
      [["b"], ["a"]],
    );
    assert.equal(jobs[0]!.start, jobs[1]!.start);
    assert.match(jobs[1]!.why.join(" "), /Shares a visit with a: saves 500 EUR/);
  });

  it("compares its cost with running to failure and with a fixed interval", () => {
    const lives = [900, 1000, 1100, 1200].map((age) => ({ age, failed: true }));
    const { comparison } = plan([machine("a", 100, 950)], {}, lives);
    assert.ok(comparison);
    assert.ok(comparison.plan < comparison.fixedInterval! && comparison.fixedInterval! < comparison.runToFailure);
    assert.ok(Math.abs(comparison.saving - (comparison.fixedInterval! - comparison.plan)) < 1e-9);
    // At the break-even cost of a breakdown the plan costs what running to failure does.
    const equal = plan([machine("a", 100, 950)], { failureCost: comparison.breakEvenFailureCost! }, lives).comparison!;
    assert.ok(Math.abs(equal.plan / equal.runToFailure - 1) < 1e-9);
  });

  it("places a thousand machines without overlap", () => {
    const many = Array.from({ length: 1000 }, (_, i) => machine(`m-${i}`, 60 + i));
    const { jobs } = plan(many, { crews: 10, duration: 1, windows: ALWAYS });
    assert.equal(jobs.length, 1000);
    const starts = jobs.map((j) => j.start).sort((a, b) => a - b);
    for (let i = 10; i < starts.length; i++) assert.ok(starts[i]! - starts[i - 10]! >= HOUR);
  });
});

describe("iCalendar", () => {
  it("folds, escapes, and keeps one id per machine", () => {
    const { jobs } = makePlan([machine("plant1:pump-1", 100)], [], SETTINGS, MONDAY, utc);
    jobs[0]!.why = [
      "Größe, Länge; Ölstand \\ Filter, und ein langer Satz, der die Zeile über fünfundsiebzig Oktette hinaus trägt.",
      "zwei",
    ];
    const text = toICalendar(jobs, { now: MONDAY, origin: "twinwire", summary: (j) => `Maintenance: ${j.id}` });
    for (const line of text.split("\r\n")) assert.ok(Buffer.byteLength(line) <= 75, line);
    const unfolded = text.replace(/\r\n /g, "");
    assert.match(unfolded, /UID:plant1:pump-1@twinwire\r\n/);
    assert.match(unfolded, /DTSTART:20261126T133000Z\r\nDTEND:20261126T173000Z\r\n/);
    assert.match(unfolded, /DESCRIPTION:Größe\\, Länge\\; Ölstand \\\\ Filter\\,.*trägt\.\\nzwei\r\n/);
    assert.ok(text.startsWith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") && text.endsWith("END:VCALENDAR\r\n"));
  });
});

describe("the planner of a fleet", () => {
  const rul = (p05: number, more: Partial<RulSection> = {}): RulSection => ({
    unit: "h",
    mean: p05 * 1.5,
    p05,
    p10: p05 * 1.1,
    p50: p05 * 1.5,
    p90: p05 * 2,
    p95: p05 * 2.2,
    coverage: 0.9,
    failureProbability: { horizon: 24, value: 0.1 },
    tier: "A",
    method: "trend",
    censored: null,
    unknown: false,
    why: [],
    ...more,
  });
  const twin = (id: string, hour: number, section: RulSection): Envelope => ({
    v: 1,
    id,
    branch: "live",
    time: MONDAY + hour * HOUR,
    values: {},
    updated: [],
    rul: section,
  });

  it("tells once that work must be ordered, and clears it after the work; the life is learned", () => {
    const planner = new Planner(SETTINGS, [], undefined, utc);
    assert.equal(planner.update(twin("a", 0, rul(500))), true, "the first plan");
    assert.deepEqual(planner.plan(MONDAY).events, []);
    assert.equal(planner.update(twin("a", 0.1, rul(499))), false, "too early for another");
    assert.equal(planner.update(twin("a", 0.2, rul(30))), true, "due");
    const { events } = planner.plan(MONDAY + 0.2 * HOUR);
    assert.deepEqual(
      events.map((e) => [e.id, e.event]),
      [["a", "raised"]],
    );
    assert.deepEqual(planner.plan(MONDAY + 1 * HOUR).events, [], "not again");
    assert.match(planner.maintained("a", MONDAY + 50 * HOUR), /50 h.*before a breakdown/);
    planner.update(twin("a", 51, rul(900)));
    const after = planner.plan(MONDAY + 51 * HOUR);
    assert.equal(after.events.length, 0);
    assert.equal(after.plan.jobs[0]?.order ?? false, false);
  });

  it("lets ordered work come nearer: the lead time runs from the order, and the date never recedes beyond it", () => {
    const planner = new Planner({ ...SETTINGS, windows: ALWAYS }, [], undefined, utc);
    // p05 falls with the clock; lead 24 h and margin 12 h are used up at hour 4.
    const job = (hour: number) => {
      planner.update(twin("a", hour, rul(40 - hour)));
      return planner.plan(MONDAY + hour * HOUR).plan.jobs[0]!;
    };
    assert.equal(job(3).order, false);
    for (const hour of [4, 8, 16, 24, 27]) {
      const { start, order, late } = job(hour);
      assert.deepEqual([at(start), order, late], ["2026-11-24T04:00", true, false], `${hour}`);
    }
    assert.match(job(27).why[0]!, /: ordered/);
    // The parts are there: new life in the prediction is used, and an order lapses only when a whole lead time could pass.
    planner.update(twin("a", 28, rul(30)));
    const later = planner.plan(MONDAY + 28 * HOUR).plan.jobs[0]!;
    assert.deepEqual([at(later.start), later.order], [at(MONDAY + (28 + 30 - 12) * HOUR), true]);
    planner.update(twin("a", 29, rul(100)));
    assert.deepEqual(
      planner.plan(MONDAY + 29 * HOUR).events.map((e) => e.event),
      ["cleared"],
    );
  });

  it("goes by a number whose condition was never seen, and by none where there is none", () => {
    const planner = new Planner(SETTINGS, [], undefined, utc);
    planner.update(twin("a", 0, rul(20, { unknown: true })));
    const none = { mean: null, p05: null, p10: null, p50: null, p90: null, p95: null, censored: 125 };
    planner.update(twin("b", 0, rul(0, { ...none, unknown: true })));
    const { jobs, watching } = planner.plan(MONDAY).plan;
    assert.deepEqual(
      jobs.map((j) => [j.id, j.order]),
      [["a", true]],
    );
    assert.match(watching[0]!.why, /No remaining life is stated/);
  });

  it("counts a machine that has reached its limit as broken", () => {
    const planner = new Planner(SETTINGS, [], undefined, utc);
    planner.update(twin("a", 0, rul(50)));
    planner.update(twin("a", 60, { ...rul(0), p50: 0 }));
    assert.match(planner.maintained("a", MONDAY + 61 * HOUR), /ended by a breakdown/);
    assert.match(planner.maintained("nobody", MONDAY), /Nothing was planned/);
  });

  it("measures how long a cycle takes, and takes a setting before it", () => {
    for (const [setting, wants] of [
      [undefined, 2],
      [5, 5],
    ] as const) {
      const planner = new Planner(SETTINGS, [], setting, utc);
      for (let i = 0; i <= 10; i++) planner.update(twin("a", 2 * i, rul(100, { unit: "cycles" })));
      const { jobs } = planner.plan(MONDAY + 20 * HOUR).plan;
      assert.equal(jobs[0]!.latest, MONDAY + 20 * HOUR + (100 * wants - SETTINGS.margin) * HOUR);
    }
  });

  it("converts units of time, and says of every other unit what one is taken for", () => {
    const planner = new Planner({ ...SETTINGS, windows: ALWAYS }, [], undefined, utc);
    planner.update(twin("weeks", 0, rul(1, { unit: "wk" })));
    for (let i = 0; i <= 10; i++) planner.update(twin("flights", 2 * i, rul(60, { unit: "flights" })));
    planner.update(twin("young", 20, rul(60, { unit: "flights" })));
    const { jobs, why } = planner.plan(MONDAY + 20 * HOUR).plan;
    const job = (id: string) => jobs.find((j) => j.id === id)!;
    assert.equal(job("weeks").latest, MONDAY + (168 - SETTINGS.margin) * HOUR);
    assert.doesNotMatch(job("weeks").why.join(" "), /taken for/);
    for (const id of ["flights", "young"]) assert.equal(job(id).latest, MONDAY + (140 - SETTINGS.margin) * HOUR, id);
    assert.match(job("flights").why.join(" "), /It counts flights: one is taken for 2 h, as its reports came\./);
    assert.match(job("young").why.join(" "), /one is taken for 2 h, as on the other machines/);
    assert.match(
      why[0]!,
      /^2 of 3 machines count flights, the others hours: one is taken for 2 h, as their reports came\.$/,
    );
  });

  it("dates nothing while nobody knows how long a cycle takes, and keeps what it knows over a maintenance", () => {
    const planner = new Planner({ ...SETTINGS, windows: ALWAYS }, [], undefined, utc);
    // 5 cycles are less than the lead time only if a cycle is an hour.
    planner.update(twin("a", 0, rul(5, { unit: "cycles" })));
    const first = planner.plan(MONDAY).plan;
    assert.deepEqual(first.jobs, []);
    assert.match(
      first.watching[0]!.why,
      /in cycles, and how many hours one takes is not known before its second report/,
    );
    assert.match(first.why[0]!, /of 1 nobody knows yet/);
    for (let i = 1; i <= 4; i++) planner.update(twin("a", 12 * i, rul(50 - i, { unit: "cycles" })));
    planner.maintained("a", MONDAY + 49 * HOUR);
    planner.update(twin("a", 50, rul(50, { unit: "cycles" })));
    const again = new Planner({ ...SETTINGS, windows: ALWAYS }, [], undefined, utc);
    again.restore(JSON.parse(JSON.stringify(planner.snapshot())));
    for (const p of [planner, again]) {
      const [job] = p.plan(MONDAY + 50 * HOUR).plan.jobs;
      assert.equal(job!.latest, MONDAY + (50 + 600 - SETTINGS.margin) * HOUR);
    }
    const set = new Planner({ ...SETTINGS, windows: ALWAYS }, [], 3, utc);
    set.update(twin("a", 0, rul(50, { unit: "cycles" })));
    assert.match(
      set.plan(MONDAY).plan.why[0]!,
      /The machines count cycles: one is taken for 3 h, as set in the planner\./,
    );
  });

  it("is due by the clock while it knows a machine", () => {
    const planner = new Planner(SETTINGS, [], undefined, utc);
    assert.equal(planner.isTime(MONDAY), false, "nothing to plan");
    planner.update(twin("a", 0, rul(500)));
    planner.plan(MONDAY);
    assert.equal(planner.isTime(MONDAY + (SETTINGS.lead / 10 - 0.01) * HOUR), false);
    assert.equal(planner.isTime(MONDAY + (SETTINGS.lead / 10) * HOUR), true);
  });

  it("says which machines are silent: their dates stand, their numbers are stale and not in the comparison", () => {
    const planner = new Planner({ ...SETTINGS, windows: ALWAYS }, [], undefined, utc);
    for (let hour = 0; hour <= 200; hour++) {
      planner.update(twin("runs", hour, rul(300 - hour)));
      if (hour <= 100) planner.update(twin("silent", hour, rul(250 - hour)));
      if (hour <= 100) planner.update(twin("far", hour, rul(5000)));
      if (hour % 40 === 0) planner.update(twin("rare", hour, rul(400)));
    }
    const before = planner.plan(MONDAY + 124 * HOUR).plan;
    assert.deepEqual(
      [...before.jobs, ...before.watching].filter((m) => m.stale),
      [],
      "exactly a day is not yet stale",
    );
    const { jobs, watching, comparison, why } = planner.plan(MONDAY + 200 * HOUR).plan;
    const job = jobs.find((j) => j.id === "silent")!;
    assert.deepEqual([job.stale, job.reported], [true, MONDAY + 100 * HOUR]);
    assert.match(job.why[0]!, /^Has not reported for 4\.17 days: the date rests on its last report/);
    assert.equal(job.latest, MONDAY + (250 - SETTINGS.margin) * HOUR, "the date stands");
    assert.match(watching.find((w) => w.id === "far")!.why, /^Has not reported for 4\.17 days: this rests on/);
    const fresh = jobs.filter((j) => j.id !== "silent");
    assert.deepEqual(
      fresh.map((j) => [j.id, j.stale]),
      [
        ["runs", false],
        ["rare", false],
      ],
      "a machine that reports every 40 h is stale after three of them",
    );
    assert.match(why[0]!, /^2 of 4 machines have stopped reporting/);
    const without = new Planner({ ...SETTINGS, windows: ALWAYS }, [], undefined, utc);
    for (let hour = 0; hour <= 200; hour++) {
      without.update(twin("runs", hour, rul(300 - hour)));
      if (hour % 40 === 0) without.update(twin("rare", hour, rul(400)));
    }
    assert.deepEqual(comparison, without.plan(MONDAY + 200 * HOUR).plan.comparison);
    planner.update(twin("silent", 201, rul(40)));
    assert.equal(planner.plan(MONDAY + 201 * HOUR).plan.jobs.find((j) => j.id === "silent")!.stale, false);
  });

  it("takes the hours of silence that were set, and a silent machine as alive until its last report only", () => {
    const failed = [300, 400, 500, 600].map((age) => ({ age, failed: true }));
    const words = (hour: number) => {
      const planner = new Planner({ ...SETTINGS, silence: 6 }, failed, undefined, utc);
      planner.update(twin("a", 0, rul(100)));
      planner.update(twin("a", 10, rul(90)));
      return planner.plan(MONDAY + hour * HOUR).plan;
    };
    assert.deepEqual(
      [16, 17].map((hour) => words(hour).jobs[0]!.stale),
      [false, true],
    );
    // Four failures and one life that had lasted 10 h when it was last seen: the fit does not move with the silence.
    assert.equal(words(17).why.at(-1), words(50).why.at(-1));
    assert.notEqual(words(16).why.at(-1), "");
  });

  it("gives a silent machine whose life has run out no date and no team: it says what was needed, and keeps the order", () => {
    const planner = new Planner({ ...SETTINGS, windows: ALWAYS }, [], undefined, utc);
    for (let hour = 0; hour <= 200; hour++) {
      if (hour <= 100) planner.update(twin("gone", hour, rul(120 - hour)));
      if (hour >= 80) planner.update(twin("runs", hour, rul(250 - hour)));
      if (hour === 100) assert.deepEqual(planner.plan(MONDAY + hour * HOUR).events[0]?.event, "raised");
    }
    // Last heard of at hour 100 with p05 20, p50 30 and p95 44 h.
    const mid = planner.plan(MONDAY + 125 * HOUR);
    const job = mid.plan.jobs.find((j) => j.id === "gone")!;
    assert.deepEqual([job.stale, job.late], [true, false], "more likely alive than not: its work stands");
    assert.match(job.why[1]!, /^The life that 95 % exceed is used up, .*: ordered\.$/);
    assert.ok(job.risk >= 0.05, `${job.risk}`);
    const { plan, events } = planner.plan(MONDAY + 200 * HOUR);
    assert.deepEqual(events, [], "the order is not taken back");
    assert.ok(!plan.jobs.some((j) => j.id === "gone"));
    const { why, stale } = plan.watching.find((w) => w.id === "gone")!;
    assert.equal(stale, true);
    assert.match(why, /^Has not reported for 4\.17 days\. .* needed work by 2026-11-27 12:00 UTC, which is ordered, /);
    assert.match(why, /probability of 99\.\d % *: look at it\.$/);
    assert.match(plan.why[1]!, /^1 of the silent has probably failed/);
    planner.update(twin("gone", 201, rul(40)));
    assert.equal(planner.plan(MONDAY + 201 * HOUR).plan.jobs.find((j) => j.id === "gone")!.stale, false);
  });

  it("gives a silent machine no date either when its age says that it has failed", () => {
    const wear = [800, 900, 1000, 1100, 1250].map((age) => ({ age, failed: true }));
    const dark = { ...machine("dark", 0, 700), rul: null, staleAfter: 24 };
    const planAt = (hours: number) => makePlan([dark], wear, SETTINGS, MONDAY + hours * HOUR, utc);
    assert.deepEqual([planAt(100).jobs[0]?.stale, planAt(100).jobs[0]?.late], [true, false]);
    assert.equal(planAt(600).jobs.length, 0);
    assert.match(planAt(600).watching[0]!.why, /probability of .* %: look at it/);
  });

  it("begins a machine anew when its record does, and its clock follows; late reports change nothing", () => {
    const planner = new Planner(SETTINGS, [], undefined, utc);
    const report = (hour: number, rev?: number) =>
      planner.update({ ...twin("a", hour, rul(Math.max(0, 300 - hour))), ...(rev && { rev }) });
    for (let hour = 0; hour <= 290; hour++) report(hour, hour + 1);
    assert.equal(planner.plan(MONDAY + 290 * HOUR).events.length, 1);
    for (let hour = 100; hour < 120; hour++) report(hour, 292 + hour);
    assert.equal(planner.newest, MONDAY + 290 * HOUR, "late samples of the same record: revisions go on");
    for (let hour = 0; hour < 4; hour++) report(hour, hour + 1);
    assert.equal(planner.newest, MONDAY + 290 * HOUR, "four may be late");
    assert.equal(report(4, 5), true, "the fifth is another run, which gets a plan");
    assert.equal(planner.newest, MONDAY + 4 * HOUR);
    const { plan } = planner.plan(planner.newest!);
    assert.deepEqual(
      plan.jobs.map((j) => [j.order, j.stale, j.reported]),
      [[false, false, MONDAY + 4 * HOUR]],
    );
    // Without revisions the times alone must do.
    for (let hour = 50; hour < 60; hour++) report(hour);
    for (let hour = 0; hour < 5; hour++) report(hour);
    assert.equal(planner.newest, MONDAY + 4 * HOUR);
  });

  it("makes the same plan after a restart", () => {
    const planner = new Planner(SETTINGS, [], undefined, utc);
    for (let i = 0; i < 20; i++) planner.update(twin(`m-${i}`, 0, rul(40 + 10 * i)));
    planner.maintained("m-3", MONDAY + HOUR, true);
    const copy = new Planner(SETTINGS, [], undefined, utc);
    copy.restore(JSON.parse(JSON.stringify(planner.snapshot())));
    assert.deepEqual(copy.plan(MONDAY + 2 * HOUR), planner.plan(MONDAY + 2 * HOUR));
  });
});

describe("the settings of twin-planner", () => {
  it("of version 1 do not know silence: it stays as delivered", () => {
    const old = migrate({ version: 1, lead: 20 });
    assert.deepEqual([old.version, old.silence, old.lead], [2, "", 20]);
    assert.equal(readPlanner(old).silence, undefined);
    assert.equal(readPlanner(migrate({ ...old, silence: "12,5" })).silence, 12.5);
  });

  it("have defaults: the margin is as long as the lead time", () => {
    const s = readPlanner(migrate({ lead: "20" }));
    assert.equal(s.margin, 20);
    assert.equal(s.windows.days.size, 7);
  });

  it("say what to change", () => {
    const wrong = (config: object, says: RegExp) =>
      assert.throws(
        () => readPlanner(migrate(config)),
        (e: Error & { code?: string }) => e.code === "E_PLANNER" && says.test(e.message),
      );
    wrong({ failureCost: "much" }, /cost of a breakdown is "much"/);
    wrong({ days: [] }, /no working day/);
    wrong({ from: 14, to: 6 }, /end must be later/);
    wrong({ lives: [{ age: -5 }] }, /row 1/);
    wrong({ crews: 0 }, /jobs at a time/);
    wrong({ silence: 0 }, /time without a report is 0/);
  });
});
