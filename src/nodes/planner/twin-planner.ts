import type { Runtime } from "../shared/node-red.ts";
import { register } from "../shared/register.ts";

export default function (RED: Runtime): void {
  register(RED, "twin-planner", () => require("./runtime.js"));
}
