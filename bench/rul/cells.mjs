// Tier A on real lithium-ion cells (CALCE CS2): capacity falling to 0.77 Ah, asked at 30, 50, 70 and 90 % of life.
// End of life is the first cycle from which the median of five capacities stays below the limit.
// Usage: npm run build && node bench/rul/cells.mjs [folder with data/, default ../shared]
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { note } from "./figures.mjs";
import { alone, middle, ParticlePredictor } from "./shared.mjs";

const LIMIT = 0.77;
const LOOKS = [0.3, 0.5, 0.7, 0.9];

export function run(shared) {
  const folder = join(shared, "data/calce");
  if (!existsSync(folder)) return console.log(`No benchmark data in ${shared}: CALCE is skipped.`);
  console.log("CALCE cells, capacity falling to 0.77 Ah (truth: p05–p95, median):");
  for (const typicalLife of [700, 350, 1400, undefined]) {
    let inside = 0;
    let near = 0;
    const cells = ["CS2_35", "CS2_36"].map((cell) => {
      const rows = read(join(folder, `${cell}.csv`));
      const end = rows.findIndex((_, i) => i >= 4 && middle(rows.slice(i - 4, i + 1).map(([, y]) => y)) < LIMIT);
      const life = rows[end][0];
      const p = new ParticlePredictor({ threshold: LIMIT, direction: "falling", ...(typicalLife && { typicalLife }) });
      const answers = [];
      for (const [cycle, capacity] of rows.slice(0, end)) {
        p.update(cycle, capacity);
        if (cycle / life < (LOOKS[answers.length] ?? 2)) continue;
        const left = life - cycle;
        const { p05, p50, p95 } = p.predict();
        if (p05 <= left && left <= p95) inside++;
        if (Math.abs(p50 - left) <= 0.2 * left) near++;
        answers.push(`${left}: ${p05.toFixed(0)}–${Number.isFinite(p95) ? p95.toFixed(0) : "…"}, ${p50.toFixed(0)}`);
      }
      return `${cell} (life ${life}) ${answers.join("; ")}`;
    });
    if (typicalLife === 700) note("battery cells: of 8 inside; medians within 20 %", inside, near);
    console.log(`  typical life ${typicalLife ?? "unknown"}: ${inside} of 8 inside, ${near} of 8 medians within 20 %`);
    for (const text of cells) console.log(`    ${text}`);
  }
}

function read(file) {
  const [head, ...lines] = readFileSync(file, "utf8").trim().split("\n");
  const names = head.split(",");
  const [cycle, capacity] = [names.indexOf("cycle"), names.indexOf("capacity")];
  return lines
    .map((line) => line.split(",").map(Number))
    .map((c) => [c[cycle], c[capacity]])
    .filter(([, y]) => y > 0);
}

await alone(import.meta.url, run);
