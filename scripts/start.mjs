// Starts Node-RED with this package and the first example. Everything it writes stays in .dev/ inside the project.
import "./node-version.mjs";
import { spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const userDir = join(root, ".dev");
const host = "127.0.0.1";
const port = Number(process.env.PORT ?? 1880);
const { name } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

if (!existsSync(join(root, "dist", "nodes"))) stop("dist/ is missing: run `npm ci` (or `npm run build`) first.");
if (!(Number.isInteger(port) && port > 0 && port < 65536))
  stop(`PORT is ${process.env.PORT}: it must be a number from 1 to 65535.`);
if (await isBusy(port))
  stop(
    `Port ${port} is already in use, perhaps by another Node-RED. Stop that one, or choose a port: PORT=1881 npm start`,
  );

prepareUserDir();
const red = createRequire(import.meta.url).resolve("node-red/red.js");
const child = spawn(
  process.execPath,
  ["--enable-source-maps", red, "-u", userDir, "-s", join(userDir, "settings.js")],
  {
    stdio: ["inherit", "pipe", "inherit"],
  },
);
let said = false;
child.stdout.on("data", (text) => {
  process.stdout.write(text);
  if (said || !String(text).includes("Started flows")) return;
  said = true;
  console.log(
    `\n  Editor     http://${host}:${port}/\n  Live page  http://${host}:${port}/twin\n  Stop with Ctrl+C. Flows are kept in .dev/; delete that folder to start afresh.\n`,
  );
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code) => process.exit(code ?? 0));

function prepareUserDir() {
  const link = join(userDir, "node_modules", ...name.split("/"));
  mkdirSync(join(link, ".."), { recursive: true });
  if (!existsSync(link)) symlinkSync(root, link, "junction");
  const flows = join(userDir, "flows.json");
  if (!existsSync(flows)) copyFileSync(join(root, "examples", "1 Start here pump station.json"), flows);
  writeFileSync(
    join(userDir, "package.json"),
    JSON.stringify({ name: "dev", private: true, dependencies: { [name]: "file:.." } }),
  );
  const settings = {
    flowFile: "flows.json",
    uiHost: host,
    uiPort: port,
    credentialSecret: "development",
    telemetry: { enabled: false },
    editorTheme: { tours: false, ...(process.env.THEME && { theme: process.env.THEME }) },
  };
  writeFileSync(join(userDir, "settings.js"), `module.exports = ${JSON.stringify(settings, null, 2)};\n`);
}

function isBusy(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(true));
    server.listen(port, host, () => server.close(() => resolve(false)));
  });
}

function stop(sentence) {
  console.error(sentence);
  process.exit(1);
}
