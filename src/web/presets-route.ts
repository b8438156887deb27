/**
 * `GET <admin>/twin/api/presets`: the files of the presets, for the dialogs. `POST` saves an own one in the user
 * directory. What reads and writes them is loaded on first use.
 */
import { isPlainObject } from "../lib/twin/envelope.ts";
import type { Runtime } from "../nodes/shared/node-red.ts";
import { fresh, type Request, type Response } from "./http.ts";
import type { PresetsAnswer, SaveAnswer } from "./preset-shapes.ts";

type Own = typeof import("../lib/physics/presets/own.ts");
type Shipped = typeof import("../lib/physics/presets/index.ts");

const own = (): Own => require("../lib/physics/presets/own.js");

export function presetsRoute({ httpAdmin, auth, settings }: Pick<Runtime, "httpAdmin" | "auth" | "settings">): void {
  httpAdmin.get("/twin/api/presets", auth.needsPermission("twin.read"), (_req: Request, res: Response) => {
    void offered(settings.userDir).then((answer) => fresh(res).json(answer));
  });
  httpAdmin.post("/twin/api/presets", auth.needsPermission("twin.write"), (req: Request, res: Response) => {
    void saved(settings.userDir, req.body).then(({ status, answer }) => fresh(res).status(status).json(answer));
  });
}

async function offered(userDir: string | undefined): Promise<PresetsAnswer> {
  const { presets, shippedFile } = require("../lib/physics/presets/index.js") as Shipped;
  const answer: PresetsAnswer = { presets: [], problems: [] };
  for (const name of presets.keys())
    try {
      presets.get(name);
      answer.presets.push({ name, file: shippedFile(name) });
    } catch (error) {
      answer.problems.push({ file: `${name}.json`, message: (error as Error).message });
    }
  if (!userDir) return answer;
  const { ownFolder, readOwnPresets } = own();
  try {
    const found = await readOwnPresets(ownFolder(userDir));
    answer.presets.push(...found.presets.map((p) => ({ ...p, own: true as const })));
    answer.problems.push(...found.problems);
  } catch (error) {
    answer.problems.push({ file: "presets", message: (error as Error).message });
  }
  return answer;
}

async function saved(
  userDir: string | undefined,
  body: unknown,
): Promise<{ status: number; answer: SaveAnswer | { message: string } }> {
  if (!isPlainObject(body)) return { status: 400, answer: { message: "Send an object with name and file." } };
  if (!userDir)
    return {
      status: 200,
      answer: { saved: false, message: "Node-RED has no user directory: there is no place for it." },
    };
  const { ownFolder, saveOwnPreset } = own();
  try {
    const done = await saveOwnPreset(ownFolder(userDir), body.name, body.file, body.overwrite === true);
    const answer: SaveAnswer = done
      ? { saved: true, message: `Saved as twinwire/presets/${body.name}.json.` }
      : { saved: false, exists: true, message: `There is a preset ${body.name}.json already.` };
    return { status: 200, answer };
  } catch (error) {
    return { status: 200, answer: { saved: false, message: (error as Error).message } };
  }
}
