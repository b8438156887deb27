// What the package adds to Node-RED's start when no node of it is used: time to "Started flows" and resident memory,
// with and without the package, alternating. Prints medians and their difference.
//   node bench/start.mjs [runs]
import "../scripts/node-version.mjs";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const runs = Number(process.argv[2] ?? 7);
const require = createRequire(import.meta.url);
const { name } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

const results = { without: [], with: [] };
for (let i = 0; i < runs; i++)
  for (const variant of ["without", "with"]) results[variant].push(await start(variant === "with", 20000 + i));
for (const key of ["ms", "mb"]) {
  const [a, b] = ["without", "with"].map((v) => median(results[v].map((r) => r[key])));
  console.log(
    `${key === "ms" ? "start" : "memory"}: ${a.toFixed(0)} ${key} without, ${b.toFixed(0)} ${key} with the package: +${(b - a).toFixed(0)} ${key} (ratio ${(b / a).toFixed(3)})`,
  );
}

function median(xs) {
  return [...xs].sort((a, b) => a - b)[xs.length >> 1];
}

async function start(withPackage, port) {
  const dir = mkdtempSync(join(tmpdir(), "twinwire-start-"));
  try {
    if (withPackage) {
      const link = join(dir, "node_modules", ...name.split("/"));
      mkdirSync(join(link, ".."), { recursive: true });
      symlinkSync(root, link, "junction");
      writeFileSync(join(dir, "package.json"), JSON.stringify({ name: "b", dependencies: { [name]: "*" } }));
    }
    const settings = {
      flowFile: "flows.json",
      uiHost: "127.0.0.1",
      uiPort: port,
      credentialSecret: "b",
      telemetry: { enabled: false },
    };
    writeFileSync(join(dir, "settings.js"), `module.exports = ${JSON.stringify(settings)}`);
    writeFileSync(join(dir, "flows.json"), '[{"id":"f6f2187d1234abcd","type":"tab","label":"empty"}]');
    const t0 = performance.now();
    const child = spawn(process.execPath, [
      "--expose-gc",
      require.resolve("node-red/red.js"),
      "-u",
      dir,
      "-s",
      join(dir, "settings.js"),
    ]);
    await new Promise((resolve, reject) => {
      let text = "";
      child.stdout.on("data", (d) => (text += d).includes("Started flows") && resolve());
      child.once("exit", () => reject(new Error(text)));
    });
    const ms = performance.now() - t0;
    await new Promise((r) => setTimeout(r, 1500));
    const mb = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))[1]) / 1024;
    child.removeAllListeners("exit");
    const gone = new Promise((r) => child.once("exit", r));
    child.kill();
    await gone;
    return { ms, mb };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
