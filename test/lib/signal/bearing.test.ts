import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { BEARING_PARTS, bearingWave, MotorBearing } from "../../../src/lib/machine/motor-bearing.ts";
import { createRandom } from "../../../src/lib/random.ts";
import { bearingVerdict, gammaTail } from "../../../src/lib/signal/bearing-verdict.ts";
import { BEARINGS, faultOrders } from "../../../src/lib/signal/bearings.ts";
import { detrend } from "../../../src/lib/signal/detrend.ts";
import { envelopeSpectrum } from "../../../src/lib/signal/envelope.ts";

const BEARING = BEARINGS.find((b) => b.name === "6205 (SKF)")!;
const FS = 12_800;

describe("bearing frequencies", () => {
  // Multiples published by the Case Western Reserve University Bearing Data Center for its two bearings.
  it("agree with published tables", () => {
    const near = (name: string, want: number[]) => {
      const o = faultOrders(BEARINGS.find((b) => b.name === name)!);
      for (const [i, value] of [o.BPFO, o.BPFI, o.BSF2, o.FTF].entries())
        assert.ok(Math.abs(value - want[i]!) < 2e-3, `${name}: ${value} and ${want[i]}`);
    };
    near("6205 (SKF)", [3.5848, 5.4152, 4.7135, 0.39828]);
    near("6203 (SKF)", [3.053, 4.9469, 3.9874, 0.3817]);
    // 236 Hz at 2 000 rpm (Qiu et al. 2006).
    assert.ok(Math.abs((faultOrders(BEARINGS.find((b) => b.name.startsWith("ZA"))!).BPFO * 2000) / 60 - 236.4) < 0.5);
  });

  it("obey BPFO + BPFI = number of elements, and FTF = BPFO / elements", () => {
    for (const b of BEARINGS) {
      const o = faultOrders(b);
      assert.ok(Math.abs(o.BPFO + o.BPFI - b.elements) < 1e-12 && Math.abs(o.FTF - o.BPFO / b.elements) < 1e-12);
    }
  });

  it("refuse geometry that cannot be", () => {
    for (const wrong of [
      { elements: 2 },
      { elements: 7.5 },
      { elementDiameter: 50 },
      { elementDiameter: 0 },
      { contactAngle: 90 },
    ])
      assert.throws(() => faultOrders({ ...BEARING, ...wrong }), RangeError);
  });
});

describe("bearing verdict", () => {
  const orders = faultOrders(BEARING);
  const verdict = (damage: object, seed: string, rpm = 1480, noise = 1) =>
    bearingVerdict(
      envelopeSpectrum(
        detrend(bearingWave({ bearing: BEARING, fs: FS, samples: 16_384, rpm, noise, damage }, createRandom(seed))),
        FS,
      ),
      orders,
      rpm / 60,
    );

  for (const part of BEARING_PARTS)
    it(`names the ${part}, from a young spall to a large one`, () => {
      for (const size of [0.2, 0.5, 1])
        for (let seed = 0; seed < 6; seed++) {
          const found = verdict({ [part]: size }, `${part} ${size} ${seed}`, 1200 + 250 * seed);
          assert.equal(found.verdict, part, `size ${size}, seed ${seed}: ${JSON.stringify(found)}`);
        }
    });

  it("names none for a sound bearing with unbalance and misalignment", () => {
    for (let seed = 0; seed < 40; seed++) assert.equal(verdict({}, `sound ${seed}`, 1000 + 60 * seed).verdict, "none");
  });

  it("has the rate of false alarms that its evidence promises", () => {
    const random = createRandom(5);
    const evidence: number[] = [];
    for (let i = 0; i < 500; i++) {
      const x = Float64Array.from({ length: 4096 }, () => random.normal());
      const found = bearingVerdict(envelopeSpectrum(x, 4096), faultOrders(BEARINGS[i % 5]!), 15 + 30 * random.next());
      evidence.push(...found.findings.map((f) => f.evidence));
    }
    // One in ten exceeds 1 and one in a hundred 2; three standard deviations of these counts on each side.
    const share = (limit: number) => evidence.filter((e) => e > limit).length / evidence.length;
    assert.ok(share(1) > 0.04 && share(1) < 0.12, `${share(1)}`);
    assert.ok(share(2) > 0.002 && share(2) < 0.018, `${share(2)}`);
  });

  it("says why it does not know: block too short, samples too slow", () => {
    const short = bearingVerdict({ df: 10, power: new Float64Array(1000).fill(1) }, orders, 25);
    assert.equal(short.verdict, "unknown");
    assert.match(short.why!, /2\.5 revolutions/);
    const slow = bearingVerdict({ df: 0.1, power: new Float64Array(100).fill(1) }, orders, 25);
    assert.match(slow.why!, /too slow/);
  });

  it("sums exponentials to the Erlang distribution", () => {
    // P(X > 3) of the sum of one and of three unit exponentials.
    assert.ok(Math.abs(gammaTail(1, 3) - Math.exp(-3)) < 1e-15);
    assert.ok(Math.abs(gammaTail(3, 3) - Math.exp(-3) * (1 + 3 + 4.5)) < 1e-15);
  });
});

describe("simulated motor bearing", () => {
  const options = { bearing: BEARING, fs: FS, samples: 4096, rpm: 1485, noise: 1, seed: 1, faults: [] };
  it("damages, repairs, and goes on after a snapshot as if nothing had been", () => {
    const motor = new MotorBearing(options);
    motor.fault({ part: "ball", onset: 1, ramp: 2, severity: 1 });
    motor.advance(2);
    const half = motor.damage.ball!;
    assert.ok(half > 0.1 && half < 0.3, `${half}`);
    const copy = new MotorBearing(options);
    copy.restore(JSON.parse(JSON.stringify(motor.snapshot())));
    assert.deepEqual(copy.measure(), motor.measure());
    motor.advance(2);
    assert.equal(motor.damage.ball, 1);
    motor.repair("cage");
    assert.equal(motor.damage.ball, 1);
    motor.repair();
    assert.deepEqual(motor.damage, {});
  });
});
