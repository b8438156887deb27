import type { Runtime } from "../nodes/shared/node-red.ts";
import { equationsRoute } from "../web/equations-route.ts";
import { expressionRoute } from "../web/expression-route.ts";

/** Serves the live page and the API on Node-RED's admin server. */
export default function (RED: Runtime): void {
  RED.plugins.registerPlugin("twin-web", { type: "twin-web" });
  expressionRoute(RED);
  equationsRoute(RED);
}
