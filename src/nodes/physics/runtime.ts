import { join } from "node:path";
import type { CalibrationReport } from "../../lib/physics/calibration/report.ts";
import type { CalibrationVersion } from "../../lib/physics/calibration/versions.ts";
import { parameterSentence } from "../../lib/physics/calibration/words.ts";
import { type PhysicsResult, PhysicsTwin } from "../../lib/physics/physics-twin.ts";
import { type PhysicsSettings, readPhysics } from "../../lib/physics/settings.ts";
import { shownQuantities } from "../../lib/physics/shown-units.ts";
import type { Action } from "../../lib/store/store.ts";
import type { Asset } from "../../lib/twin/asset.ts";
import { TwinError, twinKey, type Value } from "../../lib/twin/envelope.ts";
import { assetOf } from "../shared/asset-node.ts";
import type { Node, Runtime, Status } from "../shared/node-red.ts";
import { offer } from "../shared/offers.ts";
import { wireStage } from "../shared/stage.ts";
import { Calibrating } from "./calibrating.ts";
import { migrate, type TwinPhysicsConfig } from "./migrations.ts";

/** |z| from which the status turns yellow. */
const REMARKABLE = 4;

export function wire(RED: Runtime, node: Node, raw: Parameters<typeof migrate>[0]): void {
  const config = migrate(raw);
  const { asset, store, id: assetId } = assetOf(RED, config.asset);
  const settings = readPhysics(config, asset);
  for (const warning of settings.warnings ?? []) node.warn(warning);
  const calibrating = new Calibrating({
    config,
    settings,
    asset,
    store,
    worker: join(__dirname, "..", "..", "lib", "physics", "calibration", "worker.js"),
    onProgress: (share) => {
      if (share !== undefined) node.status(calibratingStatus(RED, share));
    },
    onDone: ({ branch, id }, version, report) => {
      failed.delete(twinKey(branch, id));
      const text = summary(RED, version, report);
      node.log(`${id}: ${text}`);
      store.putEvent({ branch, id, time: report.to, section: "model", event: "changed", severity: "info", text });
    },
    onError: (action, error) => {
      node.status({ fill: "red", shape: "ring", text: `⚠ ${RED._("twin-physics.status.notCalibrated")}` });
      failed.set(twinKey(action.branch, action.id), error.message);
      node.error(error, { payload: action });
    },
  });
  /** Why the last calibration of a twin failed, since this deploy. */
  const failed = new Map<string, string>();
  const slices = new Slices();
  const withdraw = offer("quantities", assetId, shownQuantities(settings, asset));
  node.on("close", (_removed, done) => {
    withdraw();
    calibrating.close();
    slices.close();
    done();
  });
  const history = trends();
  const { peek } = wireStage<"model", PhysicsTwin>(RED, node, config, {
    section: "model",
    outputs: 1,
    meaning: (asset) => meaning(settings, config, asset),
    create: (asset) => new PhysicsTwin(settings, asset),
    step(state, twin) {
      const result = state.update(twin, budget());
      if (result.code === "behind") slices.goOn(state);
      return {
        section: result.section,
        payload: { ...result.section.expected },
        history: history(result),
        status: status(RED, result, calibrating.progress(twin.branch, twin.id)),
      };
    },
    action: (state, action, now, touch) =>
      action.action === "calibrate"
        ? startCalibration(RED, calibrating, state, action, touch)
        : answer(RED, state, action, (text) => {
            const { branch, id } = action;
            const time = store.twin(action)?.twin.time ?? now;
            store.putEvent({ branch, id, time, section: "model", event: "cleared", severity: "info", text });
          }),
  });
  const calibration: CalibrationView = (branch, id) => ({
    progress: calibrating.progress(branch, id) ?? null,
    version: peek(branch, id)?.version ?? null,
    error: failed.get(twinKey(branch, id)) ?? null,
  });
  Object.assign(node, { calibration });
}

/** What a node of this type says of the calibration of a twin; `node.calibration(branch, id)`. */
export type CalibrationView = (
  branch: string,
  id: string,
) => {
  /** Share done of a running calibration, 0 … 1. */
  progress: number | null;
  /** The version in use, with its report; null before the first calibration, or while the node has not seen the twin. */
  version: CalibrationVersion | null;
  /** Why the last calibration failed; null when it did not. */
  error: string | null;
};

/** What a saved state depends on: the equations, their numbers, and the units of what they read and predict. */
function meaning(settings: PhysicsSettings, config: TwinPhysicsConfig, asset: Asset): string {
  const { model, learn, correct, floor, follow, estimate } = settings;
  const names = [...model.inputs, ...model.outputs.keys()];
  return JSON.stringify([
    equationsOf(settings, config),
    model.parameters.map((name, i) => [name, model.p[i]]),
    names.map((name) => [name, asset.signals.get(name)?.unit, asset.signals.get(name)?.normal]),
    Array.from(model.outputs),
    [learn, correct, floor, follow],
    ...(estimate ? [[estimate.method, estimate.drifting.map((d) => d.name)]] : []),
  ]);
}

