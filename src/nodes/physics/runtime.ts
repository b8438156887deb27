import { type PhysicsResult, PhysicsTwin } from "../../lib/physics/physics-twin.ts";
import { type PhysicsSettings, readPhysics } from "../../lib/physics/settings.ts";
import type { Action } from "../../lib/store/store.ts";
import type { Asset } from "../../lib/twin/asset.ts";
import type { Value } from "../../lib/twin/envelope.ts";
import { assetOf } from "../shared/asset-node.ts";
import type { Node, Runtime, Status } from "../shared/node-red.ts";
import { wireStage } from "../shared/stage.ts";
import { migrate, type TwinPhysicsConfig } from "./migrations.ts";

/** |z| from which the status turns yellow. */
const REMARKABLE = 4;

export function wire(RED: Runtime, node: Node, raw: Parameters<typeof migrate>[0]): void {
  const config = migrate(raw);
  const settings = readPhysics(config, assetOf(RED, config.asset).asset);
  wireStage<"model", PhysicsTwin>(RED, node, config, {
    section: "model",
    outputs: 1,
    meaning: (asset) => meaning(settings, config, asset),
    create: (asset) => new PhysicsTwin(settings, asset),
    step(state, twin) {
      const result = state.update(twin);
      return {
        section: result.section,
        payload: { ...result.section.expected },
        history: history(result),
        status: status(RED, result),
      };
    },
    action: (state, action) => answer(RED, state, action),
  });
}

/** What a saved state depends on: the equations, their numbers, and the units of what they read and predict. */
function meaning(settings: PhysicsSettings, config: TwinPhysicsConfig, asset: Asset): string {
  const { model, learn, correct, floor, follow, estimate } = settings;
  const names = [...model.inputs, ...model.outputs.keys()];
  return JSON.stringify([
    settings.preset?.name ?? config.equations,
    model.parameters.map((name, i) => [name, model.p[i]]),
    names.map((name) => [name, asset.signals.get(name)?.unit, asset.signals.get(name)?.normal]),
    Array.from(model.outputs),
    [learn, correct, floor, follow],
    ...(estimate ? [[estimate.method, estimate.drifting.map((d) => d.name)]] : []),
  ]);
}

function history({ section }: PhysicsResult): Record<string, Value> {
  const values: Record<string, Value> = {};
  for (const part of ["expected", "sd", "derived", "states", "stateSd"] as const)
    for (const [name, value] of Object.entries(section[part] ?? {}))
      if (value !== null) values[`${part}.${name}`] = value;
  return values;
}

function status(RED: Runtime, result: PhysicsResult): Status {
  const text = (key: string, vars?: Record<string, unknown>) => RED._(`twin-physics.status.${key}`, vars);
  const { missing, code, progress, worst } = result;
  if (missing.length > 0)
    return { fill: "yellow", shape: "ring", text: `⚠ ${text("missing", { signal: missing[0]!.slice(0, 14) })}` };
  if (code === "failed" || code === "behind") return { fill: "red", shape: "ring", text: `⚠ ${text(code)}` };
  if (progress < 1)
    return { fill: "blue", shape: "ring", text: `◷ ${text("learning", { percent: Math.floor(100 * progress) })}` };
  if (worst === undefined) return { fill: "yellow", shape: "ring", text: `⚠ ${text("unmeasured")}` };
  return { fill: worst < REMARKABLE ? "green" : "yellow", shape: "dot", text: `● z ${worst.toFixed(1)}` };
}

function answer(RED: Runtime, state: PhysicsTwin, action: Action): { ok: boolean; message: string } | undefined {
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
    case "maintenance":
      state.restart();
      return { ok: true, message: text("maintenance") };
    default:
      return undefined;
  }
}
