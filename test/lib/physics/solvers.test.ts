import assert from "node:assert/strict";
import { compileModel } from "../../../src/lib/physics/model.ts";
import { odeProblem } from "../../../src/lib/physics/problem.ts";
import type { OdeProblem } from "../../../src/lib/physics/solvers/problem.ts";
import { OdeSolver, type SolverOptions } from "../../../src/lib/physics/solvers/solver.ts";
import { createRandom, type Random } from "../../../src/lib/random.ts";
import { IVPS, type Ivp } from "./ivp.ts";

/** Relative error in the Euclidean norm. */
const relativeError = (got: ArrayLike<number>, truth: readonly number[]) => {
  const norm = (f: (i: number) => number) => Math.sqrt(truth.reduce((sum, _, i) => sum + f(i) ** 2, 0));
  return norm((i) => got[i]! - truth[i]!) / norm((i) => truth[i]!);
};

function problemOf({ equations, parameters = {} }: Pick<Ivp, "equations" | "parameters">): OdeProblem {
  const model = compileModel({ equations, signals: ["y1"], parameters: new Map(Object.entries(parameters)) });
  return odeProblem(model, new Float64Array());
}

function solve(ivp: Ivp, options: SolverOptions = {}) {
  const solver = new OdeSolver(problemOf(ivp), { rtol: 1e-6, atol: 1e-9, ...options });
  const y = Float64Array.from(ivp.y0);
  const result = solver.integrate(0, y, ivp.t1, { maxSteps: 20_000 });
  return { y, result, solver, error: relativeError(y, ivp.y1) };
}

const scalar = (f: (t: number, y: number) => number): OdeProblem => ({
  n: 1,
  rhs: (t, y, out) => void (out[0] = f(t, y[0]!)),
});

/** y' = A·y with eigenvalues of all sizes in the left half-plane, mixed by a reflection and by units of their own. */
function linearSystem(random: Random): { problem: OdeProblem; exact: (t: number) => Float64Array; t1: number } {
  const modes = Array.from({ length: 1 + Math.floor(random.next() * 4) }, () => {
    const size = 10 ** (-3 + 9 * random.next());
    const angle = random.next() < 0.5 ? 0 : 1.2 * random.next();
    return { re: -size * Math.cos(angle), im: size * Math.sin(angle), states: angle === 0 ? 1 : 2 };
  });
  const n = modes.reduce((sum, mode) => sum + mode.states, 0);
  const normal = Array.from({ length: n }, () => random.normal());
  const unit = Array.from({ length: n }, () => 10 ** (2 * random.next() - 1));
  const start = Array.from({ length: n }, () => random.normal());
  const length = normal.reduce((sum, v) => sum + v * v, 0);
  const reflect = (x: number[]) => {
    const d = (2 * x.reduce((sum, xi, i) => sum + xi * normal[i]!, 0)) / length;
    return x.map((xi, i) => xi - d * normal[i]!);
  };
  /** Multiplies each mode by the complex number a + ib that belongs to it. */
  const turn = (z: number[], factor: (re: number, im: number) => [number, number]) => {
    const out: number[] = [];
    for (const { re, im, states } of modes) {
      const [a, b] = factor(re, im);
      const [x = 0, y = 0] = z.slice(out.length, out.length + states);
      out.push(...[a * x - b * y, b * x + a * y].slice(0, states));
    }
    return reflect(out).map((x, i) => x * unit[i]!);
  };
  const column = (j: number) => turn(reflect(unit.map((u, i) => (i === j ? 1 / u : 0))), (re, im) => [re, im]);
  const matrix = Array.from({ length: n }, (_, j) => column(j));
  return {
    problem: {
      n,
      rhs: (_t, y, out) => {
        for (let i = 0; i < n; i++) out[i] = matrix.reduce((sum, c, j) => sum + c[i]! * y[j]!, 0);
      },
      autonomous: true,
    },
    exact: (t) =>
      Float64Array.from(
        turn(start, (re, im) => [Math.exp(re * t) * Math.cos(im * t), Math.exp(re * t) * Math.sin(im * t)]),
      ),
    t1: 10 ** (-1 + 2 * random.next()),
  };
}

