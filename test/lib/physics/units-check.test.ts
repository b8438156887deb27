import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkEquations } from "../../../src/lib/physics/check.ts";
import { EquationError, isFreeName, readModel } from "../../../src/lib/physics/equations.ts";
import { compileModel } from "../../../src/lib/physics/model.ts";
import { siPorts } from "../../../src/lib/physics/unit-names.ts";
import { checkUnits } from "../../../src/lib/physics/units-check.ts";
import { createRandom } from "../../../src/lib/random.ts";
import { isUnit, parseUnit } from "../../../src/lib/twin/units.ts";
import { expressionFuzz } from "../expression/fuzz.ts";

/** As people type them. */
const UNITS: Record<string, string> = {
  P: "kW",
  Q: "m³/h",
  T: "°C",
  Tamb: "°F",
  n: "rpm",
  M: "Nm",
  omega: "rad/s",
  p1: "bar",
  p2: "bar(g)",
  L: "dB",
  eta: "%",
  alpha: "°",
  level: "m",
  area: "m²",
  I: "A",
  U: "V",
  m: "kg",
  c: "kJ/kgK",
  rho: "kg/m³",
  g: "m/s²",
  head: "m",
  tau1: "min",
};
const codes = (units: Record<string, string>): Map<string, string> =>
  new Map(
    Object.entries(units).map(([name, typed]) => {
      const unit = parseUnit(typed);
      return [name, isUnit(unit) ? unit.code : assert.fail(unit.problem)];
    }),
  );
const check = (text: string, units: Record<string, string> = UNITS) =>
  checkUnits(readModel(text, isFreeName), codes(units));
const inferred = (text: string, units: Record<string, string> = UNITS) =>
  Object.fromEntries(Array.from(check(text, units).inferred, ([name, u]) => [name, u.display]));

