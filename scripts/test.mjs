// The whole test: lint and types, then unit, node, integration and browser tests under mocha, with coverage of src/.
import "./node-version.mjs";
import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import { join } from "node:path";

// Taken from the default import: an older Node, which lacks globSync, must reach the sentence of node-version.mjs.
const { existsSync, globSync } = fs;
process.chdir(join(import.meta.dirname, ".."));
const bin = (name) => join("node_modules", ".bin", name);
const run = (name, ...args) => execFileSync(bin(name), args, { stdio: "inherit" });

if (!existsSync("dist/nodes")) execFileSync(process.execPath, ["scripts/build.mjs"], { stdio: "inherit" });
run("biome", "check", ".");
for (const project of ["tsconfig.json", "tsconfig.editor.json", "tsconfig.test.json"])
  run("tsc", "--noEmit", "-p", project);

const specs = ["lib", "nodes", "integration", "e2e"].flatMap((folder) =>
  globSync(`test/${folder}/**/*.test.ts`).sort(),
);
// Named by their files, not through .bin: the system's own Node may be an older one.
const program = (name, file) => join("node_modules", name, "bin", file);
const child = spawn(
  process.execPath,
  [program("c8", "c8.js"), process.execPath, program("mocha", "mocha.js"), ...specs],
  {
    stdio: ["inherit", "pipe", "inherit"],
  },
);
let text = "";
child.stdout.on("data", (data) => {
  process.stdout.write(data);
  text += data;
});
const status = await new Promise((resolve) => child.on("close", resolve));
// The runner may colour its summary.
const plain = text.replace(/\u001b\[\d+m/g, "");
const count = (word) => Number(new RegExp(`^\\s*(\\d+) ${word}\\b`, "m").exec(plain)?.[1] ?? 0);
const [passed, failed, skipped] = [count("passing"), count("failing"), count("pending")];
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
if (process.env.CI && skipped > 0) console.error("In CI nothing may be skipped: install what the tests need.");
process.exit(status || (process.env.CI && skipped > 0) || passed === 0 ? 1 : 0);
