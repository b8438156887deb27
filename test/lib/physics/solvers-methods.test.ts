import assert from "node:assert/strict";
import { Dop853 } from "../../../src/lib/physics/solvers/dop853.ts";
import { Dopri5 } from "../../../src/lib/physics/solvers/dopri5.ts";
import { differenceJacobian } from "../../../src/lib/physics/solvers/jacobian.ts";
import { BandedSolver, DenseSolver, shiftedSolver } from "../../../src/lib/physics/solvers/linear-algebra.ts";
import type { Method, OdeProblem } from "../../../src/lib/physics/solvers/problem.ts";
import { GAMMA, Rodas5P, TABLEAU } from "../../../src/lib/physics/solvers/rodas5p.ts";
import { createRandom } from "../../../src/lib/random.ts";

const TOLERANCES = { rtol: 1e300, atol: 1e300 };

// y1' = y2, y2' = −y1 + forcing with solution (sin t + t², cos t + 2t); y3' = −y3² (1 + t) with 1/(1 + t + t²/2).
const SMOOTH: OdeProblem = {
  n: 3,
  rhs: (t, y, out) => {
    out[0] = y[1]!;
    out[1] = -y[0]! + t * t + 2;
    out[2] = -(y[2]! ** 2) * (1 + t);
  },
  jacobian: (t, y, out) => {
    out[1] = 1;
    out[3] = -1;
    out[8] = -2 * y[2]! * (1 + t);
  },
  dfdt: (t, y, out) => {
    out[1] = 2 * t;
    out[2] = -(y[2]! ** 2);
  },
};
const truth = (t: number) => [Math.sin(t) + t * t, Math.cos(t) + 2 * t, 1 / (1 + t + (t * t) / 2)];

/** Largest error at the end, and inside the steps, of `steps` equal steps to t = 2. */
function fixedSteps(method: Method, steps: number): { atSteps: number; inside: number } {
  const h = 2 / steps;
  const y = Float64Array.from(truth(0));
  const at = new Float64Array(3);
  const error = (t: number, x: ArrayLike<number>) => Math.max(...truth(t).map((v, i) => Math.abs(x[i]! - v)));
  let ready = false;
  let inside = 0;
  for (let k = 0; k < steps; k++) {
    const t = k * h;
    if (!ready) method.prepare(t, y);
    method.attempt(t, y, h);
    method.prepareDense(t, y, h);
    for (const share of [0.3, 0.6, 0.85]) {
      method.interpolate(share, at);
      inside = Math.max(inside, error(t + share * h, at));
    }
    for (const [share, end] of [
      [0, y],
      [1, method.next],
    ] as const) {
      method.interpolate(share, at);
      at.forEach((x, i) => void assert(Math.abs(x - end[i]!) < 1e-13));
    }
    y.set(method.next);
    ready = method.advance();
  }
  return { atSteps: error(2, y), inside };
}

