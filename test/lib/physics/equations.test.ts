import assert from "node:assert/strict";
import { analyse, EquationError, readEquations } from "../../../src/lib/physics/equations.ts";
import { compileModel } from "../../../src/lib/physics/model.ts";

const problems = (text: string, known: string[] = ["u", "k"]) => {
  try {
    readEquations(text, (name) => known.includes(name));
  } catch (error) {
    assert(error instanceof EquationError);
    assert.equal(error.code, "E_EQUATIONS");
    return error.problems;
  }
  return assert.fail(`accepted: ${text}`);
};

describe("equations", () => {
  it("finds the role of every name", () => {
    const text =
      "# heat\n\ndT/dt = (P - k*(T - ambient)) / C  # watts\r\nP = eta * current * 400\nhot = T > limit and t > 10";
    assert.deepEqual(
      analyse(text, (name) => ["current", "ambient"].includes(name)),
      {
        states: ["T"],
        variables: ["P", "hot"],
        inputs: ["ambient", "current"],
        parameters: ["k", "C", "eta", "limit"],
      },
    );
  });

  it("takes variables in any order", () => {
    const { quantities, observe, p } = compileModel({
      equations: "c = a + b\nb = 2*a\na = k*u",
      signals: ["u", "c"],
      parameters: new Map([["k", 3]]),
    });
    const out = new Float64Array(3);
    observe(0, [], [5], p, out);
    assert.deepEqual(Object.fromEntries(quantities.map((name, i) => [name, out[i]])), { a: 15, b: 30, c: 45 });
  });

  it("names the circle", () => {
    const [problem] = problems("a = b + 1\nb = c*2\nc = a - u");
    assert.equal(
      problem!.message,
      "These variables need each other in a circle: a → b → c → a. Make one of them a state, or solve for it.",
    );
    assert.match(problems("a = a + 1")[0]!.message, /a → a/);
    // A state breaks the circle.
    readEquations("dx/dt = y\ny = -x", () => false);
  });

  it("reports every line that is wrong, with its place", () => {
    const found = problems("y = 2 *\nz = unknwon + 1\n= 3\nk\ny = 1\nsin = 3\nq = ");
    assert.deepEqual(
      found.map((p) => p.line),
      [1, 2, 3, 4, 5, 6, 7],
    );
    assert.equal(found[1]!.position, 4);
    assert.match(found[1]!.message, /"unknwon" is no signal of the asset, no equation defines it/);
    assert.match(found[4]!.message, /"y" is already defined in line 1/);
    assert.match(found[5]!.message, /"sin" has a meaning of its own/);
    assert.match(found[6]!.message, /right side of q is empty/);
    assert.deepEqual(problems("dx/dt = u ** 2"), [
      { line: 1, position: 10, message: "Write ^ instead of ** at character 11." },
    ]);
    assert.match(problems("# nothing")[0]!.message, /no equation yet/);
    assert.match(problems("y = 1\n".repeat(600))[0]!.message, /at most 500 lines/);
    assert.match(problems("__proto__ = 1")[0]!.message, /choose another name/);
    assert.match(problems("y == 1")[0]!.message, /begins with a name and =/);
  });

  it("lets what is in brackets go on over several lines, and knows the places", () => {
    const text = "y = interpolate(u,   # flow\n  [0, 1, 2],\n\n  [5, 7, 6]) + k\nz = y";
    const equations = readEquations(text, () => true);
    assert.deepEqual(
      equations.map((e) => [e.name, e.line]),
      [
        ["y", 1],
        ["z", 5],
      ],
    );
    const [problem] = problems(text.replace("+ k", "+ kk"));
    assert.deepEqual([problem!.line, problem!.position], [4, 15]);
    // A forgotten bracket does not swallow the next equation.
    assert.deepEqual(
      problems("y = 2 * (u + 1\nz = u\nw = [1").map((p) => p.line),
      [1, 3],
    );
  });

  it("compiles a chain of 400 variables, each over the one before", () => {
    const lines = ["dx/dt = v399", "v0 = u"];
    for (let i = 1; i < 400; i++) lines.push(`v${i} = v${i - 1} + 1`);
    const { rhs, p } = compileModel({
      equations: lines.reverse().join("\n"),
      signals: ["u", "x"],
      parameters: new Map(),
    });
    const out = new Float64Array(1);
    rhs(0, [0], [7], p, out);
    assert.equal(out[0], 406);
  });

  it("lets nothing of the user reach the generated code", () => {
    const { rhs, observe } = compileModel({
      equations: "dconstructor_/dt = hostile - process\nprocess = exit * t\nyy = globalThis_",
      signals: ["yy", "hostile", "globalThis_"],
      parameters: new Map([["exit", 2]]),
    });
    for (const f of [rhs, observe]) assert.doesNotMatch(f.toString(), /constructor|hostile|process|exit|globalThis|yy/);
  });

  it("says which table is wrong", () => {
    const spec = { equations: "y = u", signals: ["u", "s"], parameters: new Map<string, number>() };
    assert.throws(() => compileModel(spec), /No equation predicts a signal/);
    assert.throws(() => compileModel({ ...spec, outputs: new Map([["x", "y"]]) }), /"x" is not a signal/);
    assert.throws(() => compileModel({ ...spec, outputs: new Map([["s", "z"]]) }), /no equation defines "z"/);
    assert.equal(compileModel({ ...spec, outputs: new Map([["s", "y"]]) }).outputs.get("s"), 0);
  });
});
