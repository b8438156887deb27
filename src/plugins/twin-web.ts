import { createReadStream } from "node:fs";
import { join } from "node:path";
import type { Runtime } from "../nodes/shared/node-red.ts";
import type { Request, Response } from "../web/http.ts";

type Handler = (RED: Runtime, req: Request, res: Response) => void;

const PAGE = join(__dirname, "..", "web", "page");
const STATIC: Record<string, string> = {
  "app.js": "text/javascript; charset=utf-8",
  "app.css": "text/css; charset=utf-8",
  "icon.svg": "image/svg+xml",
};
const HEADERS = {
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "same-origin",
};

/**
 * Serves the live page and the API on Node-RED's admin server. The shell of the page is public and holds no data; every
 * route with data asks for `twin.read`, every one that changes something for `twin.write`. What a route needs is loaded
 * with its first request.
 */
export default function (RED: Runtime): void {
  RED.plugins.registerPlugin("twin-web", { type: "twin-web" });
  if (!RED.httpAdmin) return;
  RED.httpAdmin.get("/twin", (req: Request, res: Response) => {
    const [path, query] = req.originalUrl.split("?");
    if (path!.endsWith("/")) return res.redirect(`../twin${query ? `?${query}` : ""}`); // relative addresses count from here
    sendFile("index.html", "text/html; charset=utf-8", res);
  });
  for (const [file, type] of Object.entries(STATIC))
    RED.httpAdmin.get(`/twin/${file}`, (_req: Request, res: Response) => sendFile(file, type, res));

  const api = (): typeof import("../web/api.ts") => require("../web/api.js");
  const get = (path: string, handler: () => Handler) => route("get", path, "twin.read", handler);
  get("info", () => api().info);
  get("twins", () => api().twins);
  get("twin", () => api().twin);
  get("history", () => api().history);
  get("counters", () => api().counters);
  get("spectrum", () => require("../web/spectrum.js").spectrum);
  get("stream", () => require("../web/stream.js").stream);
  route("post", "actions", "twin.write", () => api().actions);
  for (const [module, name] of [
    ["recent-route", "recentRoute"],
    ["mqtt-test-route", "mqttTestRoute"],
    ["store-route", "storeRoute"],
    ["equations-route", "equationsRoute"],
    ["expression-route", "expressionRoute"],
    ["calibration-route", "calibrationRoute"],
    ["rul-route", "rulRoute"],
    ["anomaly-preview-route", "anomalyPreviewRoute"],
    ["preview-route", "previewRoute"],
    ["presets-route", "presetsRoute"],
    ["asset-template-route", "assetTemplateRoute"],
  ] as const)
    require(`../web/${module}.js`)[name](RED);

  function route(method: "get" | "post", path: string, permission: string, handler: () => Handler): void {
    RED.httpAdmin[method](`/twin/api/${path}`, RED.auth.needsPermission(permission), (req: Request, res: Response) =>
      handler()(RED, req, res),
    );
  }

  function sendFile(file: string, type: string, res: Response): void {
    res.set({ ...HEADERS, "Content-Type": type, "Cache-Control": "no-cache" });
    createReadStream(join(PAGE, file)).pipe(res as unknown as NodeJS.WritableStream);
  }
}
