import assert from "node:assert/strict";
import { DEFAULTS } from "../../../src/lib/anomaly/options.ts";
import { StreamDetector, type StreamOptions } from "../../../src/lib/anomaly/stream.ts";
import { createRandom } from "../../../src/lib/random.ts";

const MINUTE = 60_000;
const { hold, clear, refractory } = DEFAULTS;

/** Some signals of noise with lag-one autocorrelation phi and standard deviation 1, of which the first has a fault added. */
function machine(channels: number, phi: number, seed: string, more: Partial<StreamOptions> = {}) {
  const random = createRandom(seed);
  const noise = new Float64Array(channels);
  const options = { channels, learning: 500, falseAlarmsPerMonth: 1, hold, clear, refractory, ...more };
  const detector = new StreamDetector(options);
  let time = 0;
  const step = (fault: number) => {
    for (let i = 0; i < channels; i++) noise[i] = phi * noise[i]! + Math.sqrt(1 - phi * phi) * random.normal();
    const x = Float64Array.from(noise);
    x[0]! += fault;
    return detector.update((time += MINUTE), x, true, "");
  };
  const run = (n: number, fault: (k: number) => number) => {
    const seen = { first: -1, active: 0, last: -1, raised: 0, resumed: 0 };
    for (let k = 0; k < n; k++) {
      const v = step(fault(k));
      if (v.active && seen.first < 0) seen.first = k;
      if (v.active) seen.active++;
      if (v.active) seen.last = k;
      if (v.raised) seen.raised++;
      if (v.resumed) seen.resumed++;
    }
    return seen;
  };
  return { detector, run };
}

const well = () => 0;
const FAULTS: Record<string, (k: number) => number> = {
  "a step that swings with the load, through zero": (k) => 4 * (1 + Math.sin((2 * Math.PI * k) / 27)),
  "the same, so slowly that its troughs last over a hundred samples": (k) =>
    4 * (1 + Math.sin((2 * Math.PI * k) / 400)),
  "a swing around zero that beats": (k) => 5 * Math.sin((2 * Math.PI * k) / 27) * Math.sin((2 * Math.PI * k) / 700),
  "a fault that is there for 60 samples of 100": (k) => (k % 100 < 60 ? 6 : 0),
  "a fault that is there for 600 samples of 1000": (k) => (k % 1000 < 600 ? 6 : 0),
  "a step": () => 5,
};

