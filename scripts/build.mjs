// Builds dist/: the runtime by tsc, one .html per node and the live page by esbuild, locales and icons beside the built .js.
import "./node-version.mjs";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { basename, dirname, join } from "node:path";
import { build } from "esbuild";

// Taken from the default import: an older Node, which lacks globSync, must reach the sentence of node-version.mjs.
const { chmodSync, cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } = fs;
process.chdir(join(import.meta.dirname, ".."));
const start = performance.now();
rmSync("dist", { recursive: true, force: true });
execFileSync(process.execPath, [join("node_modules", "typescript", "bin", "tsc")], { stdio: "inherit" });

// mathjs is a devDependency: only its number parser reaches the runtime, as a tree-shaken bundle.
if (existsSync("src/lib/expression/mathjs.ts"))
  await build({
    entryPoints: ["src/lib/expression/mathjs.ts"],
    outfile: "dist/lib/expression/mathjs.js",
    bundle: true,
    minify: true,
    platform: "node",
    format: "cjs",
    target: "node22",
    legalComments: "eof",
    allowOverwrite: true,
  });

for (const editor of globSync("src/nodes/*/editor.ts")) {
  const source = dirname(editor);
  const type = `twin-${basename(source)}`;
  const out = join("dist", "nodes", basename(source));
  mkdirSync(out, { recursive: true });
  const script = `<script type="text/javascript">\n${await bundleForBrowser(editor)}</script>\n`;
  const template = `<script type="text/html" data-template-name="${type}">\n${readFileSync(join(source, "editor.html"), "utf8")}</script>\n`;
  writeFileSync(join(out, `${type}.html`), script + template);
  cpSync(join(source, "locales"), join(out, "locales"), { recursive: true });
  const icon = join("icons", `${type}.svg`);
  if (existsSync(icon)) cpSync(icon, join(out, "icons", `${type}.svg`));
}

for (const editor of globSync("src/plugins/*.editor.ts")) {
  const name = basename(editor, ".editor.ts");
  writeFileSync(
    join("dist", "plugins", `${name}.html`),
    `<script type="text/javascript">\n${await bundleForBrowser(editor)}</script>\n`,
  );
}

if (existsSync("src/web/page/app.ts")) {
  mkdirSync("dist/web/page", { recursive: true });
  writeFileSync("dist/web/page/app.js", await bundleForBrowser("src/web/page/app.ts"));
  for (const file of globSync("src/web/page/*.{html,css,svg}")) cpSync(file, join("dist/web/page", basename(file)));
}
// What npm does on installing: a checkout runs its commands too.
for (const file of Object.values(JSON.parse(readFileSync("package.json", "utf8")).bin)) chmodSync(file, 0o755);
for (const file of globSync("src/lib/**/*.schema.json")) cpSync(file, join("dist", file.slice("src/".length)));
console.log(`built dist/ in ${((performance.now() - start) / 1000).toFixed(1)} s`);

async function bundleForBrowser(entry) {
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: "iife",
    target: "es2022",
    charset: "utf8",
    loader: { ".svg": "text" },
  });
  return result.outputFiles[0].text;
}
