import assert from "node:assert/strict";
import {
  combine,
  type Dense,
  fromRows,
  identity,
  multiply,
  norm1,
  solve,
} from "../../../src/lib/physics/reduced/dense.ts";
import { DenseCore } from "../../../src/lib/physics/reduced/dense-core.ts";
import { expm } from "../../../src/lib/physics/reduced/expm.ts";
import { readMatrixMarket } from "../../../src/lib/physics/reduced/matrix-market.ts";
import { ModalCore } from "../../../src/lib/physics/reduced/modal-core.ts";
import { createRandom } from "../../../src/lib/random.ts";

const near = (got: number, wanted: number, relative: number) =>
  assert(Math.abs(got - wanted) <= relative * Math.max(1e-300, Math.abs(wanted)), `${got} instead of ${wanted}`);
const distance = (x: Dense, y: Dense) => norm1(combine([1, x], [-1, y])) / norm1(y);

describe("matrix exponential", () => {
  it("is exact for matrices whose exponential is known, at every degree of its approximant", () => {
    // A rotation, a nilpotent, and a Jordan block; norms from 1e-3 to 50 pass through degrees 3, 5, 7, 9 and 13.
    for (const s of [1e-3, 0.1, 0.5, 1.5, 4, 20, 50]) {
      const c = Math.cos(s);
      const d = Math.sin(s);
      assert(
        distance(
          expm(
            fromRows([
              [0, s],
              [-s, 0],
            ]),
          ),
          fromRows([
            [c, d],
            [-d, c],
          ]),
        ) < 1e-13,
      );
      const jordan = Math.exp(-s);
      assert(
        distance(
          expm(
            fromRows([
              [-s, s],
              [0, -s],
            ]),
          ),
          fromRows([
            [jordan, s * jordan],
            [0, jordan],
          ]),
        ) < 1e-12,
      );
      const nil = expm(
        fromRows([
          [0, s, 0],
          [0, 0, s],
          [0, 0, 0],
        ]),
      );
      assert(
        distance(
          nil,
          fromRows([
            [1, s, (s * s) / 2],
            [0, 1, s],
            [0, 0, 1],
          ]),
        ) < 1e-14,
      );
    }
  });

  it("passes Ward's test matrix with eigenvalues 1, 2 and 20", () => {
    // Ward 1977, SIAM J. Numer. Anal. 14, example 1: exact values to 16 digits as in Moler & Van Loan 2003.
    const got = expm(
      fromRows([
        [4, 2, 0],
        [1, 4, 1],
        [1, 1, 4],
      ]),
    );
    const wanted = fromRows([
      [147.866622446369, 183.765138646367, 71.797032399996],
      [127.781085523181, 183.765138646366, 91.882569323183],
      [127.781085523181, 163.679601723178, 111.968106246371],
    ]);
    assert(distance(got, wanted) < 1e-13);
  });

  it("obeys e^A e^−A = 1 and e^2A = (e^A)² for random matrices", () => {
    const random = createRandom(1);
    for (let k = 0; k < 20; k++) {
      const n = 2 + (k % 7);
      const A = fromRows(
        Array.from({ length: n }, () => Array.from({ length: n }, () => (random.next() - 0.5) * (k + 1) * 0.5)),
      );
      const E = expm(A);
      const minus = expm(combine([-1, A]));
      const condition = norm1(E) * norm1(minus);
      assert(distance(multiply(E, minus), identity(n)) < 1e-14 * condition * n);
      assert(distance(expm(combine([2, A])), multiply(E, E)) < 1e-12);
    }
  });

  it("refuses what is not finite, and says when a matrix is singular", () => {
    assert.throws(() => expm(fromRows([[Number.NaN]])), RangeError);
    assert.throws(() => expm(fromRows([[1e4]])), /overflows/);
    assert.equal(
      solve(
        fromRows([
          [1, 2],
          [2, 4],
        ]),
        identity(2),
      ),
      undefined,
    );
  });
});

/** RLC circuit, x = (current, voltage of the capacitor): closed form for a step. */
const R = 2;
const L = 0.5;
const C = 0.02;
const rlc = () =>
  new DenseCore({
    A: fromRows([
      [-R / L, -1 / L],
      [1 / C, 0],
    ]),
    B: fromRows([[1 / L], [0]]),
    C: fromRows([[0, 1]]),
    D: fromRows([[0]]),
  });
function stepVoltage(t: number): number {
  const sigma = R / (2 * L);
  const d = Math.sqrt(1 / (L * C) - sigma ** 2);
  return 1 - Math.exp(-sigma * t) * (Math.cos(d * t) + (sigma / d) * Math.sin(d * t));
}

