import assert from "node:assert/strict";
import { Univariate } from "../../../src/lib/anomaly/univariate.ts";
import { createRandom } from "../../../src/lib/random.ts";

const MINUTE = 60_000;

/** A watch that has seen `n` samples of standard normal noise. */
function trained(n: number, seed: number): { watch: Univariate; next: () => number; i: number } {
  const random = createRandom(seed);
  const watch = new Univariate();
  for (let i = 0; i < n; i++) watch.update(i * MINUTE, random.normal());
  return { watch, next: () => random.normal(), i: n };
}

describe("anomaly: one signal", () => {
  it("a lasting step of 5 standard deviations is active as long as it lasts, latched until acknowledged", () => {
    for (let seed = 1; seed <= 5; seed++) {
      const { watch, next, i } = trained(3000, seed);
      let first = -1;
      for (let k = 0; k < 20_000; k++) {
        const { alarm } = watch.update((i + k) * MINUTE, next() + 5);
        if (first < 0 && alarm.active) first = k;
        if (first >= 0) assert.equal(alarm.active, true, `seed ${seed}, ${k} samples into the step`);
      }
      assert.ok(first >= 0 && first < 20, `found after ${first} samples`);
      watch.relearn();
      for (let k = 0; k < 500; k++) watch.update((i + 20_000 + k) * MINUTE, next() + 5);
      assert.equal(watch.alert.verdict.active, false, "the new level has been accepted");
      assert.equal(watch.alert.latched, true);
      watch.alert.acknowledge();
      assert.equal(watch.alert.latched, false);
    }
  });

  it("a drift of 0.1 standard deviations per hour is found, 20 times of 20, in correlated noise too", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = createRandom(`correlated ${seed}`);
      const watch = new Univariate();
      let x = 0;
      let found = false;
      for (let i = 0; i < 10_000 && !found; i++) {
        x = 0.95 * x + Math.sqrt(1 - 0.95 ** 2) * random.normal();
        found = watch.update(i * MINUTE, x + (0.1 / 60) * Math.max(0, i - 4000)).alarm.active && i > 4000;
        if (watch.alert.verdict.active && i < 4000) watch.relearn();
      }
      assert.ok(found, `seed ${seed}`);
    }
    for (let seed = 1; seed <= 20; seed++) {
      const { watch, next, i } = trained(3000, seed);
      let found = -1;
      for (let k = 0; k < 6000 && found < 0; k++)
        if (watch.update((i + k) * MINUTE, next() + (0.1 * k) / 60).alarm.active) found = k;
      assert.ok(found >= 0, `seed ${seed}`);
    }
  });

  it("a signal with noise that stands still is found, 20 times of 20", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { watch, next, i } = trained(2000, seed);
      const value = next();
      let found = -1;
      for (let k = 0; k < 200 && found < 0; k++) if (watch.update((i + k) * MINUTE, value).alarm.active) found = k;
      assert.ok(found >= 0, `seed ${seed}`);
    }
  });

  it("whole numbers raise no more alarms than twice the budget", () => {
    let alarms = 0;
    for (let seed = 2; seed <= 9; seed++) {
      const random = createRandom(seed);
      const watch = new Univariate({ falseAlarmsPerMonth: 10 });
      for (let i = 0; i < 40_000; i++)
        if (watch.update(i * MINUTE, Math.round((seed / 5) * random.normal())).alarm.raised) alarms++;
    }
    // 8 times 40 000 minutes are 7.4 months.
    assert.ok(alarms <= 148, `${alarms} false alarms, 74 allowed`);
  });

  it("a daily rhythm: the value of noon at midnight is found, though noon has it every day", () => {
    const random = createRandom("day");
    const watch = new Univariate();
    const wave = (i: number): number => 5 * Math.sin((2 * Math.PI * i) / 288) + 0.5 * random.normal();
    let score = 0;
    let active = false;
    let false_ = 0;
    for (let i = 0; i < 288 * 20; i++) if (watch.update(i * 5 * MINUTE, wave(i)).alarm.raised) false_++;
    for (let i = 288 * 20 + 200; i < 288 * 20 + 230; i++) {
      const verdict = watch.update(i * 5 * MINUTE, 5 + 0.5 * random.normal());
      score = Math.max(score, verdict.score);
      active ||= verdict.alarm.active;
    }
    assert.ok(false_ <= 2, `${false_} false alarms in 20 days`);
    assert.ok(active && score > 0.5, `alarm ${active}, score ${score}`);
  });

  it("says what is usual now in the unit of the signal, and what is odd", () => {
    const random = createRandom("usual");
    const daily = new Univariate();
    for (let i = 0; i < 288 * 20 + 72; i++)
      daily.update(i * 5 * MINUTE, 60 + 20 * Math.sin((2 * Math.PI * i) / 288) + random.normal());
    // A quarter of a day after midnight the sine is at its top.
    const { expected, scale } = daily.update((288 * 20 + 72) * 5 * MINUTE, 70);
    assert.ok(Math.abs(expected - 80) < 0.7 && Math.abs(scale - 1) < 0.3, `${expected} ± ${scale}`);
    const faults: Record<string, (k: number) => number> = {
      value: (k) => random.normal() + (k > 0 ? 12 : 0),
      average: () => random.normal() + 1.6,
      roughness: () => 3 * random.normal(),
      stuck: () => 0.25,
    };
    for (const [cause, fault] of Object.entries(faults)) {
      const { watch, next, i } = trained(3000, 7);
      assert.ok(Math.abs(watch.update(i * MINUTE, next()).expected) < 0.2);
      let told = "";
      for (let k = 1; k < 200 && told === ""; k++) {
        const v = watch.update((i + k) * MINUTE, fault(k));
        if (v.alarm.raised) told = v.cause;
      }
      // Tripled noise may be seen in a single value first.
      assert.ok(told === cause || (cause === "roughness" && told === "value"), `${cause}: ${told}`);
    }
  });

  describe("a plant that rests at the weekend", function () {
    this.timeout(120_000);
    const DAY = 144;
    const WEEK = 7 * DAY;
    const PLANTS: Record<string, (day: number, i: number) => number> = {
      "and at night": (day, i) => (day < 5 && i > 40 && i < 110 ? 10 : 0),
      "and works day and night": (day) => (day < 5 ? 10 : 0),
    };
    for (const [name, level] of Object.entries(PLANTS))
      it(`${name}: from the third week on the weekend is no alarm, work on a Sunday is`, () => {
        let early = 0;
        let late = 0;
        let standing = 0;
        for (let seed = 1; seed <= 5; seed++) {
          const random = createRandom(`weekend ${seed}`);
          const watch = new Univariate();
          const step = (i: number, working: boolean) => {
            const usual = level(Math.floor(i / DAY) % 7, i % DAY);
            return watch.update(i * 10 * MINUTE, (working ? 10 : usual) + 0.5 * random.normal()).alarm;
          };
          for (let i = 0; i < 12 * WEEK; i++) {
            const { raised, active } = step(i, false);
            if (raised && i < 2 * WEEK) early++;
            if (raised && i >= 2 * WEEK) late++;
            if (active && i >= 3 * WEEK) standing++;
          }
          let found = false;
          for (let i = 12 * WEEK; i < 13 * WEEK; i++) {
            const working = i % WEEK > 6 * DAY + 50 && i % WEEK < 6 * DAY + 90;
            if (step(i, working).active && working) found = true;
          }
          assert.ok(found, `seed ${seed}`);
        }
        // A rest that was never seen is an alarm, once each time.
        assert.ok(early <= 2 * 5, `${early} alarms in the first two weeks`);
        // Five times ten weeks are 11.7 months at one per month; a Poisson number has a standard deviation of 3.4.
        assert.ok(late <= 18, `${late} false alarms from the third week on`);
        assert.ok(standing < 0.04 * 5 * 9 * WEEK, `${standing} samples in alarm from the fourth week on`);
      });

    it("a step that lasts is no habit: it is active for six weeks, on noise, on a daily and on a weekly rhythm", () => {
      const bases: Record<string, (day: number, i: number) => number> = {
        noise: () => 0,
        "a daily rhythm": (_, i) => 3 * Math.sin((2 * Math.PI * i) / DAY),
        ...PLANTS,
      };
      for (const [name, base] of Object.entries(bases))
        for (const step of [5, -5]) {
          const random = createRandom(`habit ${name}`);
          const watch = new Univariate();
          const at = (i: number, fault: number) =>
            watch.update(i * 10 * MINUTE, base(Math.floor(i / DAY) % 7, i % DAY) + fault + random.normal()).alarm;
          for (let i = 0; i < 8 * WEEK; i++) at(i, 0);
          let first = -1;
          for (let i = 0; i < 6 * WEEK; i++) {
            const { active } = at(8 * WEEK + i, step);
            if (active && first < 0) first = i;
            if (first >= 0) assert.equal(active, true, `${name}, ${step}: sample ${i}`);
          }
          assert.ok(first >= 0 && first < 30, `${name}, ${step}: found after ${first}`);
        }
    });

    it("a fault that comes and goes, at no hour of its own, is active in its fifth week too", () => {
      for (const [on, period] of [
        [60, 100],
        [250, 610],
      ]) {
        const random = createRandom(`comes and goes ${on}`);
        const watch = new Univariate();
        let active = 0;
        for (let i = 0; i < 13 * WEEK; i++) {
          const fault = i >= 8 * WEEK && i % period! < on! ? 6 : 0;
          if (watch.update(i * 10 * MINUTE, fault + random.normal()).alarm.active && i >= 12 * WEEK) active++;
        }
        assert.ok(active > 0.95 * WEEK, `${on} of ${period}: ${active} of ${WEEK}`);
      }
    });
  });

  it("a snapshot in the middle continues byte for byte", () => {
    const random = createRandom("restart");
    const data = Array.from({ length: 6000 }, (_, i) =>
      i % 97 === 0 ? Number.NaN : Math.sin(i / 46) + 0.3 * random.normal() + (i > 4000 && i < 4300 ? 4 : 0),
    );
    const times = data.map((_, i) => i * 5 * MINUTE + Math.round(2000 * random.next()));
    for (const cut of [10, 250, 1500, 4100, 4290]) {
      const a = new Univariate();
      for (let i = 0; i < cut; i++) a.update(times[i]!, data[i]!);
      const b = new Univariate();
      b.restore(JSON.parse(JSON.stringify(a.snapshot())));
      for (let i = cut; i < data.length; i++) {
        if (i === 4200) for (const w of [a, b]) w.relearn();
        const expected = JSON.stringify(a.update(times[i]!, data[i]!));
        assert.equal(JSON.stringify(b.update(times[i]!, data[i]!)), expected, `cut at ${cut}, sample ${i}`);
      }
    }
  });

  it("says something sensible of anything: constant, missing, huge, infinite, clocks that jump", () => {
    const random = createRandom("odd");
    const streams: Record<string, (i: number) => number> = {
      constant: () => 7,
      zero: () => 0,
      missing: () => Number.NaN,
      huge: () => 1e300 * random.normal(),
      tiny: () => 1e-300 * random.normal(),
      offset: () => 1e9 + random.normal(),
      infinite: (i) => (i % 5 ? random.normal() : Number.POSITIVE_INFINITY),
      "two levels": (i) => (i % 100 < 50 ? 0 : 1),
    };
    for (const [name, stream] of Object.entries(streams)) {
      const watch = new Univariate();
      let time = 0;
      let active = 0;
      for (let i = 0; i < 3000; i++) {
        time += i % 500 === 499 ? -86_400_000 * 3 : i % 700 === 699 ? 86_400_000 * 365 : 1000 * random.next();
        const v = watch.update(time, stream(i));
        assert.ok(v.score >= 0 && v.score <= 1 && v.deviation >= 0 && v.deviation <= 1, `${name}, sample ${i}`);
        assert.ok(Number.isFinite(v.z) && Number.isFinite(v.alarm.surprise), `${name}, sample ${i}`);
        if (v.alarm.active) active++;
      }
      assert.ok(active < 300, `${name}: ${active} samples in alarm`);
      JSON.stringify(watch.snapshot(), (_, x) => {
        assert.ok(typeof x !== "number" || Number.isFinite(x), `${name}: snapshot holds ${x}`);
        return x;
      });
    }
  });

  it("a constant signal that changes at last is found", () => {
    const watch = new Univariate();
    let found = false;
    for (let i = 0; i < 9000; i++) found ||= watch.update(i * MINUTE, i < 8900 ? 20 : 25).alarm.active;
    assert.equal(found, true);
  });
});