describe("anomaly: a fault is never learned as normal", function () {
  this.timeout(120_000);
  for (const channels of [1, 3])
    for (const [name, fault] of Object.entries(FAULTS))
      it(`${channels === 1 ? "one signal" : "three signals"}: ${name}`, () => {
        for (let seed = 1; seed <= 4; seed++) {
          const { detector, run } = machine(channels, 0, `lasting ${seed}`);
          run(3000, well);
          const { threshold } = detector.verdict;
          const first = run(6000, fault);
          assert.ok(first.first >= 0 && first.first < 200, `seed ${seed}: found after ${first.first}`);
          // The alarm stands from then on but for the first pauses, of which none is longer than the fault's own.
          const share = first.active / (6000 - first.first);
          assert.ok(
            share > 0.85 && first.raised === 1 && first.resumed <= 2,
            `seed ${seed}: ${share} of the time, raised ${first.raised} times, ${first.resumed} times resumed`,
          );
          assert.ok(first.last > 5500, `seed ${seed}: active for the last time after ${first.last}`);
          const after = run(4000, well);
          assert.ok(after.last < 1500, `seed ${seed}: active until ${after.last} after the fault`);
          // An alarm that lasted counts once, as a little above the threshold.
          assert.ok(
            detector.verdict.threshold < threshold + 4,
            `seed ${seed}: ${threshold} → ${detector.verdict.threshold}`,
          );
          const again = run(1000, fault);
          assert.ok(
            again.first >= 0 && again.first <= first.first + 60,
            `seed ${seed}: found after ${again.first}, the first time after ${first.first}`,
          );
        }
      });

  it("a step of 5 standard deviations in a signal of autocorrelation 0.99 is active 100 % of the time", () => {
    for (let seed = 1; seed <= 6; seed++) {
      const { run } = machine(1, 0.99, `slow ${seed}`);
      run(4000, well);
      const seen = run(6000, () => 5);
      assert.ok(seen.first >= 0 && seen.first < 20, `seed ${seed}: found after ${seen.first}`);
      assert.equal(seen.active, 6000 - seen.first, `seed ${seed}`);
      // So slow a signal is worth only forty independent values in that time.
      const after = run(8000, well);
      assert.ok(after.active < 4000, `seed ${seed}: ${after.active} samples in alarm after the step`);
    }
  });

  it("three signals that seem to wander: a step of 5 standard deviations stays active all the same", () => {
    for (const [phi, least] of [
      [0.9, 1],
      [0.97, 0.95],
      [0.99, 0.95],
    ] as const) {
      const shares: number[] = [];
      for (let seed = 1; seed <= 6; seed++) {
        // 500 rows are worth 26, 8 and 2.5 independent values: they show a level that wanders.
        const { run } = machine(3, phi, `wander ${seed}`);
        run(4000, well);
        const seen = run(6000, () => 5);
        if (seen.first >= 0) shares.push(seen.active / (6000 - seen.first));
      }
      assert.ok(shares.length >= (phi < 0.95 ? 6 : 4), `${phi}: ${shares.length} of 6 found`);
      const mean = shares.reduce((a, b) => a + b) / shares.length;
      assert.ok(mean >= least, `${phi}: active ${shares} of the time`);
    }
  });

  it("is over soon after the fault is, however large it was and however long it lasted", () => {
    for (const channels of [1, 3])
      for (const size of [5, 50, 5000])
        for (const length of [60, 1000]) {
          const last: number[] = [];
          let raised = 0;
          for (let seed = 1; seed <= 9; seed++) {
            const { run } = machine(channels, 0, `over ${seed}`);
            run(3000, well);
            assert.ok(run(length, () => size).active > length - 20);
            let over = 0;
            while (run(1, well).active) over++;
            last.push(over);
            const after = run(3000 - over, well);
            raised += after.raised + after.resumed;
          }
          last.sort((a, b) => a - b);
          // The averages' memory of 16 samples, and 32 calm ones.
          assert.ok(last[4]! < 60 && last[8]! < 140, `${channels}, ${size} × ${length}: over after ${last}`);
          // At one per month the 27 000 samples are worth 0.6 alarms: more than four come by chance once in 2500.
          assert.ok(raised <= 4, `${channels}, ${size} × ${length}: ${raised} alarms afterwards`);
        }
  });

  it("a fault that grows from the first sample after learning on is found, also where it begins below what matters", () => {
    for (const [phi, band, latest] of [
      [0.7, 0, 700],
      [0, 4.5, 1000],
    ] as const) {
      let found = 0;
      for (let seed = 1; seed <= 8; seed++) {
        const more = { bands: Float64Array.of(band, band) };
        const { run } = machine(2, phi, `grows ${seed}`, more);
        run(520, well);
        const seen = run(1200, (k) => k / 100);
        const lasting = run(3000, () => 12);
        if (seen.first >= 0 && seen.first < latest && lasting.active > 2990) found++;
      }
      // A signal that happens to wander while learning, one in twenty, is followed.
      assert.ok(found >= 7, `φ ${phi}, band ${band}: ${found} of 8`);
    }
  });

  it("one signal: a drift of 0.1 standard deviations an hour from the first sample after a short learning phase on is found", () => {
    for (const phi of [0, 0.7, 0.9])
      for (let seed = 1; seed <= 8; seed++) {
        const { run } = machine(1, phi, `drifts ${seed}`);
        run(500, well);
        const seen = run(7200, (k) => (0.1 * k) / 60);
        // As young a baseline as this one used to follow it all the way, twelve standard deviations, in half of the seeds.
        assert.ok(seen.last === 7199 && seen.active > 3000, `φ ${phi}, seed ${seed}: active ${seen.active} samples`);
      }
  });

  it("what comes and goes again and again is how a signal is: it is told a few times, then no more", () => {
    const { run } = machine(1, 0, "spikes");
    run(3000, well);
    const fault = (k: number) => (k % 150 < 3 ? 12 : 0);
    const first = run(3000, fault);
    const later = run(6000, fault);
    assert.ok(first.raised >= 1 && first.raised + first.resumed <= 8, `${first.raised} and ${first.resumed}`);
    assert.equal(later.raised + later.resumed, 0);
    // A lasting step is found all the same.
    const step = run(500, (k) => fault(k) + 5);
    assert.ok(step.first >= 0 && step.first < 50, `found after ${step.first}`);
  });

  it("what came and went once is over soon, and learning goes on", () => {
    const { detector, run } = machine(1, 0, "spike");
    run(3000, well);
    const spike = run(200, (k) => (k < 3 ? 8 : 0));
    assert.ok(spike.first >= 0 && spike.last < 150, `${spike.first} … ${spike.last}`);
    const known = detector.usual!.expected;
    // A level within the band is followed again.
    run(20_000, () => 0.5);
    assert.ok(detector.usual!.expected > known + 0.15, `${known} → ${detector.usual!.expected}`);
  });

  it("hold, clear and rest act for a single signal as for several", () => {
    for (const channels of [1, 3]) {
      const spikes = (more: object, lengths: number[]) => {
        const { run } = machine(channels, 0, "settings", more);
        run(3000, well);
        return lengths.map((length) => run(60, (k) => (k < length ? 7 : 0)));
      };
      const [held, long] = spikes({ hold: 6 }, [1, 30]);
      assert.equal(held!.raised, 0, "one sample, and its averages, are fewer than six");
      assert.ok(long!.first >= 5 && long!.first < 10, `${long!.first}`);
      const short = spikes({ clear: 5 }, [3])[0]!;
      const usual = spikes({ clear: 40 }, [3])[0]!;
      assert.ok(short.active + 10 <= usual.active, `${channels}: ${short.active} and ${usual.active} samples`);
      assert.equal(spikes({ clear: 5, refractory: 200 }, [3, 3])[1]!.resumed, 0, "it rests");
      assert.equal(spikes({ clear: 5, refractory: 0 }, [3, 3])[1]!.resumed, 1, "it does not rest");
    }
  });
});