describe("one-step methods", () => {
  // Doubling the steps divides the error by 2^order; step numbers where the error is far from rounding.
  const cases: [string, () => Method, number, number, number][] = [
    ["Dormand–Prince 5(4)", () => new Dopri5(SMOOTH, TOLERANCES), 5, 4, 16],
    ["Dormand–Prince 8(5,3)", () => new Dop853(SMOOTH, TOLERANCES), 8, 7, 4],
    ["Rodas5P", () => new Rodas5P(SMOOTH, TOLERANCES), 5, 4, 16],
  ];
  for (const [name, make, order, denseOrder, steps] of cases)
    it(`${name} converges with order ${order}, its dense output with at least ${denseOrder}`, () => {
      const coarse = fixedSteps(make(), steps);
      const fine = fixedSteps(make(), 2 * steps);
      const measured = Math.log2(coarse.atSteps / fine.atSteps);
      const inside = Math.log2(coarse.inside / fine.inside);
      assert(Math.abs(measured - order) < 0.7, `order ${measured} at the steps`);
      assert(inside > denseOrder - 0.7, `order ${inside} inside, errors ${coarse.inside} ${fine.inside}`);
    });

  it("Rodas5P fulfils the conditions of order 5, its estimate those of order 4 (Hairer & Wanner II, IV.7)", () => {
    const { alpha, beta, weights, embedded, Gamma } = untransform();
    const residual = (b: number[], tree: Tree) =>
      Math.abs(b.reduce((sum, bi, i) => sum + bi * elementary(tree, alpha, beta)[i]!, 0) - 1 / density(tree));
    for (let order = 1; order <= 5; order++)
      for (const tree of trees(order)) {
        assert(residual(weights, tree) < 1e-12, `order ${order}: ${residual(weights, tree)}`);
        if (order <= 4) assert(residual(embedded, tree) < 1e-12, `estimate, order ${order}`);
      }
    assert(trees(5).some((tree) => residual(embedded, tree) > 1e-4));
    for (let i = 0; i < 8; i++) {
      const sum = (m: number[][]) => m[i]!.reduce((a, b) => a + b, 0);
      assert(Math.abs(sum(alpha) - TABLEAU.T[i]!) < 1e-12, `time of stage ${i + 1}`);
      assert(Math.abs(sum(Gamma) - TABLEAU.D[i]!) < 1e-12, `time derivative of stage ${i + 1}`);
    }
  });

  it("the stiff method damps what is infinitely stiff (L-stability)", () => {
    const method = new Rodas5P(
      { n: 1, rhs: (_t, y, out) => void (out[0] = -1e12 * y[0]!), jacobian: (_t, _y, out) => void (out[0] = -1e12) },
      TOLERANCES,
    );
    const y = Float64Array.of(1);
    method.prepare(0, y);
    method.attempt(0, y, 1);
    assert(Math.abs(method.next[0]!) < 1e-10, String(method.next[0]));
  });

  it("finite differences agree with the derivative, dense and banded", () => {
    const problem: OdeProblem = {
      n: 6,
      rhs: (_t, y, out) => {
        for (let i = 0; i < 6; i++)
          out[i] = Math.sin(y[i]!) + (i > 0 ? y[i - 1]! ** 2 : 0) - (i < 5 ? 3 * y[i + 1]! : 0);
      },
    };
    const y = Float64Array.of(1, -2, 0.5, 3, 0, 2);
    const slope = new Float64Array(6);
    problem.rhs(0, y, slope);
    const exact = (i: number, j: number) =>
      j === i ? Math.cos(y[i]!) : j === i - 1 ? 2 * y[j]! : j === i + 1 ? -3 : 0;
    for (const bandwidth of [undefined, { lower: 1, upper: 1 }]) {
      const j = new Float64Array(36);
      const used = differenceJacobian({ ...problem, ...(bandwidth && { bandwidth }) }, 0, y, slope, 1e-3, j);
      assert.equal(used, bandwidth ? 3 : 6);
      for (let r = 0; r < 6; r++)
        for (let c = 0; c < 6; c++) assert(Math.abs(j[r * 6 + c]! - exact(r, c)) < 1e-4, `${r} ${c} ${j[r * 6 + c]}`);
    }
  });
});