function equationsOf({ preset }: PhysicsSettings, config: TwinPhysicsConfig): unknown {
  if (preset) return [preset.name, preset.equations];
  return config.preset === "reduced" ? [config.reduced, config.files] : config.equations;
}

const TRENDS = ["expected", "sd", "derived", "states", "stateSd"] as const;

/** Names the trends of a section; every name is put together once. */
function trends(): (result: PhysicsResult) => Record<string, Value> {
  const paths = TRENDS.map(() => new Map<string, string>());
  return ({ section }) => {
    const values: Record<string, Value> = {};
    for (let i = 0; i < TRENDS.length; i++) {
      const part = section[TRENDS[i]!];
      const known = paths[i]!;
      for (const name in part) {
        const value = part[name];
        if (value === null || value === undefined) continue;
        let path = known.get(name);
        if (path === undefined) known.set(name, (path = `${TRENDS[i]}.${name}`));
        values[path] = value;
      }
    }
    return values;
  };
}

/** Milliseconds of solving for one message; what is left is done between other messages. */
const BUDGET = 5;

/** Solver steps that every message may take: a busy computer must not make an easy model late. */
const LEAST_STEPS = 100;

function budget(): () => boolean {
  const end = performance.now() + BUDGET;
  let steps = 0;
  return () => ++steps > LEAST_STEPS && performance.now() >= end;
}

/** Goes on with what a budget left undone, one slice at a time, so that Node-RED never stands still. */
class Slices {
  readonly #busy = new Set<PhysicsTwin>();

  goOn(state: PhysicsTwin): void {
    if (this.#busy.has(state)) return;
    this.#busy.add(state);
    const slice = () => {
      if (!this.#busy.has(state)) return;
      if (state.proceed(budget())) setImmediate(slice);
      else this.#busy.delete(state);
    };
    setImmediate(slice);
  }

  close(): void {
    this.#busy.clear();
  }
}

const calibratingStatus = (RED: Runtime, share: number): Status => ({
  fill: "blue",
  shape: "ring",
  text: `◷ ${RED._("twin-physics.status.calibrating", { percent: Math.floor(100 * share) })}`,
});

function startCalibration(
  RED: Runtime,
  calibrating: Calibrating,
  state: PhysicsTwin,
  action: Action,
  touch: () => void,
): { ok: boolean; message: string } {
  try {
    const rows = calibrating.start(state, action, touch);
    return { ok: true, message: RED._("twin-physics.answer.calibrate", { rows }) };
  } catch (error) {
    if (!(error instanceof TwinError)) throw error;
    return { ok: false, message: error.message };
  }
}

/** What a calibration found, in sentences, and what it could not tell. */
function summary(RED: Runtime, version: string, report: CalibrationReport): string {
  const parameters = report.parameters.map(parameterSentence).join(" ");
  const found = RED._("twin-physics.answer.calibrated", { version, parameters });
  return [found, ...report.parameters.flatMap((p) => p.reason ?? [])].join(" ");
}

function status(RED: Runtime, result: PhysicsResult, calibration: number | undefined): Status {
  const text = (key: string, vars?: Record<string, unknown>) => RED._(`twin-physics.status.${key}`, vars);
  const { missing, code, progress, worst } = result;
  if (missing.length > 0)
    return { fill: "yellow", shape: "ring", text: `⚠ ${text("missing", { signal: missing[0]!.slice(0, 14) })}` };
  if (code === "failed" || code === "behind") return { fill: "red", shape: "ring", text: `⚠ ${text(code)}` };
  if (calibration !== undefined) return calibratingStatus(RED, calibration);
  if (progress < 1)
    return { fill: "blue", shape: "ring", text: `◷ ${text("learning", { percent: Math.floor(100 * progress) })}` };
  if (worst === undefined) return { fill: "yellow", shape: "ring", text: `⚠ ${text("unmeasured")}` };
  return { fill: worst < REMARKABLE ? "green" : "yellow", shape: "dot", text: `● z ${worst.toFixed(1)}` };
}

function answer(
  RED: Runtime,
  state: PhysicsTwin,
  action: Action,
  note: (text: string) => void,
): { ok: boolean; message: string } | undefined {
  const text = (key: string, vars?: Record<string, unknown>) => RED._(`twin-physics.answer.${key}`, vars);
  switch (action.action) {
    case "learn":
      state.learn();
      return { ok: true, message: text("learn") };
    case "freeze": {
      const early = state.freeze();
      return early.length === 0
        ? { ok: true, message: text("freeze") }
        : { ok: false, message: text("tooEarly", { signals: early.join(", ") }) };
    }
    case "undo-calibration":
      return state.undoCalibration()
        ? { ok: true, message: text("undone", { version: state.version?.name ?? text("original") }) }
        : { ok: false, message: text("nothingToUndo") };
    case "maintenance":
      state.restart();
      note(text("maintained"));
      return { ok: true, message: text("maintenance") };
    default:
      return undefined;
  }
}
