/** `GET <admin>/twin/api/presets`: the files of the presets, for the dialogs. What reads them is loaded on first use. */
import type { Runtime } from "../nodes/shared/node-red.ts";
import { fresh, type Request, type Response } from "./http.ts";
import type { PresetsAnswer } from "./preset-shapes.ts";

export function presetsRoute(RED: Pick<Runtime, "httpAdmin" | "auth">): void {
  RED.httpAdmin.get("/twin/api/presets", RED.auth.needsPermission("twin.read"), (_req: Request, res: Response) => {
    const { presets, shippedFile } =
      require("../lib/physics/presets/index.js") as typeof import("../lib/physics/presets/index.ts");
    const answer: PresetsAnswer = { presets: presets.keys().map((name) => ({ name, file: shippedFile(name) })) };
    fresh(res).json(answer);
  });
}