describe("check of units", () => {
  it("accepts what fits, whatever the scale of the units", () => {
    for (const text of [
      "P = M * omega",
      "P = 2*pi * n * M",
      "P = U * I * sqrt(3) * eta",
      "p1 = p2 + rho*g*level",
      "dT/dt = (P - k*(T - Tamb)) / (m*c)",
      "dlevel/dt = (Q - k*sqrt(level)) / area",
      "head = (p1 - p2) / (rho*g)",
      "x = sin(alpha) + cos(omega * t) + exp(-t / tau1)",
      "x = L > 80 ? 1 : 0",
      "x = 10^(L / 10) + log10(p1 / p2)",
      "x = max(Q, 0) / Q",
      "dT/dt = (Tamb - T) / tau1\nwhen T > Tamb: T = Tamb",
      "x = atan2(level, head) + (p1 < p2 and level > 0) + sign(Q)",
      "Q = area * level / t",
      "x = (area^1.5 + level^3)^(1/3) / level",
      "head = interpolate(Q, [0, 60], [40, 32])",
      "x = interpolate(Q, n, [0, 60], [0, 1500], [[1, 2], [3, 4]])",
    ])
      assert.deepEqual(check(text).problems, [], text);
  });

  it("says what does not fit, and where", () => {
    const cases: [string, number, string][] = [
      ["x = P + T", 4, "P + T: cannot add kW and °C."],
      ["x = 2 * (P - M*n^2)", 9, "P - M*n^2: cannot subtract N·m·rpm² from kW."],
      ["x = T > p1 ? 1 : 0", 4, "T > p1: cannot compare °C and bar."],
      ["p1 = P", 5, "p1 is in bar, but its right side in kW."],
      ["P = eta", 4, "P is in kW, but its right side a number without a unit."],
      ["dT/dt = T - Tamb", 8, "dT/dt is in K/s, but its right side in K."],
      ["x = p1 + 1", 4, "p1 + 1: 1 has no unit, but p1 is in bar; give the number a name, and a unit."],
      ["x = max(1, n)", 4, "max(1, n): 1 has no unit, but n is in rpm; give the number a name, and a unit."],
      ["x = exp(t)", 8, "exp needs a number without a unit, but t is in s."],
      ["x = 1 + log(p1*2)", 12, "log needs a number without a unit, but p1*2 is in bar."],
      ["x = P^eta", 4, "P is in kW, so its exponent must be a number."],
      ["x = 2^level", 6, "An exponent needs a number without a unit, but level is in m."],
      [
        "x = T > 0",
        8,
        "0 beside T would mean 0 K, because equations run in SI units: give the number a name, and the unit °C.",
      ],
      [
        "x = eta > 0 ? P : (T)",
        4,
        "eta > 0 ? P : (T): both results of a condition need the same unit, but there are kW and °C.",
      ],
      ["x = p1 ? 1 : 2", 4, "The condition needs a number without a unit, but p1 is in bar."],
      [
        "T = 0",
        4,
        "0 beside T would mean 0 K, because equations run in SI units: give the number a name, and the unit °C.",
      ],
      ["x = number(2*T)", 4, "number takes the name of a quantity, not 2*T."],
      // What follows from a first mistake is not said.
      ["P = exp(1 - T) * p1", 8, "1 - T: 1 has no unit, but T is in °C; give the number a name, and a unit."],
      ["x = clamp(level, 0, I)", 4, "clamp(level, 0, I): all parts need the same unit, but there are m and A."],
      ["x = floor(Q)", 10, "floor needs a number without a unit, but Q is in m³/h."],
      [
        "x = interpolate(2*Q, [0, 1], [0, 1])",
        16,
        "An axis of a table that is no name with a unit needs a number without a unit, but 2*Q is in m³/h.",
      ],
      ["head = 1 * interpolate(Q, [0, 1], [0, 1])", 7, "head is in m, but its right side a number without a unit."],
    ];
    for (const [text, position, message] of cases)
      assert.deepEqual(check(text).problems, [{ line: 1, position, message }], text);
    const [problem] = check("dlevel/dt = Q / area\nwhen level > head: level = Q").problems;
    assert.deepEqual(problem, {
      line: 2,
      position: 27,
      message: "level is in m, but what the event sets in m³/h.",
    });
    // In the line where it stands, also in a list over several lines.
    const [late] = check("x = interpolate(Q,\n  [0, 1],\n  [0, 1]) + P").problems;
    assert.equal(late?.line, 1);
  });

  it("speaks in the units that were declared, also of what is put together from them", () => {
    const said = (text: string, units: Record<string, string> = UNITS) => check(text, units).problems[0]?.message;
    const more = { ...UNITS, k: "W/K", C: "kJ/K", h: "cm", E: "kWh" };
    const cases: [string, string][] = [
      ["x = P + k*(T - T2)*C\nT2 = T", "P + k*(T - T2)*C: cannot add kW and W·kJ/K."],
      ["x = P + m*c*T", "P + m*c*T: cannot add kW and kJ."],
      ["dT/dt = P - k*T", "dT/dt is in K/s, but its right side in kW."],
      ["dh/dt = Q", "dh/dt is in cm/s, but its right side in m³/h."],
      ["x = sqrt(p1) + h", "sqrt(p1) + h: cannot add bar^0.5 and cm."],
      ["x = p2*Q + T", "p2*Q + T: cannot add bar·m³/h and °C."],
      ["x = exp(Q/area)", "exp needs a number without a unit, but Q/area is in m/h."],
      // Through a variable that has no unit of its own.
      ["q = 2*Q\nx = q + p1", "q + p1: cannot add m³/h and bar."],
      // kW·K/W is no easier than K; a name without a unit leaves SI.
      ["dT/dt = P/k", "dT/dt is in K/s, but its right side in K."],
      ["P = y*U\nx = y + T", "y + T: cannot add A and °C."],
      ["dTamb/dt = P", "dTamb/dt is in K/s, but its right side in kW."],
    ];
    for (const [text, sentence] of cases) assert.equal(said(text, more), sentence, text);
  });

  it("infers the units that the equations leave", () => {
    assert.deepEqual(inferred("dT/dt = (P - k*(T - Tamb)) / C"), { k: "W/K", C: "J/K" });
    assert.deepEqual(inferred("P = R * I^2\nU2 = R * I"), { R: "Ω", U2: "V" });
    // In whatever order, and through several equations.
    assert.deepEqual(inferred("a = b * c2\nb = a2 / t\na2 = level\nc2 = 3"), { a: "m/s", b: "m/s", a2: "m", c2: "" });
    assert.deepEqual(inferred("dlevel/dt = (Q - k*sqrt(level)) / area"), { k: "m^2.5·s^-1" });
    assert.deepEqual(check("x = y2 * z\nP = x").undetermined, ["y2", "z"]);
    // An unknown that is used in two ways cannot be.
    const [wrong] = check("P = k * I\nU = k * I").problems;
    assert.equal(wrong?.message, "U is in V, but its right side in W.");
  });

  it("compares a signal with what predicts it", () => {
    const text = readModel("x = U * I", isFreeName);
    const report = checkUnits(text, codes(UNITS), new Map([["level", "x"]]));
    assert.match(report.problems[0]!.message, /The signal level is in m, but x, which predicts it, in V·A/);
  });
});

