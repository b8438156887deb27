import assert from "node:assert/strict";
import { createRequire } from "node:module";
import fc from "fast-check";
import { TwinError } from "../../../src/lib/twin/envelope.ts";
import {
  compatible,
  convert,
  dimensionOf,
  displayUnit,
  isUnit,
  type ParsedUnit,
  parseUnit,
  toSi,
} from "../../../src/lib/twin/units.ts";
import { ATOMS } from "../../../src/lib/twin/units-atoms.ts";
import { UNITS } from "../../../src/lib/twin/units-table.ts";

// The independent truth: the UCUM implementation of the U.S. National Library of Medicine.
const { UcumLhcUtils } = createRequire(import.meta.url)("@lhncbc/ucum-lhc") as {
  UcumLhcUtils: {
    getInstance(): {
      convertUnitTo(from: string, value: number, to: string): { status: string; toVal: number | null };
      validateUnitString(code: string): { status: string };
    };
  };
};
const ucum = UcumLhcUtils.getInstance();

const vector = (code: string) => Array.from(dimensionOf(code));
const SI_NAMES = ["m", "kg", "s", "K", "A", "mol", "cd", "rad"];

/** SI code with the same dimension, for example kg.m2.s-3. */
function siCode(code: string): string {
  const parts = vector(code).flatMap((exponent, i) =>
    exponent === 0 ? [] : [`${SI_NAMES[i]}${exponent === 1 ? "" : exponent}`],
  );
  return parts.join(".") || "1";
}

const code = (text: string): string => {
  const result = parseUnit(text);
  assert.ok(isUnit(result), `${text}: ${(result as { problem: string }).problem}`);
  return result.code;
};

