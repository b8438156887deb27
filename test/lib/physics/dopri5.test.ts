import assert from "node:assert/strict";
import { compileModel } from "../../../src/lib/physics/model.ts";
import { Dopri5, type SolverOptions } from "../../../src/lib/physics/solvers/dopri5.ts";

/** Relative error in the Euclidean norm. */
const relativeError = (got: ArrayLike<number>, truth: readonly number[]) => {
  const norm = (f: (i: number) => number) => Math.sqrt(truth.reduce((sum, _, i) => sum + f(i) ** 2, 0));
  return norm((i) => got[i]! - truth[i]!) / norm((i) => truth[i]!);
};

function solve(
  equations: string,
  parameters: Record<string, number>,
  y0: number[],
  t1: number,
  options: SolverOptions = { rtol: 1e-6, atol: 1e-9 },
) {
  const values = new Map(Object.entries(parameters));
  const { states, rhs, p } = compileModel({ equations, signals: ["y1"], parameters: values });
  assert.equal(states.length, y0.length);
  const u = new Float64Array();
  const y = Float64Array.from(y0);
  const result = new Dopri5(states.length, (t, x, out) => rhs(t, x, u, p, out), options).integrate(0, y, t1);
  return { y, result };
}

// Positions 1…7, then velocities, of seven stars of mass 1…7 (Hairer, Nørsett & Wanner I, II.10).
function pleiades(): string {
  const stars = [1, 2, 3, 4, 5, 6, 7];
  const lines: string[] = [];
  const pull = (i: number, j: number, axis: string) =>
    `${j}*(${axis}${j}-${axis}${i})/r${Math.min(i, j)}_${Math.max(i, j)}^3`;
  for (const i of stars) lines.push(`dy${i}/dt = vy1_${i}`.replace("vy1_", "vx"));
  for (const i of stars) lines.push(`dz${i}/dt = vz${i}`);
  for (const axis of ["y", "z"])
    for (const i of stars)
      lines.push(
        `dv${axis === "y" ? "x" : "z"}${i}/dt = ${stars
          .filter((j) => j !== i)
          .map((j) => pull(i, j, axis))
          .join(" + ")}`,
      );
  for (const i of stars)
    for (const j of stars) if (i < j) lines.push(`r${i}_${j} = sqrt((y${i}-y${j})^2 + (z${i}-z${j})^2)`);
  return lines.join("\n");
}

// Reference: SciPy 1.10.1, DOP853 at rtol 1e-12, cross-checked with Radau to 7e-10 or better.
// Tolerances: the error at t1 of a non-stiff solver at rtol 1e-6 may be some hundred times the tolerance per step.
const PROBLEMS: [string, string, Record<string, number>, number[], number, number[], number][] = [
  [
    "Lotka–Volterra",
    "dy1/dt = 1.5*y1 - y1*y2\ndy2/dt = -3*y2 + y1*y2",
    {},
    [1, 1],
    10,
    [1.0263447675750834, 0.9096910781360829],
    1e-4,
  ],
  [
    "Lorenz",
    "dy1/dt = sigma*(y2 - y1)\ndy2/dt = y1*(rho - y3) - y2\ndy3/dt = y1*y2 - beta*y3",
    { sigma: 10, rho: 28, beta: 8 / 3 },
    [1, 1, 1],
    5,
    [-6.512113699419462, -6.974042788416692, 23.924129572103567],
    1e-4,
  ],
  [
    "van der Pol, mu = 5",
    "dy1/dt = y2\ndy2/dt = mu*(1 - y1^2)*y2 - y1",
    { mu: 5 },
    [2, 0],
    20,
    [-1.6012968795428408, 0.19832667633866558],
    1e-4,
  ],
  [
    "Pleiades",
    pleiades(),
    {},
    [3, 3, -1, -3, 2, -2, 2, 3, -3, 2, 0, 0, -4, 4, 0, 0, 0, 0, 0, 1.75, -1.5, 0, 0, 0, -1.25, 1, 0, 0],
    3,
    [
      0.3706139143955968, 3.2372840920573176, -3.2225590324185927, 0.6597091455777317, 0.34255817071599204,
      1.5621721014006704, -0.7003092922213335, -3.943437585517099, -3.2713809739724224, 5.225081843453974,
      -2.590612434977521, 1.1982136933928649, -0.2429682344936659, 1.0914492404296745, 3.417003806311764,
      1.3545845016255804, -2.590065597810306, 2.0250537347148097, -1.1558151001591295, -0.8072988170220663,
      0.5952396354195446, -3.741244961235153, 0.3773459685752073, 0.9386858869527754, 0.36679222272023376,
      -0.34740463537965727, 2.3449154481807954, -1.9470204342630018,
    ],
    1e-3,
  ],
];