describe("live check with units", () => {
  const request = {
    equations: "dT/dt = (P - k*(T - Tamb)) / C\nloss = P + T",
    signals: ["T", "P", "Tamb"],
    units: { T: "°C", P: "kW", Tamb: "Cel", L: "dB", C: "", wrong: "furlong/x" },
  };

  it("answers with problems at their place, what was inferred, and the units in which the equations run", () => {
    const answer = checkEquations(request);
    assert(answer.ok && answer.units);
    assert.match(answer.units.problems[0]!.message, /^wrong: The unit "furlong\/x" is not known/);
    assert.deepEqual(answer.units.problems.slice(1), [
      { line: 2, position: 7, message: "P + T: cannot add kW and °C." },
    ]);
    assert.deepEqual(answer.units.inferred.k, { code: "W/K", display: "W/K" });
    assert.deepEqual(answer.units.declared, {
      T: { display: "°C", si: "K" },
      P: { display: "kW", si: "W" },
      Tamb: { display: "°C", si: "K" },
      L: { display: "dB", si: "dB" },
    });
    assert.deepEqual(answer.parameters, ["k", "C"]);
    JSON.stringify(answer);
  });

  it("answers whatever is typed (1 500 texts)", () => {
    const { expressions } = JSON.parse(readFileSync(join(import.meta.dirname, "../expression/attacks.json"), "utf8"));
    const random = createRandom("units");
    const next = expressionFuzz(random, expressions);
    const typed = ["°C", "kW", "bar", "", "dB", "1", "m2.5", "kg/", "__proto__"];
    const unit = () => typed[Math.floor(random.next() * typed.length)]!;
    let fine = 0;
    for (let k = 0; k < 1500; k++) {
      const [a, b, c] = [next().text, next().text, next().text];
      const units = { x: unit(), k: unit(), speed: unit(), y: unit(), constructor: unit() };
      const equations = `dx/dt = ${a}\ny = ${b}\nwhen ${c} > 0: x = ${b}`.replaceAll("model.derived.npshMargin", "z");
      const answer = checkEquations({ equations: k % 2 ? equations : equations.split("\n")[1], signals: ["x"], units });
      if (answer.ok) fine++;
      JSON.stringify(answer);
    }
    assert(fine > 100, `${fine}`);
  });

  it("solves 500 lines over 1 500 unknown units", () => {
    const lines = Array.from({ length: 499 }, (_, i) => `v${i} = a${i}*b${i}/c${i} + v${i + 1}^2 * v${i + 1}`);
    const answer = checkEquations({ equations: lines.join("\n"), units: { v0: "W", v498: "m" } });
    assert(answer.ok && answer.units);
    assert(answer.units.undetermined.length > 900);
  });

  it("takes codes before what people type: F is farad", () => {
    const answer = checkEquations({ equations: "Q = C * U", units: { C: "F", U: "V" } });
    assert(answer.ok && answer.units);
    assert.deepEqual(answer.units.inferred, { Q: { code: "C", display: "C" } });
  });

  it("says nothing of units when none are asked for", () => {
    const answer = checkEquations({ ...request, units: undefined });
    assert(answer.ok && answer.units === undefined);
    assert.equal(checkEquations({ equations: 3 }).ok, false);
    assert(checkEquations({ ...request, units: { __proto__: null, T: 3, P: [] } }).ok);
  });
});

