import { makeIndicator } from "../../lib/rul/indicator.ts";
import type { RulOptions } from "../../lib/rul/predictor.ts";
import { TwinRul } from "../../lib/rul/twin-rul.ts";
import type { Asset } from "../../lib/twin/asset.ts";
import { describe, type RulSection, TwinError } from "../../lib/twin/envelope.ts";
import { assetOf } from "../shared/asset-node.ts";
import type { Node, Runtime, Status } from "../shared/node-red.ts";
import { type Stage, wireStage } from "../shared/stage.ts";
import { migrate, type RulConfig } from "./migrations.ts";

const HOUR = 3_600_000;
const LENGTH = { min: 60_000, h: HOUR, d: 24 * HOUR, cycles: 1 };
/** The longest life that is stated, as a multiple of the horizon of the failure probability. */
const LONGEST = 20;

export function wire(RED: Runtime, node: Node, stored: Partial<RulConfig>): void {
  const config = migrate(stored);
  const { asset } = assetOf(RED, config.asset);
  const goal = goalOf(config, asset);
  const indicator = makeIndicator(asset, { expression: goal.signal, onlyWhile: config.onlyWhile });
  const horizon = positive(config.horizon, "The horizon");
  const warnAt = positive(config.warnAt, "The warning probability") / 100;
  if (warnAt >= 1)
    throw new TwinError("E_CONFIG", `The warning probability is ${config.warnAt} %: it must be below 100.`);
  const options: RulOptions = {
    label: indicator.label,
    unit: indicator.unit,
    signal: indicator.name,
    threshold: goal.threshold,
    direction: goal.direction,
    timeUnit: config.unit,
    timeUnitLength: LENGTH[config.unit],
    horizon,
    longest: horizon * LONGEST,
    ...(goal.typicalLife && { typicalLife: goal.typicalLife }),
  };
  const stage: Stage<"rul", TwinRul> = {
    section: "rul",
    outputs: 2,
    meaning: () => JSON.stringify([indicator.name, indicator.unit, goal.direction, config.unit, config.onlyWhile]),
    create: () => new TwinRul(asset.name, indicator, options, warnAt, config.unit === "cycles"),
    step(state, twin) {
      const { section, event } = state.step(twin);
      const { p05, p50, p95 } = section;
      return {
        section,
        payload: p50,
        history: { p05, p50, p95 },
        ...(event && { events: [event] }),
        status: status(RED, section),
      };
    },
    action(state, action) {
      if (action.action !== "maintenance") return undefined;
      state.restart();
      return { ok: true, message: `The remaining life of ${action.id} begins again.` };
    },
  };
  wireStage(RED, node, config, stage);
}

interface Goal {
  signal: string;
  threshold: number;
  direction: "rising" | "falling";
  typicalLife: number | undefined;
}

function goalOf(config: RulConfig, asset: Asset): Goal {
  const ownLife = config.typicalLife === "" ? undefined : positive(config.typicalLife, "The typical life");
  if (config.indicator === "own") {
    const threshold = config.threshold === "" ? Number.NaN : Number(config.threshold);
    if (config.expression.trim() !== "" && !Number.isFinite(threshold))
      throw new TwinError(
        "E_NO_INDICATOR",
        `The limit ${describe(config.threshold)} of the indicator must be a number.`,
      );
    return { signal: config.expression, threshold, direction: config.direction, typicalLife: ownLife };
  }
  const { failure } = asset;
  if (!failure)
    throw new TwinError(
      "E_NO_INDICATOR",
      `The asset ${describe(asset.name)} has no failure threshold: enter one there, or an indicator in this node.`,
    );
  const hours =
    failure.typicalLife && config.unit !== "cycles" ? (failure.typicalLife * HOUR) / LENGTH[config.unit] : undefined;
  return {
    signal: failure.signal,
    threshold: failure.threshold,
    direction: failure.direction,
    typicalLife: ownLife ?? hours,
  };
}

function positive(x: unknown, label: string): number {
  const value = x === "" ? Number.NaN : Number(x);
  if (!(value > 0 && value < 1e9))
    throw new TwinError("E_CONFIG", `${label} is ${describe(x)}: it must be a number above zero.`);
  return value;
}

function status(RED: Runtime, section: RulSection): Status {
  const { p05, p50, p95, unit, failureProbability } = section;
  if (p50 === 0) return { fill: "red", shape: "ring", text: `▼ ${RED._("twin-rul.status.reached")}` };
  if (p50 === null) return { fill: "grey", shape: "dot", text: `◷ ${RED._("twin-rul.status.none")}` };
  const near = (failureProbability.value ?? 0) >= 0.5;
  const text = `${near ? "▼" : "●"} ${short(p50)} ${unit} (${short(p05)}–${p95 === null ? "…" : short(p95)})`;
  return { fill: near ? "yellow" : "green", shape: near ? "ring" : "dot", text };
}

const short = (x: number | null): string => (x === null ? "…" : String(Number(x.toPrecision(3))));
