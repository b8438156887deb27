/**
 * A real Node-RED in a process of its own for tests: starts it with this package on a free port of 127.0.0.1, deploys
 * flows over the admin API, and stops it by its process id.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const require = createRequire(import.meta.url);
export const root = join(import.meta.dirname, "..", "..");
export const packageName = "@twinwire/node-red-digital-twin";

export interface RedOptions {
  /** "5" (default) or "4". */
  version?: "5" | "4";
  /** Extra settings, as JSON. */
  settings?: Record<string, unknown>;
  flows?: object[];
  /** Keep using an earlier user directory, for restart tests. */
  userDir?: string;
}

export interface Red {
  url: string;
  port: number;
  userDir: string;
  process: ChildProcess;
  output(): string;
  deploy(flows: object[], type?: "full" | "nodes" | "flows"): Promise<void>;
  /** Stops Node-RED; `kill` means without a goodbye. */
  stop(how?: "term" | "kill"): Promise<void>;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export async function startRed(options: RedOptions = {}): Promise<Red> {
  const userDir = options.userDir ?? makeUserDir();
  const port = await freePort();
  const settings = {
    flowFile: "flows.json",
    uiHost: "127.0.0.1",
    uiPort: port,
    credentialSecret: "test",
    telemetry: { enabled: false },
    editorTheme: { tours: false, palette: { allowInstall: false } },
    logging: { console: { level: "info", metrics: false, audit: false } },
    ...options.settings,
  };
  writeFileSync(join(userDir, "settings.js"), `module.exports = ${JSON.stringify(settings)};`);
  if (options.flows) writeFileSync(join(userDir, "flows.json"), JSON.stringify(options.flows));
  const red = require.resolve(options.version === "4" ? "node-red-4/red.js" : "node-red/red.js");
  const log: string[] = [];
  // Node-RED itself is not what coverage is about, and its own share would be most of the data.
  const { NODE_V8_COVERAGE: _coverage, ...env } = process.env;
  const child = spawn(process.execPath, [red, "-u", userDir, "-s", join(userDir, "settings.js")], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout!.on("data", (d) => log.push(String(d)));
  child.stderr!.on("data", (d) => log.push(String(d)));
  const output = () => log.join("");
  const adminRoot = options.settings?.httpAdminRoot;
  const base = typeof adminRoot === "string" ? adminRoot : "";
  const url = `http://127.0.0.1:${port}${base}`;
  // Flows may start before the server listens.
  const up = () => /Started flows|Stopped flows|Flows stopped/.test(output()) && /Server now running/.test(output());
  for (let i = 0; !up(); i++) {
    if (i > 600 || child.exitCode !== null) throw new Error(`Node-RED did not start:\n${output()}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    url,
    port,
    userDir,
    process: child,
    output,
    async deploy(flows, type = "full") {
      const response = await fetch(`${url}/flows`, {
        method: "POST",
        headers: { "content-type": "application/json", "Node-RED-Deployment-Type": type },
        body: JSON.stringify(flows),
      });
      if (!response.ok) throw new Error(`deploy answered ${response.status}: ${await response.text()}`);
    },
    async stop(how = "term") {
      if (child.exitCode !== null) return;
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill(how === "kill" ? "SIGKILL" : "SIGTERM");
      await ended;
    },
  };
}

/** A new user directory in which this package is installed by a link. */
export function makeUserDir(): string {
  const dir = mkdtempSync(join(tmpdir(), "twinwire-"));
  const link = join(dir, "node_modules", ...packageName.split("/"));
  mkdirSync(join(link, ".."), { recursive: true });
  symlinkSync(root, link, "junction");
  writeFileSync(
    join(dir, "package.json"),
    JSON.stringify({ name: "test", private: true, dependencies: { [packageName]: `file:${root}` } }),
  );
  return dir;
}

export const removeUserDir = (dir: string): void => rmSync(dir, { recursive: true, force: true });