describe("solver", () => {
  for (const [name, ivp] of Object.entries(IVPS))
    it(`solves ${name} at rtol 1e-6, atol 1e-9 with the method it chooses`, () => {
      const { result, error } = solve(ivp);
      assert.equal(result.code, "done");
      assert(error < 1e-5, `relative error ${error}`);
    });

  it("gains accuracy with the tolerance, stiff or not", () => {
    for (const name of ["Lorenz", "HIRES"]) {
      const errors = [1e-4, 1e-6, 1e-9].map((rtol) => solve(IVPS[name]!, { rtol, atol: rtol * 1e-4 }).error);
      assert(errors[1]! < errors[0]! / 10 && errors[2]! < errors[1]! / 50, `${name}: ${errors.join(" ")}`);
    }
  });

  it("every method solves what suits it", () => {
    for (const method of ["dopri5", "dop853", "rodas5p"] as const)
      for (const name of ["Lotka–Volterra", "Lorenz", "van der Pol, mu = 5"]) {
        const { error, solver } = solve(IVPS[name]!, { method });
        assert(error < 1e-4, `${method}, ${name}: ${error}`);
        assert.equal(solver.method, method);
      }
  });

  it("needs no Jacobian: differences do", () => {
    const { jacobian: _, dfdt: __, ...bare } = problemOf(IVPS.Robertson!);
    const y = Float64Array.from(IVPS.Robertson!.y0);
    new OdeSolver(bare).integrate(0, y, 1e4);
    assert(relativeError(y, IVPS.Robertson!.y1) < 1e-5);
  });

  it("follows a stiff path that depends on time, with the time derivative and by differences", () => {
    // y' = −λ(y − cos t) − sin t has the solution cos t (Prothero & Robinson 1974).
    const problem = scalar((t, y) => -1e6 * (y - Math.cos(t)) - Math.sin(t));
    for (const p of [
      problem,
      {
        ...problem,
        dfdt: (t: number, _y: Float64Array, o: Float64Array) => void (o[0] = -1e6 * Math.sin(t) - Math.cos(t)),
      },
    ]) {
      const y = Float64Array.of(1);
      const result = new OdeSolver(p).integrate(0, y, 10);
      assert(Math.abs(y[0]! - Math.cos(10)) < 1e-6, String(y[0]));
      assert(result.steps < 1000);
    }
  });

  it("changes to the stiff method and back as the problem changes", () => {
    // Stiff for t < 5 by a fast relaxation, then an oscillation at no stiffness: closed forms of both.
    const problem: OdeProblem = {
      n: 3,
      rhs: (t, y, out) => {
        out[0] = t < 5 ? -1e5 * (y[0]! - 1) : 0;
        out[1] = 10 * y[2]!;
        out[2] = -10 * y[1]!;
      },
      switches: { count: 1, write: (t, _y, out) => void (out[0] = t - 5) },
    };
    const solver = new OdeSolver(problem);
    const y = Float64Array.of(0, 1, 0);
    solver.integrate(0, y, 4);
    assert.equal(solver.method, "rodas5p");
    solver.integrate(4, y, 40);
    assert.equal(solver.method, "dop853");
    assert(Math.abs(y[0]! - 1) < 1e-8 && Math.abs(y[1]! - Math.cos(400)) < 1e-4, `${y}`);
  });

  it("solves 200 random linear systems, time constants from 1e-6 to 1e3 s, oscillating or not (closed form)", () => {
    const random = createRandom("linear");
    for (let run = 0; run < 200; run++) {
      const { problem, exact, t1 } = linearSystem(random);
      const y = exact(0);
      const size = Math.max(...y.map(Math.abs));
      const result = new OdeSolver(problem).integrate(0, y, t1, { maxSteps: 3000 });
      assert.equal(result.code, "done");
      const truth = exact(t1);
      const error =
        Math.max(...truth.map((x, i) => Math.abs(x - y[i]!))) / Math.max(1e-3 * size, ...truth.map(Math.abs));
      assert(error < 1e-5, `run ${run}: ${error}`);
    }
  });

  it("starts at zero, at rest, at tiny and at huge scales", () => {
    const cases: [OdeProblem, number, number, number, number][] = [
      [scalar((_t, y) => 1 - y), 0, 30, 1 - Math.exp(-30), 1e-12],
      [scalar(() => 0), 0, 1e9, 0, 1e-12],
      [scalar((t) => Math.exp(-((t - 50) ** 2))), 0, 100, Math.sqrt(Math.PI), 1e-12],
      [scalar((_t, y) => -y / 1e-9), 1, 1e-8, Math.exp(-10), 1e-12],
      [scalar((_t, y) => -y / 3e9), 1e12, 3e9, 1e12 / Math.E, 1e-3],
      [scalar((_t, y) => -y), 1e-9, 1, 1e-9 / Math.E, 1e-20],
    ];
    for (const [problem, y0, t1, truth, atol] of cases) {
      const y = Float64Array.of(y0);
      const result = new OdeSolver(problem, { rtol: 1e-8, atol, maxStep: t1 / 50 }).integrate(0, y, t1);
      assert.equal(result.code, "done");
      assert(Math.abs(y[0]! - truth) <= 1e-6 * Math.abs(truth) + 10 * atol, `${y[0]} for ${truth}`);
    }
  });

  it("gives the same by many short calls as by one long call, to the tolerance", () => {
    const solver = new OdeSolver(scalar((_t, y) => -y / 3));
    const y = Float64Array.of(1);
    let steps = 0;
    for (let i = 0; i < 600; i++) steps += solver.integrate(i / 100, y, (i + 1) / 100).steps;
    assert(Math.abs(y[0]! - Math.exp(-2)) < 1e-6);
    assert(steps <= 605, String(steps));
  });

  it("solves what is scaled badly: E5 (Hairer & Wanner II, IV.10), states from 1e-3 to 1e-17", () => {
    // SciPy 1.17.1, Radau and BDF at rtol 1e-12, atol 1e-26: they agree to 5e-9.
    const truth = [4.936719431e-8, 1.861586606e-13, 1.86069241e-13, 8.9418478e-17];
    const { result, y } = solve(
      {
        equations: `dy1/dt = -A*y1 - B*y1*y3
dy2/dt = A*y1 - M*C*y2*y3
dy3/dt = A*y1 - B*y1*y3 - M*C*y2*y3 + C*y4
dy4/dt = B*y1*y3 - C*y4`,
        parameters: { A: 7.89e-10, B: 1.1e7, C: 1.13e3, M: 1e6 },
        y0: [1.76e-3, 0, 0, 0],
        t1: 1e6,
        y1: truth,
      },
      { rtol: 1e-8, atol: 1e-24 },
    );
    assert.equal(result.code, "done");
    truth.forEach((x, i) => void assert(Math.abs(y[i]! / x - 1) < 1e-6, `${y[i]} for ${x}`));
  });

  it("stops at its budget or deadline, and goes on to the same end bit by bit, also from a snapshot", () => {
    for (const name of ["Lorenz", "van der Pol, mu = 1000"]) {
      const ivp = IVPS[name]!;
      const whole = solve(ivp);
      let solver = new OdeSolver(problemOf(ivp));
      const y = Float64Array.from(ivp.y0);
      let t = 0;
      let calls = 0;
      for (let code = ""; code !== "done"; calls++) {
        let left = 7;
        const budget = calls % 2 ? { maxSteps: 11 } : { deadline: () => left-- <= 0 };
        const result = solver.integrate(t, y, ivp.t1, budget);
        [t, code] = [result.t, result.code];
        assert(code !== "failed" && result.steps <= 11);
        const kept = JSON.parse(JSON.stringify(solver.snapshot()));
        solver = new OdeSolver(problemOf(ivp));
        solver.restore(kept);
      }
      assert(calls > 5);
      assert.deepEqual(y, whole.y);
    }
  });

  it("says in a sentence why it cannot go on, and keeps the last good state", () => {
    // y = 1/(1 − t) has a pole at t = 1.
    const y = Float64Array.of(1);
    const pole = new OdeSolver(scalar((_t, x) => x * x)).integrate(0, y, 2);
    assert.equal(pole.code, "failed");
    assert(Math.abs(pole.t - 1) < 1e-3 && Number.isFinite(y[0]!));
    assert.match(pole.message!, /grows without bound near t = 1\b/);
    const broken = new OdeSolver(scalar(() => Number.NaN)).integrate(0, y, 1);
    assert.match(broken.message!, /no finite number at t = 0/);
    const root = new OdeSolver(scalar((_t, x) => -1 - 0 * Math.sqrt(x))).integrate(0, Float64Array.of(1), 2);
    assert.match(root.message!, /no finite number just after t = 1/);
  });

  it("takes no time backwards or at a standstill", () => {
    const solver = new OdeSolver({ n: 1, rhs: () => assert.fail("called") });
    const y = Float64Array.of(1);
    assert.equal(solver.integrate(1, y, 1).code, "done");
    assert.equal(solver.integrate(1, y, 0).t, 1);
  });

  it("refuses tolerances that are not positive", () => {
    assert.throws(
      () =>
        new OdeSolver(
          scalar(() => 0),
          { rtol: 0 },
        ),
      /rtol must be positive/,
    );
    assert.throws(
      () =>
        new OdeSolver(
          scalar(() => 0),
          { maxStep: Number.NaN },
        ),
      RangeError,
    );
  });
});

