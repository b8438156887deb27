/** GET twin/api/recent: what arrived at the ingest nodes in the last 30 s. */
import type { Runtime } from "../nodes/shared/node-red.ts";
import { recentArrivals } from "../nodes/shared/recent.ts";

export function recentRoute(RED: Runtime): void {
  RED.httpAdmin.get(
    "/twin/api/recent",
    RED.auth.needsPermission("twin.read"),
    (_req: unknown, res: { json(body: unknown): void }) => res.json({ arrivals: recentArrivals(Date.now()) }),
  );
}
