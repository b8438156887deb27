import assert from "node:assert/strict";
import { EquationError, readModel } from "../../../src/lib/physics/equations.ts";
import { compileModel } from "../../../src/lib/physics/model.ts";

const BALL = "dh/dt = v\ndv/dt = -g\nwhen h < 0: h = 0, v = -0.8*v  # bounce\nwhen v > 20 and not (h > 5)";
const ball = () => compileModel({ equations: BALL, signals: ["h"], parameters: new Map([["g", 9.81]]) });
const problems = (text: string) => {
  try {
    readModel(text, (name) => name === "u");
  } catch (error) {
    assert(error instanceof EquationError);
    return error.problems;
  }
  return assert.fail(`accepted: ${text}`);
};

describe("events of a model", () => {
  it("have values that pass zero when the condition becomes true", () => {
    const { events, p } = ball();
    assert.deepEqual(events.names, ["h < 0", "v > 20 and not (h > 5)"]);
    assert.deepEqual(Array.from(events.direction), [1, 1]);
    assert.deepEqual(Array.from(events.sets), [1, 0]);
    const out = new Float64Array(2);
    for (const [h, v, value] of [
      [3, 0, [-3, -20]],
      [-0.5, -8, [0.5, -28]],
      [4, 30, [-4, 1]],
      [9, 30, [-9, -4]],
    ] as const) {
      events.values(0, [h, v], [], p, out);
      assert.deepEqual(Array.from(out), value);
    }
  });

  it("set states from the values before", () => {
    const { events, p } = ball();
    const y = Float64Array.of(-1e-9, -5);
    events.reset(0, 1, y, [], p);
    assert.deepEqual(Array.from(y), [0, 4]);
    const swap = compileModel({
      equations: "da/dt = b\ndb/dt = w\nw = 2*a\nwhen a == b: a = b + w, b = a",
      signals: ["a"],
      parameters: new Map(),
    });
    const z = Float64Array.of(1, 10);
    swap.events.reset(0, 0, z, [], []);
    assert.deepEqual(Array.from(z), [12, 1]);
    assert.deepEqual(Array.from(swap.events.direction), [0]);
  });

  it("may ask variables, inputs and time", () => {
    const { events, inputs } = compileModel({
      equations: "dx/dt = u\nfull = x > 3 or t >= 100\nwhen full: x = u - 1",
      signals: ["x", "u"],
      parameters: new Map(),
    });
    assert.deepEqual(inputs, ["u"]);
    const out = new Float64Array(1);
    events.values(40, [1], [7], [], out);
    assert.equal(out[0], -2);
    events.values(101, [1], [7], [], out);
    assert.equal(out[0], 1);
    const y = Float64Array.of(1);
    events.reset(0, 0, y, [7], []);
    assert.equal(y[0], 6);
  });

  it("say what is wrong, and where", () => {
    const cases: [string, number | undefined, RegExp][] = [
      ["when", 4, /needs a condition/],
      ["when x: x = 1", 4, /compares quantities/],
      ["when x + 1: x = 1", 4, /compares quantities/],
      ["when x != 1: x = 1", 4, /compares quantities/],
      ["when x > 1: y = 1", 12, /"y" is no state/],
      ["when x > 1: x = 1, x = 2", 18, /sets "x" twice/],
      ["when x > 1: 3", 11, /write <state> = <expression>/],
      ["when x > 1: x == 3", 11, /write <state> = <expression>/],
      ["when x > 1:", 10, /leave the colon out/],
      ["when x > 1: x = zz", 16, /"zz" is no signal/],
      ["when x > 1 then x = 1", 18, /follows a colon/],
      ["when x > ", 9, /not a complete expression/],
    ];
    for (const [line, position, message] of cases) {
      const [problem] = problems(`dx/dt = u\ny = 2*x\n${line}`);
      assert.equal(problem!.line, 3, line);
      assert.match(problem!.message, message);
      assert.equal(problem!.position, position, line);
    }
    // A variable may still be called so, and no state is defined by an event.
    assert.match(problems("when = 1")[0]!.message, /meaning of its own/);
    assert.match(problems("when u > 1")[0]!.message, /no equation yet/);
  });
});

describe("switches of a model", () => {
  const signs = (equations: string, at: number[][], inputs: string[] = ["u"]) => {
    const m = compileModel({ equations, signals: ["x", "y", ...inputs], parameters: new Map([["k", 1]]) });
    const out = new Float64Array(m.switches.count);
    return at.map(([t, ...y]) => {
      m.switches.write(t!, y, [5], m.p, out);
      return Array.from(out, Math.sign);
    });
  };

  it("change sign where the right side has a kink or jump", () => {
    const once = (right: string, before: number, after: number) => {
      const [a, b] = signs(`dx/dt = ${right}`, [
        [0, before],
        [0, after],
      ]);
      assert.equal(a!.length, 1, right);
      assert.equal(a![0]! * b![0]!, -1, right);
    };
    once("abs(x - 2)", 1.9, 2.1);
    once("x * abs(x)", -0.1, 0.1);
    once("max(x, u)", 4.9, 5.1);
    once("min(x, 3*k)", 0.9 * 3, 1.1 * 3);
    once("x > 7 ? 1 : 2", 6.9, 7.1);
    once("sign(x - u)", 4, 6);
    once("floor(x)", 2.9, 3.1);
    once("round(x)", 2.4, 2.6);
    once("x % 4", 3.9, 4.1);
    for (const knot of [0, 10, 20]) once("interpolate(x, [0, 10, 20], [50, 48, 40])", knot - 0.1, knot + 0.1);
    for (const [a, b] of [
      [0.1, 9.9],
      [-9, -0.1],
      [20.1, 99],
    ])
      assert.deepEqual(
        ...(signs("dx/dt = interpolate(x, [0, 10, 20], [5, 4, 4])", [
          [0, a!],
          [0, b!],
        ]) as [number[], number[]]),
      );
    assert.equal(signs("dx/dt = interpolateSmooth(x, [0, 1, 2], [5, 4, 1])", [[0, 1]])[0]!.length, 2);
  });

  it("are found through variables and over time, once each, and only where they matter", () => {
    assert.deepEqual(
      signs("dx/dt = on * x\non = t > 10\nseen = abs(x)", [
        [9, 1],
        [11, 1],
      ]).map((s) => s.map(Math.abs)),
      [[1], [1]],
    );
    assert.equal(signs("dx/dt = max(x, 0) + (x > 0) + abs(x)", [[0, 1]])[0]!.length, 1);
    // Inputs and parameters rest while the solver is under way.
    assert.equal(signs("dx/dt = u > 2 ? x : k*abs(u)", [[0, 1]])[0]!.length, 0);
  });
});