describe("LU decomposition", () => {
  it("banded gives the same as dense, with and without exchanged rows", () => {
    const generator = createRandom(7);
    const random = () => generator.next();
    for (let run = 0; run < 60; run++) {
      const n = 5 + Math.floor(random() * 20);
      const lower = Math.floor(random() * 3);
      const upper = Math.floor(random() * 3);
      const jacobian = new Float64Array(n * n);
      for (let i = 0; i < n; i++)
        for (let j = Math.max(0, i - lower); j <= Math.min(n - 1, i + upper); j++) jacobian[i * n + j] = random() - 0.5;
      // Without a shift the diagonal does not dominate, and rows are exchanged.
      const shift = run % 2 ? 4 : 0;
      const b = Float64Array.from({ length: n }, () => random());
      const [dense, banded] = [new DenseSolver(n), new BandedSolver(n, lower, upper)];
      const ok = dense.factor(shift, jacobian);
      assert.equal(banded.factor(shift, jacobian), ok);
      if (!ok) continue;
      const [x, z] = [Float64Array.from(b), Float64Array.from(b)];
      dense.solve(x);
      banded.solve(z);
      const size = Math.max(...x.map(Math.abs));
      for (let i = 0; i < n; i++) {
        assert(Math.abs(x[i]! - z[i]!) < 1e-7 * size, `${x[i]} ${z[i]}`);
        const back = shift * x[i]! - x.reduce((sum, xj, j) => sum + jacobian[i * n + j]! * xj, 0);
        assert(Math.abs(back - b[i]!) < 1e-9 * (1 + size));
      }
      const [p, q] = [new Float64Array(n), new Float64Array(n)];
      dense.multiply(jacobian, b, p);
      banded.multiply(jacobian, b, q);
      for (let i = 0; i < n; i++) assert(Math.abs(p[i]! - q[i]!) < 1e-14);
    }
  });

  it("says when a matrix is singular or not finite", () => {
    assert.equal(new DenseSolver(2).factor(0, Float64Array.of(1, 2, 2, 4)), false);
    assert.equal(new BandedSolver(5, 1, 1).factor(0, new Float64Array(25)), false);
    assert.equal(new DenseSolver(1).factor(1, Float64Array.of(Number.NaN)), false);
  });

  it("is banded where the band is narrow", () => {
    assert(shiftedSolver(50, { lower: 1, upper: 1 }) instanceof BandedSolver);
    assert(shiftedSolver(50, { lower: 30, upper: 1 }) instanceof DenseSolver);
    assert(shiftedSolver(3, { lower: 1, upper: 1 }) instanceof DenseSolver);
    assert(shiftedSolver(50) instanceof DenseSolver);
  });
});

/** A rooted tree is the list of its branches. */
type Tree = Tree[];

function trees(order: number): Tree[] {
  if (order === 1) return [[]];
  const found = new Map<string, Tree>();
  const build = (rest: number, largest: number, branches: Tree[]): void => {
    if (rest === 0) found.set(key(branches), branches);
    for (let size = Math.min(rest, largest); size >= 1; size--)
      for (const branch of trees(size)) build(rest - size, size, [...branches, branch]);
  };
  build(order - 1, order - 1, []);
  return [...found.values()];
}
const key = (tree: Tree): string => `(${tree.map(key).sort().join("")})`;
const size = (tree: Tree): number => 1 + tree.reduce((sum, branch) => sum + size(branch), 0);
const density = (tree: Tree): number => size(tree) * tree.reduce((product, branch) => product * density(branch), 1);

/** Hairer & Wanner II, IV.7: a vertex with one branch counts with beta, one with several with alpha. */
function elementary(tree: Tree, alpha: number[][], beta: number[][]): number[] {
  const matrix = tree.length === 1 ? beta : alpha;
  const parts = tree.map((branch) => elementary(branch, alpha, beta));
  return matrix.map((row) =>
    parts.reduce((product, part) => product * row.reduce((sum, m, k) => sum + m * part[k]!, 0), 1),
  );
}

/** The method in its plain form: alpha, Gamma and weights, from the transformed coefficients. */
function untransform() {
  const stages = 8;
  const last = TABLEAU.A[5]!;
  const a = [...TABLEAU.A, [...last, 1], [...last, 1, 1]].map((row) => pad(row));
  const m = [...last, 1, 1, 1];
  // Inverse of Gamma = I/gamma − C; both are lower triangular.
  const inverse = TABLEAU.C.map((row, i) => pad(row.map((c) => -c)).map((x, j) => (i === j ? 1 / GAMMA : x)));
  const Gamma = inverse.map(() => pad([]));
  for (let j = 0; j < stages; j++)
    for (let i = j; i < stages; i++) {
      let sum = i === j ? 1 : 0;
      for (let k = j; k < i; k++) sum -= inverse[i]![k]! * Gamma[k]![j]!;
      Gamma[i]![j] = sum / inverse[i]![i]!;
    }
  const times = (row: number[]) => pad([]).map((_, j) => row.reduce((sum, x, k) => sum + x * Gamma[k]![j]!, 0));
  const alpha = a.map(times);
  const beta = alpha.map((row, i) => row.map((x, j) => x + Gamma[i]![j]!));
  return { alpha, beta, Gamma, weights: times(m), embedded: times(a[7]!) };

  function pad(row: readonly number[]): number[] {
    return Array.from({ length: stages }, (_, j) => row[j] ?? 0);
  }
}