describe("zero-order hold", () => {
  it("has the exact step response at any step, to 1e-10", () => {
    for (const dt of [0.001, 0.05, 0.3]) {
      const core = rlc();
      const out = new Float64Array(1);
      for (let k = 1; k * dt <= 3; k++) {
        core.advance(dt, Float64Array.of(1));
        core.observe(Float64Array.of(1), out);
        assert(Math.abs(out[0]! - stepVoltage(k * dt)) < 1e-10);
      }
    }
  });

  it("is as exact when samples come at odd times, of which no two are alike", () => {
    const random = createRandom(5);
    const core = rlc();
    const out = new Float64Array(1);
    let t = 0;
    for (let k = 0; k < 200; k++) {
      const dt = Math.ceil(random.next() * 300) / 1000;
      t += dt;
      core.advance(dt, Float64Array.of(1));
      core.observe(Float64Array.of(1), out);
      assert(Math.abs(out[0]! - stepVoltage(t)) < 1e-10, `${out[0]} at ${t}`);
    }
  });

  it("follows inputs that run straight, exactly: ramp into a first-order lag", () => {
    // y' = (t − y)/T: y = t − T + T e^(−t/T), in whatever steps.
    const T = 1.7;
    for (const steps of [
      [0.5, 0.25, 1.25],
      [0.001, 1.999],
      [0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.1, 0.07, 0.013, 0.017],
    ]) {
      const core = new DenseCore({
        A: fromRows([[-1 / T]]),
        B: fromRows([[1 / T]]),
        C: identity(1),
        D: fromRows([[0]]),
      });
      let t = 0;
      for (const dt of steps) {
        core.advance(dt, Float64Array.of(t), Float64Array.of(t + dt));
        t += dt;
      }
      near(core.x[0]!, t - T + T * Math.exp(-t / T), 1e-12);
    }
  });
});

describe("modal steps", () => {
  it("agree with the matrix exponential for every damping, with held and with straight inputs", () => {
    for (const zeta of [0, 0.02, 0.999999, 1, 1.000001, 3])
      for (const omega of [0.3, 8, 200]) {
        const modal = new ModalCore({
          modes: [{ rate: omega, damping: zeta }],
          B: identity(1),
          Cq: identity(1),
          D: fromRows([[0]]),
        });
        const dense = new DenseCore({
          A: fromRows([
            [0, 1],
            [-(omega ** 2), -2 * zeta * omega],
          ]),
          B: fromRows([[0], [1]]),
          C: fromRows([[1, 0]]),
          D: fromRows([[0]]),
        });
        for (const [dt, u, next] of [
          [0.1, 1, 1],
          [0.02, -3, -3],
          [0.25, 1, 2],
          [0.01, 2, -1],
        ] as const) {
          const to = u === next ? undefined : Float64Array.of(next);
          modal.advance(dt, Float64Array.of(u), to);
          dense.advance(dt, Float64Array.of(u), to);
          const size = 4 / omega ** 2;
          assert(Math.abs(modal.x[0]! - dense.x[0]!) < 1e-9 * size, `ζ ${zeta}, ω ${omega}: ${modal.x} ${dense.x}`);
          assert(Math.abs(modal.x[1]! - dense.x[1]!) < 1e-9 * size * omega);
        }
      }
  });

  it("move a free mass as Newton says, and fill a body that is insulated", () => {
    const free = new ModalCore({
      modes: [{ rate: 0, damping: 0.1 }],
      B: identity(1),
      Cq: identity(1),
      D: fromRows([[0]]),
    });
    free.advance(3, Float64Array.of(2), Float64Array.of(5));
    near(free.x[0]!, (2 * 9) / 2 + (1 * 27) / 6, 1e-14);
    near(free.x[1]!, 2 * 3 + (1 * 9) / 2, 1e-14);
    const heat = new ModalCore({ modes: [{ rate: 0 }], B: identity(1), Cq: identity(1), D: fromRows([[0]]) });
    heat.advance(3, Float64Array.of(2));
    near(heat.x[0]!, 6, 1e-14);
  });
});

describe("MatrixMarket", () => {
  const read = (text: string) => Array.from(readMatrixMarket(text, "A").a);
  it("reads sparse and full, general, symmetric and skew-symmetric matrices", () => {
    assert.deepEqual(
      read("%%MatrixMarket matrix coordinate real general\n% a comment\n2 3 3\n1 1 1.5\n2 3 -2e-1\n1 2 4\n"),
      [1.5, 4, 0, 0, 0, -0.2],
    );
    assert.deepEqual(read("%%MatrixMarket matrix array real general\n2 2\n1\n2\n3\n4"), [1, 3, 2, 4]);
    assert.deepEqual(read("%%MatrixMarket matrix coordinate real symmetric\n2 2 2\n1 1 2\n2 1 5"), [2, 5, 5, 0]);
    assert.deepEqual(read("%%MatrixMarket matrix array integer skew-symmetric\r\n2 2\r\n7\r\n"), [0, -7, 7, 0]);
    assert.deepEqual(read("%%MatrixMarket matrix coordinate pattern general\n1 2 1\n1 2"), [0, 1]);
    // Fortran writes exponents with D.
    assert.deepEqual(read("%%MatrixMarket matrix array real general\n1 1\n1.5D-2"), [0.015]);
  });

  it("says what is wrong and where", () => {
    for (const [text, sentence] of [
      ["1 2 3", /Matrix A, line 1: a MatrixMarket file begins with/],
      ["%%MatrixMarket matrix coordinate complex general\n1 1 1\n1 1 1 0", /"complex" numbers cannot be read/],
      ["%%MatrixMarket matrix coordinate real general\n2 2 2\n1 1 1", /2 numbers are announced, but there are 1/],
      ["%%MatrixMarket matrix coordinate real general\n2 2 1\n3 1 1", /line 3: element \(3, 1\) is outside of 2 × 2/],
      ["%%MatrixMarket matrix coordinate real general\n2 2 1\n1 1 x", /line 3: "x" is not a number/],
      ["%%MatrixMarket matrix coordinate real general\n1e4 1e4 1\n1 1 1", /too large/],
      ["%%MatrixMarket matrix array real symmetric\n2 3\n1", /a symmetric matrix is square/],
      ["%%MatrixMarket matrix array real general", /size is missing/],
    ] as const)
      assert.throws(() => readMatrixMarket(text, "A"), { code: "E_MODEL", message: sentence });
  });
});