describe("events", () => {
  const ball = (bounce: number): OdeProblem => ({
    n: 2,
    rhs: (_t, y, out) => {
      out[0] = y[1]!;
      out[1] = -9.81;
    },
    events: {
      count: 1,
      write: (_t, y, out) => void (out[0] = -y[0]!),
      direction: [1],
      reset: (_h, _t, y) => void (y[1]! *= -bounce),
      name: () => "h < 0",
    },
  });

  it("finds the bounces of a ball (closed form) with every method", () => {
    for (const method of [undefined, "dopri5", "dop853", "rodas5p"] as const) {
      const solver = new OdeSolver(ball(0.8), { rtol: 1e-8, atol: 1e-10, ...(method && { method }) });
      const times: number[] = [];
      solver.integrate(0, Float64Array.of(0, 10), 8, { onEvent: (_i, t) => void times.push(t) });
      let truth = 0;
      let v = 10;
      for (const t of times) {
        truth += (2 * v) / 9.81;
        v *= 0.8;
        assert(Math.abs(t - truth) < 1e-10 * truth, `${method}: ${t} for ${truth}`);
      }
      assert.equal(times.length, 6);
    }
  });

  it("ends the infinitely many bounces of a ball at rest with a sentence", () => {
    const y = Float64Array.of(1, 0);
    const result = new OdeSolver(ball(0.5)).integrate(0, y, 100);
    assert.equal(result.code, "failed");
    assert.match(result.message!, /The event h < 0 happens again and again ever faster near t = 1\.35/);
  });

  it("happens at the start, where its function is just zero", () => {
    const times: number[] = [];
    const y = Float64Array.of(0, -1);
    new OdeSolver(ball(1)).integrate(0, y, 0.1, { onEvent: (_i, t) => void times.push(t) });
    assert(times.length === 1 && times[0]! < 1e-12, String(times));
    assert(Math.abs(y[0]! - (0.1 - 0.04905)) < 1e-9, String(y));
  });

  it("minds the direction, and lets several events happen at the same time", () => {
    // y = sin t through 0.5 up, down, both ways; and twice the same.
    const counts = [0, 0, 0, 0];
    const problem: OdeProblem = {
      ...scalar((t) => Math.cos(t)),
      events: {
        count: 4,
        write: (_t, y, out) => void out.fill(y[0]! - 0.5),
        direction: [1, -1, 0, 0],
      },
    };
    const times: number[] = [];
    new OdeSolver(problem, { rtol: 1e-10, atol: 1e-12 }).integrate(0, Float64Array.of(0), 4 * Math.PI, {
      onEvent: (happened, t) => {
        for (const i of happened) counts[i]!++;
        times.push(t);
      },
    });
    assert.deepEqual(counts, [2, 2, 4, 4]);
    const [first, second] = [Math.PI / 6, (5 * Math.PI) / 6];
    for (const [i, truth] of [first, second, first + 2 * Math.PI, second + 2 * Math.PI].entries())
      assert(Math.abs(times[i]! - truth) < 1e-9, `${times[i]} for ${truth}`);
  });

  it("sees an event that begins and ends within a step", () => {
    const times: number[] = [];
    const problem: OdeProblem = {
      ...scalar(() => 1),
      events: { count: 1, write: (t, _y, out) => void (out[0] = (t - 50) ** 2 - 100), direction: [-1] },
    };
    new OdeSolver(problem).integrate(0, Float64Array.of(0), 100, { onEvent: (_h, t) => void times.push(t) });
    assert.equal(times.length, 1);
    assert(Math.abs(times[0]! - 40) < 1e-9);
  });

  it("a reset may trigger another event at once", () => {
    const happened: number[] = [];
    const problem: OdeProblem = {
      n: 2,
      rhs: (_t, _y, out) => void out.set([1, 0]),
      events: {
        count: 2,
        write: (_t, y, out) => out.set([y[0]! - 1, y[1]! - 5]),
        direction: [1, 1],
        reset: (which, _t, y) => void (which.includes(0) ? (y[1] = 6) : (y[1] = 7)),
      },
    };
    const y = Float64Array.of(0, 0);
    new OdeSolver(problem).integrate(0, y, 2, { onEvent: (i) => void happened.push(...i) });
    assert.deepEqual(happened, [0, 1]);
    assert.equal(y[1], 7);
  });
});

