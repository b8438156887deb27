import assert from "node:assert/strict";
import { type CompiledModel, compileModel } from "../../../src/lib/physics/model.ts";
import { presets } from "../../../src/lib/physics/presets/index.ts";
import { unitsOf } from "../../../src/lib/physics/presets/units.ts";
import { createRandom } from "../../../src/lib/random.ts";

const model = (equations: string, signals: string[], parameters: Record<string, number> = {}): CompiledModel =>
  compileModel({ equations, signals, parameters: new Map(Object.entries(parameters)) });

/** A rod with `n` nodes, heat conduction that depends on temperature through a variable per node. */
const rod = (n: number): string => {
  const at = (i: number) => (i === 0 ? "hot" : i > n ? `T${n}` : `T${i}`);
  return Array.from(
    { length: n },
    (_, k) =>
      `dT${k + 1}/dt = q${k + 1} * (${at(k)} - 2*T${k + 1} + ${at(k + 2)})\nq${k + 1} = a * (1 + b*T${k + 1}^2)`,
  ).join("\n");
};

/** Largest difference from central differences over all entries, relative to the largest of the row. */
function compare(m: CompiledModel, of: "rhs" | "observe", y: number[], u: number[], t = 0.3): number {
  const by = [...m.states, ...m.inputs, ...m.parameters, "t"];
  const rows = of === "rhs" ? m.states.length : m.quantities.length;
  const out = new Float64Array(rows * by.length);
  m.derivative(of, by)(t, y, u, m.p, out);
  const pattern = m.pattern(of, by);
  const z = Float64Array.from([...y, ...u, ...m.p, t]);
  const f = (at: Float64Array): Float64Array => {
    const result = new Float64Array(rows);
    const [a, b] = [y.length, y.length + u.length];
    m[of](at[at.length - 1]!, at.subarray(0, a), at.subarray(a, b), at.subarray(b, b + m.p.length), result);
    return result;
  };
  let worst = 0;
  for (let j = 0; j < by.length; j++) {
    const h = 1e-5 * (Math.abs(z[j]!) || 1e-2);
    const above = f(z.map((v, i) => (i === j ? v + h : v)));
    const below = f(z.map((v, i) => (i === j ? v - h : v)));
    for (let i = 0; i < rows; i++) {
      const exact = out[i * by.length + j]!;
      const numeric = (above[i]! - below[i]!) / (2 * h);
      if (!pattern[i * by.length + j]) assert.equal(exact, 0);
      // Rounding leaves an error of about |f| ε / h in the difference.
      const noise = (1e-3 * Math.abs(above[i]!)) / (Math.abs(z[j]!) || 1);
      worst = Math.max(worst, Math.abs(exact - numeric) / Math.max(1, Math.abs(numeric), noise));
    }
  }
  return worst;
}

describe("derivatives of a model", () => {
  it("go through the variables (van der Pol, closed form)", () => {
    const m = model("dx/dt = y\ndy/dt = damping - x\ndamping = mu * gap * y\ngap = 1 - x^2", ["x"], { mu: 5 });
    const out = new Float64Array(4);
    m.derivative("rhs", ["x", "y"])(0, [2, 0.5], [], m.p, out);
    assert.deepEqual(Array.from(out), [0, 1, -2 * 5 * 2 * 0.5 - 1, 5 * (1 - 4)]);
    assert.deepEqual(Array.from(m.pattern("rhs", ["x", "y"])), [0, 1, 1, 1]);
    assert.deepEqual(Array.from(m.pattern("rhs", ["mu", "t"])), [0, 0, 1, 0]);
    assert.deepEqual(m.bandwidth, { lower: 1, upper: 1 });
    // Quantities: x, y, gap, damping.
    const seen = new Float64Array(8);
    m.derivative("observe", ["x", "mu"])(0, [2, 0.5], [], m.p, seen);
    const rows = Object.fromEntries(m.quantities.map((name, i) => [name, Array.from(seen.subarray(2 * i, 2 * i + 2))]));
    assert.deepEqual(rows, { x: [1, 0], y: [0, 0], gap: [-4, 0], damping: [-10, -1.5] });
  });

  it("agree with central differences for the presets", () => {
    const random = createRandom(3);
    for (const preset of presets.values()) {
      const m = compileModel({
        equations: preset.equations,
        signals: Object.keys(preset.units),
        parameters: new Map(preset.parameters.map((p) => [p.name, p.value])),
        units: unitsOf(preset),
      });
      for (let k = 0; k < 20; k++) {
        const some = (name: string) => {
          const typical = preset.nominal[name] ?? preset.initial[name] ?? 1;
          return m.ports.get(name)!.toSi(typical * (0.9 + 0.2 * random.next()));
        };
        const [y, u] = [m.states.map(some), m.inputs.map(some)];
        for (const part of ["rhs", "observe"] as const) {
          const worst = compare(m, part, y, u);
          assert(worst < 1e-4, `${preset.name} ${part}: ${worst}`);
        }
      }
    }
  });

  it("are those of a rod, banded", () => {
    const m = model(rod(50), ["hot", "T1"], { a: 3, b: 0.01 });
    assert.deepEqual(m.bandwidth, { lower: 1, upper: 1 });
    const y = m.states.map((_, i) => Math.sin(i));
    assert(compare(m, "rhs", y, [2]) < 1e-7);
  });

  it("are the same column by column, as large models need", () => {
    // A mean over all nodes makes every row depend on every state, through chains of variables.
    const n = 160;
    const names = Array.from({ length: n }, (_, i) => `x${i}`);
    const sums = names.map((x, i) => `s${i} = ${i === 0 ? "0" : `s${i - 1}`} + sin(${x})`);
    const text = [...names.map((x, i) => `d${x}/dt = s${n - 1} * s${i} - ${x}^2`), ...sums].join("\n");
    const m = model(text, ["x0"]);
    const y = names.map((_, i) => i / n);
    const out = new Float64Array(n * n);
    m.derivative("rhs", m.states)(0, y, [], m.p, out);
    const total = y.reduce((sum, v) => sum + Math.sin(v), 0);
    let partial = 0;
    for (let i = 0; i < n; i++) {
      partial += Math.sin(y[i]!);
      for (let j = 0; j < n; j++) {
        const c = Math.cos(y[j]!);
        const expected = c * partial + (j <= i ? c * total : 0) - (i === j ? 2 * y[i]! : 0);
        assert(Math.abs(out[i * n + j]! - expected) < 1e-10, `${i}, ${j}`);
      }
    }
    assert(m.pattern("rhs", m.states).every((x) => x === 1));
  });

  it("refuse what is no state, parameter or input", () => {
    const m = model("y = k*u", ["u", "y"], { k: 1 });
    assert.throws(() => m.derivative("observe", ["y"]), /no state/);
  });
});