describe("units against ucum-lhc", () => {
  const ratios = UNITS.filter(({ code }) => !/gauge|dB|pH/.test(code));
  for (const row of ratios)
    it(`${row.display} (${row.code})`, () => {
      assert.equal(ucum.validateUnitString(row.code).status, "valid");
      for (const value of [0, 1, 37.5]) {
        const truth = ucum.convertUnitTo(row.code, value, siCode(row.code));
        assert.equal(truth.status, "succeeded", `${row.code} → ${siCode(row.code)}`);
        const { factor, offset } = toSi(row.code);
        const ours = value * factor + offset;
        // Both sides compute in doubles; ucum-lhc rounds constants such as lb and psi at 10 digits or more.
        assert.ok(
          Math.abs(ours - truth.toVal!) <= 1e-9 * Math.max(Math.abs(ours), factor),
          `${row.code}: ${ours} against ${truth.toVal}`,
        );
      }
    });

  it("every atom of the parser", () => {
    for (const [name, atom] of ATOMS) {
      if (atom.special === "log") continue;
      const truth = ucum.convertUnitTo(name, 1, siCode(name));
      assert.equal(truth.status, "succeeded", name);
      const ours = atom.factor + atom.offset;
      assert.ok(Math.abs(ours - truth.toVal!) <= 1e-8 * Math.abs(ours), `${name}: ${ours} against ${truth.toVal}`);
    }
  });

  it("every pair of rows: convertible with the same result, or refused", () => {
    const codes = ratios.map((row) => row.code).filter((c) => !/\{/.test(c));
    for (let i = 0; i < codes.length; i++)
      for (const j of [(i + 1) % codes.length, (i * 7 + 3) % codes.length]) {
        const truth = ucum.convertUnitTo(codes[i]!, 12, codes[j]!);
        assert.equal(compatible(codes[i]!, codes[j]!), truth.status === "succeeded", `${codes[i]} → ${codes[j]}`);
        if (truth.status !== "succeeded") continue;
        const ours = convert(12, codes[i]!, codes[j]!);
        assert.ok(Math.abs(ours - truth.toVal!) <= 1e-8 * Math.max(1, Math.abs(ours)), `${codes[i]} → ${codes[j]}`);
      }
  });

  it("products, quotients, exponents, prefixes, factors, brackets", () => {
    for (const text of [
      "kg.m2/s3",
      "10*3/min",
      "W/(m2.K)",
      "/m",
      "mm3.s-2",
      "5.m",
      "kg{dry}/h",
      "1/(s/m)",
      "uA",
      "dag",
    ]) {
      const truth = ucum.convertUnitTo(text, 3, siCode(text));
      assert.equal(truth.status, "succeeded", text);
      assert.ok(Math.abs(3 * toSi(text).factor - truth.toVal!) <= 1e-12 * truth.toVal!, text);
    }
  });
});

describe("units", () => {
  it("reads what plant people type", () => {
    const typed: Record<string, string> = {
      "°C": "Cel",
      C: "Cel",
      degC: "Cel",
      " °F ": "[degF]",
      rpm: "/min",
      RPM: "/min",
      "1/min": "/min",
      "m³/h": "m3/h",
      "m3/h": "m3/h",
      "m^3/h": "m3/h",
      "m³ / h": "m3/h",
      "mm/s": "mm/s",
      KW: "kW",
      "%": "%",
      gpm: "[gal_us]/min",
      PSI: "[psi]",
      Bar: "bar",
      Hz: "Hz",
      "l/min": "L/min",
      "lb/ft³": "[lb_av]/[cft_i]",
      "°C/min": "K/min",
      "W/°C": "W/K",
      "kg m²": "kg.m2",
      µm: "um",
      Ω: "Ohm",
      mΩ: "mOhm",
      MΩ: "MOhm",
      "kgm²": "kg.m2",
      Nms: "N.m.s",
      "m/(m³/h)²": "m/((m3/h).(m3/h))",
      "m/(m3/h)^2": "m/((m3/h).(m3/h))",
      farad: "F",
      Nm: "N.m",
      nm: "nm",
      ft: "[ft_i]",
      hp: "[HP]",
      Cel: "Cel",
      "[gal_us]/h": "[gal_us]/h",
      "–": "1",
    };
    for (const [text, expected] of Object.entries(typed)) assert.equal(code(text), expected, text);
  });

  it("every display and name in the table means its own row", () => {
    for (const row of UNITS)
      for (const name of [row.display, ...row.names]) assert.equal(code(name), row.code, `${name} → ${row.code}`);
  });

  it("says what is wrong, with suggestions", () => {
    const result = parseUnit("bra") as { problem: string; suggestions: string[] };
    assert.match(result.problem, /"bra" is not known\. Did you mean .*bar/);
    assert.ok(result.suggestions.includes("bar"));
    // A thousandth is not a million.
    for (const text of ["mVA", "mWh"])
      assert.match((parseUnit(text) as { problem: string }).problem, /not known/, text);
    assert.match((parseUnit("m^2.5/s") as { problem: string }).problem, /exponents must be whole numbers/);
    assert.match((parseUnit("") as { problem: string }).problem, /empty/);
    assert.match((parseUnit("hjkl12") as { problem: string }).problem, /is not known\. Type for example/);
  });

  it("converts temperatures with their offset and gauge pressure with the standard atmosphere", () => {
    assert.ok(Math.abs(convert(212, "[degF]", "Cel") - 100) < 1e-9);
    assert.ok(Math.abs(convert(-40, "Cel", "[degF]") + 40) < 1e-9);
    assert.ok(Math.abs(convert(0, "bar{gauge}", "bar") - 1.01325) < 1e-12);
    assert.ok(Math.abs(convert(1, "bar{gauge}", "[psi]{gauge}") - 14.503773773) < 1e-6);
    assert.equal(convert(7.1, "mm/s", "mm/s"), 7.1);
  });

  it("refuses what does not measure the same", () => {
    const refused = (fn: () => unknown, sentence: RegExp) =>
      assert.throws(fn, (e) => e instanceof TwinError && e.code === "E_UNIT" && sentence.test(e.message));
    refused(() => convert(1, "bar", "Cel"), /bar cannot be converted to °C/);
    refused(() => convert(1, "rad/s", "/min"), /cannot be converted/);
    refused(() => convert(1, "dB", "%"), /cannot be converted/);
    refused(() => toSi("Cel/min"), /written with K/);
    refused(() => toSi("m//s"), /not understood/);
    refused(() => toSi("(m/s"), /closing bracket/);
    refused(() => toSi("m)"), /left over/);
    refused(() => toSi("frob"), /no unit "frob"/);
    refused(() => toSi("kmin"), /no unit/);
    assert.equal(compatible("bar", "kPa"), true);
    assert.equal(compatible("bar", "frob"), false);
  });

  it("gives dimensions as exponents of m, kg, s, K, A, mol, cd, rad", () => {
    assert.deepEqual(vector("kW"), [2, 1, -3, 0, 0, 0, 0, 0]);
    assert.deepEqual(vector("mol/L"), [-3, 0, 0, 0, 0, 1, 0, 0]);
    assert.deepEqual(vector("rad/s"), [0, 0, -1, 0, 0, 0, 0, 1]);
    assert.deepEqual(vector("V"), [2, 1, -3, 0, -1, 0, 0, 0]);
    assert.deepEqual(vector("1"), [0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it("shows codes for people", () => {
    const shown: Record<string, string> = {
      "[degR]": "°R",
      Cel: "°C",
      "/min": "rpm",
      "m3/h": "m³/h",
      "1": "",
      "kg.m2/s3": "kg·m²/s³",
      "[gal_us]/h": "gal/h",
      "/m": "1/m",
      "{batches}": "batches",
      "m.s-2": "m·s⁻²",
    };
    for (const [ucumCode, display] of Object.entries(shown)) assert.equal(displayUnit(ucumCode), display);
  });

  it("never throws on any text, and what it understands it understands again", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-zA-Z0-9./(){}[\]%'*-]{0,12}$/)), (text) => {
        const result = parseUnit(text);
        if (!isUnit(result)) return assert.ok(result.problem.endsWith("?") || result.problem.endsWith("."));
        const again = parseUnit(result.code) as ParsedUnit;
        assert.deepEqual(again.dimension, result.dimension);
      }),
      { numRuns: 3000, seed: 1 },
    );
  });
});