describe("models with units", () => {
  it("run in SI between ports with offsets", () => {
    const ports = siPorts(codes({ T: "°C", F: "°F", p: "bar(g)", n: "rpm", L: "dB", eta: "%", Q: "m³/h" }));
    const near = (a: number, b: number) => assert(Math.abs(a - b) < 1e-9 * Math.max(1, Math.abs(b)), `${a}, ${b}`);
    const cases = [
      ["T", 20, 293.15],
      ["F", 68, 293.15],
      ["p", 1, 201325],
      ["n", 1500, 25],
      ["L", 80, 80],
      ["eta", 50, 0.5],
      ["Q", 36, 0.01],
    ] as const;
    for (const [name, value, si] of cases) {
      near(ports.get(name)!.toSi(value), si);
      near(ports.get(name)!.fromSi(si), value);
    }
  });

  it("give the same as by hand: a heated mass, in °C, kW and minutes", () => {
    const m = compileModel({
      equations: "dT/dt = (P - k*(T - Tamb)) / C\nloss = k*(T - Tamb)",
      signals: ["T", "P", "Tamb", "loss"],
      parameters: new Map([
        ["k", 50],
        ["C", 2],
      ]),
      initial: new Map([["T", 25]]),
      units: codes({ T: "°C", Tamb: "°F", P: "kW", k: "W/K", C: "kWh/K", loss: "kW" }),
    });
    const u = m.inputs.map((name) => m.ports.get(name)!.toSi({ P: 2, Tamb: 68 }[name]!));
    const rate = new Float64Array(1);
    m.rhs(0, m.initial, u, m.p, rate);
    // (2000 W − 50 W/K · 5 K) / (2 · 3.6e6 J/K)
    assert(Math.abs(rate[0]! - 1750 / 7.2e6) < 1e-15, `${rate[0]}`);
    const out = new Float64Array(2);
    m.observe(0, m.initial, u, m.p, out);
    assert(Math.abs(m.ports.get("loss")!.fromSi(out[1]!) - 0.25) < 1e-12);
    assert(Math.abs(m.ports.get("T")!.fromSi(out[0]!) - 25) < 1e-12);
  });

  it("read the numbers of a table in the units of their names", () => {
    const m = compileModel({
      equations: "head = interpolate(Q, [0, 60], [40, 30])",
      signals: ["head", "Q"],
      parameters: new Map(),
      units: codes({ head: "ft", Q: "m³/h" }),
    });
    const out = new Float64Array(1);
    m.observe(0, [], [30 / 3600], m.p, out);
    assert(Math.abs(out[0]! - 35 * 0.3048) < 1e-12);
    assert.equal(m.inferred.size, 0);
  });

  it("take the number of a quantity for formulas that hold in one unit (vapour pressure of water, Buck 1996)", () => {
    const m = compileModel({
      equations: "pv = oneBar * 0.0061121 * exp((18.678 - T/234.5) * T / (257.14 + T))\nT = number(water)",
      signals: ["pv", "water"],
      parameters: new Map([["oneBar", 1]]),
      units: codes({ pv: "mbar", water: "°F", oneBar: "bar" }).set("T", "1"),
    });
    const inCelsius = compileModel({
      equations: "pv = oneBar * 0.0061121 * exp((18.678 - number(w)/234.5) * number(w) / (257.14 + number(w)))",
      signals: ["pv", "w"],
      parameters: new Map([["oneBar", 1]]),
      units: codes({ pv: "mbar", w: "°C", oneBar: "bar" }),
    });
    const out = new Float64Array(2);
    inCelsius.observe(0, [], [293.15], inCelsius.p, out);
    // Saturation at 20 °C: 23.4 mbar (steam tables: 23.39).
    assert(Math.abs(inCelsius.ports.get("pv")!.fromSi(out[0]!) - 23.39) < 0.03);
    m.observe(0, [], [293.15], m.p, out);
    assert(Math.abs(out[m.quantities.indexOf("T")]! - 68) < 1e-9);
  });

  it("are refused when their units do not fit, and are not checked without units", () => {
    const spec = { equations: "y = P + T", signals: ["y", "P", "T"], parameters: new Map<string, number>() };
    assert.throws(
      () => compileModel({ ...spec, units: codes({ P: "kW", T: "°C" }) }),
      (error) => error instanceof EquationError && /cannot add kW and °C/.test(error.message),
    );
    assert.equal(compileModel(spec).ports.size, 0);
  });
});