describe("Dormand–Prince 5(4)", () => {
  for (const [name, equations, parameters, y0, t1, truth, tolerance] of PROBLEMS)
    it(`solves ${name} at rtol 1e-6 within ${tolerance}`, () => {
      const { y, result } = solve(equations, parameters, y0, t1);
      assert.equal(result.code, "done");
      const error = relativeError(y, truth);
      assert(error < tolerance, `relative error ${error}`);
    });

  it("gains accuracy with the tolerance", () => {
    const [, equations, parameters, y0, t1, truth] = PROBLEMS[1]!;
    const errors = [1e-4, 1e-7, 1e-10].map((rtol) =>
      relativeError(solve(equations, parameters, y0, t1, { rtol, atol: rtol * 1e-3 }).y, truth),
    );
    assert(errors[1]! < errors[0]! / 50 && errors[2]! < errors[1]! / 50, errors.join(" "));
    assert(errors[2]! < 1e-7);
  });

  it("follows the DC motor over jumps of its inputs (SciPy, rtol 1e-10)", () => {
    // L i' = V − Kt ω − R i; J ω' = Kt i − Tl − B ω; load 0.2 N·m from 0.05 s, 12 V from 0.1 s. trajectories/dcmotor_sp_ivp.csv
    const truth: [number, number, number][] = [
      [0.001, 182.61965293235744, 22.268288139333762],
      [0.02, 80.04571931559657, 678.6145647392894],
      [0.05, 10.079088064328202, 875.9556124529884],
      [0.1, 9.199434618544457, 876.6889985090884],
      [0.15, 4.154960441783037, 438.7250977660606],
      [0.2, 8.244483368640587, 427.19058952577876],
    ];
    const { inputs, rhs, p } = compileModel({
      equations: "di/dt = (V - Kt*w - R*i)/L\ndw/dt = (Kt*i - Tl - B*w)/J",
      signals: ["V", "Tl", "w"],
      parameters: new Map(Object.entries({ L: 83e-6, R: 0.081, Kt: 0.0265258, J: 1.269e-4, B: 5.0060675e-5 })),
    });
    assert.deepEqual(inputs, ["V", "Tl"]);
    const u = Float64Array.of(24, 0);
    const solver = new Dopri5(2, (t, y, out) => rhs(t, y, u, p, out), { rtol: 1e-9, atol: 1e-9 });
    const y = new Float64Array(2);
    let t = 0;
    for (const [at, current, speed] of truth) {
      solver.integrate(t, y, at);
      t = at;
      assert(Math.abs(y[0]! - current) < 1e-6 * 250, `i(${at}) = ${y[0]}`);
      assert(Math.abs(y[1]! - speed) < 1e-6 * 876, `w(${at}) = ${y[1]}`);
      if (at === 0.05) u[1] = 0.2;
      if (at === 0.1) u[0] = 12;
      solver.restart();
    }
  });

  it("interpolates inside a step about as well as it steps (oscillator, closed form)", () => {
    const solver = new Dopri5(2, (_t, y, out) => out.set([y[1]!, -y[0]!]), {
      rtol: 1e-8,
      atol: 1e-10,
    });
    const y = Float64Array.of(1, 0);
    const inside = new Float64Array(2);
    let worst = 0;
    let atSteps = 0;
    solver.integrate(0, y, 20, (step) => {
      for (const share of [0, 0.2, 0.5, 0.8, 1]) {
        const t = step.t0 + share * (step.t1 - step.t0);
        step.at(t, inside);
        worst = Math.max(worst, Math.abs(inside[0]! - Math.cos(t)), Math.abs(inside[1]! + Math.sin(t)));
      }
      atSteps = Math.max(atSteps, Math.abs(y[0]! - Math.cos(step.t1)));
    });
    assert(worst < 3 * atSteps + 1e-9, `${worst} inside, ${atSteps} at the steps`);
    assert(worst < 1e-6);
  });

  it("gives the same by many short calls as by one long call, to the tolerance", () => {
    const rhs = (_t: number, y: Float64Array, out: Float64Array) => void (out[0] = -y[0]! / 3);
    const y = Float64Array.of(1);
    const solver = new Dopri5(1, rhs);
    let steps = 0;
    for (let i = 0; i < 600; i++) steps += solver.integrate(i / 100, y, (i + 1) / 100).steps;
    assert(Math.abs(y[0]! - Math.exp(-2)) < 1e-6);
    assert.equal(steps, 600);
  });

  it("stops at its budget and goes on from there", () => {
    const rhs = (_t: number, y: Float64Array, out: Float64Array) => void (out[0] = -y[0]!);
    const solver = new Dopri5(1, rhs, { maxSteps: 3 });
    const y = Float64Array.of(1);
    let t = 0;
    let calls = 0;
    for (let result = solver.integrate(t, y, 30); ; result = solver.integrate(t, y, 30)) {
      t = result.t;
      if (++calls > 100 || result.code === "done") break;
      assert.equal(result.code, "budget");
    }
    assert(calls > 1 && calls < 100);
    assert(Math.abs(y[0]! - Math.exp(-30)) < 1e-8);
  });

  it("keeps the last good state when the equations stop being finite", () => {
    // y = 1/(1 − t) has a pole at t = 1.
    const solver = new Dopri5(1, (_t, y, out) => void (out[0] = y[0]! * y[0]!));
    const y = Float64Array.of(1);
    const result = solver.integrate(0, y, 2);
    assert.equal(result.code, "failed");
    assert(result.t < 1.001 && Number.isFinite(y[0]!));
    const broken = new Dopri5(1, (_t, _y, out) => void (out[0] = Number.NaN));
    assert.equal(broken.integrate(0, y, 1).code, "failed");
  });

  it("takes no time backwards or at a standstill", () => {
    const solver = new Dopri5(1, () => assert.fail("called"));
    const y = Float64Array.of(1);
    assert.equal(solver.integrate(1, y, 1).code, "done");
    assert.equal(solver.integrate(1, y, 0).t, 1);
  });

  it("refuses tolerances that are not positive", () => {
    assert.throws(() => new Dopri5(1, () => {}, { rtol: 0 }), /rtol must be positive/);
    assert.throws(() => new Dopri5(1, () => {}, { maxSteps: Number.NaN }), RangeError);
  });
});