describe("discontinuities", () => {
  it("land on the switching time: a square wave integrates exactly", () => {
    const wave = (t: number) => (t % 2 < 1 ? 1 : -3);
    const problem: OdeProblem = {
      ...scalar(wave),
      switches: { count: 1, write: (t, _y, out) => void (out[0] = Math.sin(Math.PI * t)) },
    };
    for (const method of ["dopri5", "dop853", "rodas5p"] as const) {
      const y = Float64Array.of(0);
      const result = new OdeSolver(problem, { method, maxStep: 0.7 }).integrate(0, y, 9.5);
      assert(Math.abs(y[0]! + 8.5) < 1e-9, `${method}: ${y[0]}`);
      assert(result.steps < 120, `${method}: ${result.steps} steps`);
    }
  });

  it("are not stepped over when they last a shorter time than a step", () => {
    // Nothing happens but the pulses: steps grow to the longest that is allowed, 0.5.
    const problem: OdeProblem = {
      ...scalar((t) => (Math.abs((t % 4) - 2) < 0.1 ? 5 : 0)),
      switches: { count: 1, write: (t, _y, out) => void (out[0] = Math.abs((t % 4) - 2) - 0.1) },
    };
    const y = Float64Array.of(0);
    new OdeSolver(problem, { maxStep: 0.5 }).integrate(0, y, 20);
    assert(Math.abs(y[0]! - 5) < 1e-9, String(y[0]));
  });

  it("by state: a thermostat without hysteresis in the state, exactly to the switch", () => {
    // y' = 1 − y above 0.5, 2 below: reaches 0.5 at 0.25, then 1 − 0.5 e^(0.25 − t).
    const problem: OdeProblem = {
      ...scalar((_t, y) => (y < 0.5 ? 2 : 1 - y)),
      switches: { count: 1, write: (_t, y, out) => void (out[0] = y[0]! - 0.5) },
    };
    const y = Float64Array.of(0);
    const result = new OdeSolver(problem, { rtol: 1e-10, atol: 1e-12 }).integrate(0, y, 3);
    assert(Math.abs(y[0]! - (1 - 0.5 * Math.exp(-2.75))) < 1e-9, String(y[0]));
    assert(result.rejected < 30, `${result.rejected} rejected`);
  });

  it("sliding along a switch, as a stuck friction does, ends", () => {
    // v' = 1 − 3·sign(v) from v = 1: at rest from t = 0.5 on.
    const problem: OdeProblem = {
      ...scalar((_t, v) => 1 - 3 * Math.sign(v)),
      switches: { count: 1, write: (_t, y, out) => void (out[0] = y[0]!) },
    };
    for (const t1 of [1, 100]) {
      const y = Float64Array.of(1);
      const result = new OdeSolver(problem).integrate(0, y, t1, { maxSteps: 100_000 });
      assert.equal(result.code, "done");
      assert(Math.abs(y[0]!) < 5e-3 * t1, String(y[0]));
    }
  });

  it("a slide that begins at the end of one call does not creep through the next", () => {
    // A thermostat without hysteresis, called minute by minute; it reaches 20 °C just before the end of a call.
    const problem: OdeProblem = {
      ...scalar((_t, y) => ((y < 20 ? 20 : 0) - 0.5 * (y - 10)) / 5),
      switches: { count: 1, write: (_t, y, out) => void (out[0] = 20 - y[0]!) },
    };
    const reached = 10 * Math.log(35 / 30);
    for (const early of [1e-3, 1e-6, 1e-9]) {
      const y = Float64Array.of(15);
      const solver = new OdeSolver(problem, { rtol: 1e-9, atol: 1e-12 });
      for (let k = 0, t = 0; k < 20; k++) {
        const t1 = reached + early + 6 * k;
        const result = solver.integrate(t, y, t1, { maxSteps: 100_000 });
        assert.equal(result.code, "done");
        t = t1;
      }
      assert(Math.abs(y[0]! - 20) < 0.2, String(y[0]));
    }
  });
});
