/** GET twin/api/rul/preview: what twin rul would say of a twin's recorded history, for its dialog. */
import type { Runtime } from "../nodes/shared/node-red.ts";
import { fresh, type Request, type Response, refOf } from "./http.ts";
import type { Preview, Promised } from "./rul-shapes.ts";

/** Points read, and points drawn. */
const POINTS = 2000;
const DRAWN = 400;
/** Past lives that are judged, newest first: each costs three predictions of some milliseconds. */
const JUDGED = 5;
const LENGTH: Record<string, number> = { min: 60_000, h: 3_600_000, d: 86_400_000 };

export function rulRoute(RED: Pick<Runtime, "httpAdmin" | "auth">): void {
  RED.httpAdmin.get("/twin/api/rul/preview", RED.auth.needsPermission("twin.read"), (req: Request, res: Response) => {
    preview(req.query, res).catch((error: Error) => fresh(res).status(500).json({ message: error.message }));
  });
}

async function preview(query: Request["query"], res: Response): Promise<void> {
  const { find } = require("./view.js") as typeof import("./view.ts");
  const ref = refOf(query);
  const found = ref && find(ref);
  if (!found) return fresh(res).status(404).json({ message: "This twin is not known (yet): check its id." });
  const threshold = query.threshold === "" ? Number.NaN : Number(query.threshold);
  if (!Number.isFinite(threshold)) return fresh(res).status(400).json({ message: "The limit must be a number." });
  const direction = query.direction === "falling" ? "falling" : "rising";
  const length = LENGTH[String(query.unit)];
  const typical = Number(query.typicalLife);
  const history = found.store
    .history({ ...ref, signal: String(query.signal ?? ""), points: POINTS })
    .filter((p) => typeof p.value === "number" && p.status === 0);
  const begin = history[0]?.time ?? 0;
  const points = history.map((p, i): [number, number] => [length ? (p.time - begin) / length : i, p.value as number]);
  const { findLives, judge, predictStretch } =
    require("../lib/rul/preview.js") as typeof import("../lib/rul/preview.ts");
  const options = { threshold, direction, ...(typical > 0 && { typicalLife: typical }) } as const;
  const lives = findLives(points, threshold, direction);
  const last = lives.at(-1);
  const prediction =
    last && !last.failed ? predictStretch(points, last, options, failuresOf(query.failures)) : undefined;
  const judged: { error: number; inside: boolean }[] = [];
  const ended = lives.filter((l) => l.failed).slice(-JUDGED);
  for (const one of judge(points, ended, options)) {
    judged.push(one);
    // Others want to work too.
    await new Promise((resolve) => setImmediate(resolve));
  }
  const promised: Promised | null =
    judged.length > 0
      ? promiseOf(judged, "lives")
      : prediction?.tested.count
        ? { ...prediction.tested, of: "levels" }
        : null;
  const finite = (x: number) => (Number.isFinite(x) ? x : null);
  const every = Math.ceil(points.length / DRAWN);
  const body: Preview = {
    points: points.filter((_, i) => i % every === 0 || i === points.length - 1),
    lives,
    answer: prediction
      ? {
          p05: finite(prediction.p05),
          p50: finite(prediction.p50),
          p95: finite(prediction.p95),
          reached: prediction.reached,
        }
      : null,
    promised,
  };
  fresh(res).json(body);
}

function promiseOf(judged: readonly { error: number; inside: boolean }[], of: Promised["of"]): Promised {
  const errors = judged.map((j) => j.error).sort((a, b) => a - b);
  return {
    count: judged.length,
    inside: judged.filter((j) => j.inside).length,
    error: errors[errors.length >> 1]!,
    of,
  };
}

/** Lives as numbers separated by commas. */
const failuresOf = (text: unknown): { unit: string; life: number }[] =>
  String(text ?? "")
    .split(",")
    .map(Number)
    .filter((life) => life > 0 && Number.isFinite(life))
    .map((life, i) => ({ unit: String(i + 1), life }));
