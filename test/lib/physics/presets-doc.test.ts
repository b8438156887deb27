import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { analyse } from "../../../src/lib/physics/equations.ts";
import { presets } from "../../../src/lib/physics/presets/index.ts";
import type { Preset } from "../../../src/lib/physics/presets/preset.ts";
import { unitsOf } from "../../../src/lib/physics/presets/units.ts";
import { displayUnit } from "../../../src/lib/twin/units.ts";

const FILE = join(import.meta.dirname, "../../../docs/presets.md");
const BEGIN = "<!-- presets: written by test/lib/physics/presets-doc.test.ts -->";

const unit = (code: string): string => displayUnit(code) || "–";
const number = (x: number): string => String(Number(x.toPrecision(8)));
const list = (names: readonly string[]): string => names.map((n) => `\`${n}\``).join(", ");
const table = (head: string[], rows: string[][]): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

function page(preset: Preset): string {
  const { states, inputs } = analyse(preset.equations, (n) => Object.hasOwn(preset.units, n));
  const units = unitsOf(preset);
  const withUnit = (name: string) => `\`${name}\` (${unit(units.get(name)!)})`;
  const reads = inputs.map((n) =>
    Object.hasOwn(preset.fallback, n) ? `${withUnit(n)}, else ${number(preset.fallback[n]!)}` : withUnit(n),
  );
  const predicts = Object.keys(preset.units).filter((n) => !inputs.includes(n));
  const own = preset.parameters.filter((p) => !p.constant);
  const constants = preset.parameters.filter((p) => p.constant);
  const starts = Object.entries(preset.initial).map(([n, x]) => `${withUnit(n)} ${number(x)}`);
  return [
    `## ${preset.title}`,
    `\`\`\`text\n${preset.diagram}\n\`\`\``,
    `Reads ${reads.join("; ")}. Predicts ${predicts.map(withUnit).join(", ")}, those of them that the asset has.` +
      ` Derived: ${preset.derived.map(withUnit).join(", ")}.` +
      (states.length > 0 ? ` States: ${list(states)}.` : " No state: it knows no past.") +
      (starts.length > 0 ? ` Where they are not measured they start at ${starts.join(", ")}.` : ""),
    `\`\`\`text\n${preset.equations.trim()}\n\`\`\``,
    table(
      ["number", "default", "unit", "range", "meaning"],
      own.map((p) => [
        `\`${p.name}\``,
        number(p.value),
        unit(p.unit),
        `${number(p.low!)} … ${number(p.high!)}`,
        p.label,
      ]),
    ),
    constants.length > 0
      ? `Constants: ${constants.map((p) => `\`${p.name}\` ${number(p.value)} ${unit(p.unit)}`).join(", ")}.`
      : "",
    table(
      ["fault", "parameter", "shows first as"],
      preset.faults.map((f) => [f.name, `\`${f.parameter}\` ${f.change}`, `\`${f.shows}\` ${f.effect}`]),
    ),
    `Worth tracking live: ${preset.drifting
      .map(
        (d) =>
          `\`${d.parameter}\` (± ${number(d.sd)} ${unit(units.get(d.parameter)!)} at the start, ${number(d.perDay)} per √day)`,
      )
      .join(", ")}.` +
      (preset.follow > 0 ? ` Follows measured states within ${preset.follow} s.` : "") +
      (preset.settle > 0 ? ` Compared after ${number(preset.settle)} s.` : ""),
    `Source: ${preset.source}`,
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

describe("docs/presets.md", () => {
  it("says what the presets are (UPDATE_DOCS=1 writes it anew)", () => {
    const text = readFileSync(FILE, "utf8");
    const [before] = text.split(BEGIN);
    const wanted = `${before}${BEGIN}\n\n${Array.from(presets.values(), page).join("\n\n")}\n`;
    if (process.env.UPDATE_DOCS === "1") writeFileSync(FILE, wanted);
    else assert.equal(text, wanted);
  });
});
