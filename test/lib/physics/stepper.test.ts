import assert from "node:assert/strict";
import { checkEquations } from "../../../src/lib/physics/check.ts";
import { compileModel } from "../../../src/lib/physics/model.ts";
import { Stepper, type StepperOptions } from "../../../src/lib/physics/stepper.ts";

const make = (equations: string, options: Partial<StepperOptions> = {}) =>
  new Stepper(compileModel({ equations, signals: ["x", "u"], parameters: new Map() }), {
    maxGap: 100,
    follow: 0,
    ...options,
  });
const NONE = [Number.NaN];

describe("stepper", () => {
  it("holds the inputs of one sample until the next, over irregular time", () => {
    // dx/dt = u: the integral of a staircase is known exactly.
    const stepper = make("dx/dt = u");
    let truth = 3;
    let held = 0;
    let time = 1e12;
    assert.equal(stepper.step(time, [0], [3]), "started");
    for (const [dt, u] of [
      [1, 2],
      [0.001, -1],
      [37.5, 0.25],
      [99, 4],
      [0, 7],
      [2, 0],
    ] as const) {
      truth += held * dt;
      time += dt * 1000;
      assert.equal(stepper.step(time, [u], NONE), "ok");
      held = u;
      assert(
        Math.abs(stepper.quantities[0]! - truth) < 1e-6 * Math.abs(truth),
        `${stepper.quantities[0]} for ${truth}`,
      );
    }
  });

  // x oscillates a thousand times per second: some thousand steps per second of the data.
  const FAST = "dx/dt = w*v\ndv/dt = -w*x\nw = 2000*pi";

  it("does what is left of a long step with the next calls, and never runs ahead", () => {
    const stepper = make(FAST, { maxSteps: 50 });
    stepper.step(0, [], [1, 0]);
    assert.equal(stepper.step(1000, [], NONE), "behind");
    assert(Number.isNaN(stepper.quantities[0]));
    assert.equal(stepper.step(1001, [], NONE), "behind");
    let code = stepper.proceed();
    let calls = 1;
    for (; code === "behind"; calls++) code = stepper.proceed();
    assert.equal(code, "ok");
    assert(calls > 50, String(calls));
    assert(Math.abs(stepper.quantities[0]! - 1) < 0.01, String(stepper.quantities[0]));
    assert.equal(stepper.proceed(), undefined);
  });

  it("comes to the same wherever the budget cuts, with samples that wait, and from a snapshot", () => {
    const equations = "dx/dt = u - x + w*v*0\ndv/dt = -w*z\ndz/dt = w*v\nw = 300*pi";
    const samples: [number, number][] = [
      [0, 1],
      [700, 2],
      [1000, -1],
      [1400, 3],
      [2000, 0],
    ];
    const whole = make(equations, { maxSteps: 1e6 });
    for (const [t, u] of samples) whole.step(t, [u], [0, 1, 0]);
    let sliced = make(equations, {});
    let left = 20;
    const deadline = () => left-- <= 0;
    for (const [t, u] of samples) {
      sliced.step(t, [u], [0, 1, 0], () => true, deadline);
      left = 20;
    }
    let slices = 0;
    for (let code = sliced.proceed(deadline); code === "behind"; code = sliced.proceed(deadline)) {
      left = 20;
      slices++;
      const kept = JSON.parse(JSON.stringify(sliced.snapshot()));
      sliced = make(equations, {});
      sliced.restore(kept);
    }
    assert(slices > 10, String(slices));
    assert.deepEqual(sliced.quantities, whole.quantities);
  });

  it("says why it failed, and starts again with the next sample", () => {
    const stepper = make("dx/dt = x^2");
    stepper.step(0, [], [1]);
    assert.equal(stepper.step(2000, [], [1]), "failed");
    assert.match(stepper.message!, /grows without bound near t = 1:/);
    assert.equal(stepper.step(2500, [], [1]), "started");
    assert.equal(stepper.message, undefined);
  });

  it("steps over what is stiff", () => {
    const stepper = make("dx/dt = 1e5*(sin(t) - x)", { maxSteps: 200 });
    stepper.step(0, [], [0]);
    for (let i = 1; i <= 20; i++) assert.equal(stepper.step(i * 1000, [], NONE), "ok");
    assert(Math.abs(stepper.quantities[0]! - Math.sin(20)) < 1e-4);
  });

  it("gives up being behind by more than the longest gap, and starts again", () => {
    const stepper = make(FAST, { maxSteps: 50, maxGap: 2 });
    stepper.step(0, [], [0, 1]);
    for (let i = 1; i <= 3; i++) assert.equal(stepper.step(i * 1000, [], [0.5, 1]), "behind");
    assert.equal(stepper.step(4000, [], [0.5, 1]), "started");
    assert.equal(stepper.quantities[0], 0.5);
  });

  it("follows a measurement with its time constant", () => {
    const stepper = make("dx/dt = 0", { follow: 10 });
    stepper.step(0, [], [0]);
    for (let i = 1; i <= 20; i++) stepper.step(i * 1000, [], [1]);
    stepper.step(20_000, [], NONE);
    assert(Math.abs(stepper.quantities[0]! - (1 - Math.exp(-2))) < 1e-9);
  });

  it("keeps what nobody measures over a gap", () => {
    const stepper = make("dx/dt = 0\ndw/dt = 0.1", {});
    stepper.step(0, [], [1, Number.NaN]);
    stepper.step(50_000, [], NONE);
    assert.equal(stepper.step(999_000, [], [2, Number.NaN]), "gap");
    assert.equal(stepper.quantities[0], 2);
    assert(Math.abs(stepper.quantities[1]! - 5) < 1e-9);
  });
});

describe("live check of equations", () => {
  it("answers with roles, problems, or what is wrong with the mapping", () => {
    const signals = ["speed", "temperature"];
    assert.deepEqual(
      checkEquations({
        equations: "dT/dt = k*speed",
        signals,
        predictions: [{ signal: "temperature", variable: "T" }],
      }),
      {
        ok: true,
        states: ["T"],
        variables: [],
        inputs: ["speed"],
        parameters: ["k"],
        outputs: ["temperature"],
      },
    );
    const wrong = checkEquations({ equations: "y = 1\nz = (", signals });
    assert(!wrong.ok && wrong.problems[0]!.line === 2);
    const mapping = checkEquations({
      equations: "y = 1",
      signals,
      predictions: [{ signal: "speed", variable: "T" }, {}],
    });
    assert(mapping.ok && /no equation defines "T"/.test(mapping.mapping!));
    const signal = checkEquations({ equations: "y = 1", signals, predictions: [{ signal: "s", variable: "y" }] });
    assert(signal.ok && /"s" is not a signal/.test(signal.mapping!));
    for (const nonsense of [null, 3, [], { equations: 3 }, {}]) assert.equal(checkEquations(nonsense).ok, false);
  });
});
