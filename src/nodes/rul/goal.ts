/** What counts as failure, from the node's or the asset's configuration. */
import type { FusedOptions } from "../../lib/rul/fused.ts";
import type { PastLife } from "../../lib/rul/similarity.ts";
import type { Asset } from "../../lib/twin/asset.ts";
import { describe, TwinError } from "../../lib/twin/envelope.ts";
import type { RulConfig } from "./migrations.ts";

const HOUR = 3_600_000;
/** Milliseconds per unit of time; a cycle counts itself. */
export const LENGTH = { min: 60_000, h: HOUR, d: 24 * HOUR, cycles: 1 };

export interface Goal {
  signal: string;
  threshold: number;
  direction: "rising" | "falling";
  typicalLife: number | undefined;
  fused?: FusedOptions;
}

/** Standard deviations from the healthy state at which a machine counts as failed when nobody says otherwise. */
const FUSED_LIMIT = 6;

/**
 * @returns undefined when only the fleet model counts
 * @throws TwinError `E_NO_INDICATOR` when there is no limit
 */
export function goalOf(config: RulConfig, asset: Asset): Goal | undefined {
  const ownLife = config.typicalLife === "" ? undefined : positive(config.typicalLife, "The typical life");
  if (config.indicator === "model") return undefined;
  if (config.indicator === "fused") {
    const fused = fusedOf(config, asset);
    // The sum only says which messages count: those in which all signals are there.
    return { signal: fused.signals.join(" + "), threshold: 1, direction: "rising", typicalLife: ownLife, fused };
  }
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

function fusedOf(config: RulConfig, asset: Asset): FusedOptions {
  const known = (name: string) => {
    if (!asset.signals.has(name))
      throw new TwinError("E_NO_INDICATOR", `The asset has no signal ${describe(name)}: correct the list of signals.`);
    return name;
  };
  const parts = (text: string) =>
    text
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== "");
  const signals = [...new Set(parts(config.expression))].map(known);
  if (signals.length < 2)
    throw new TwinError("E_NO_INDICATOR", "A fused indicator needs two or more signals, separated by commas.");
  const settings = parts(config.operating).map((part) => {
    const [name, tolerance] = part.split(/[\s:±=]+/);
    return { signal: known(name!), tolerance: positive(tolerance ?? "", `The tolerance of ${describe(name)}`) };
  });
  return {
    signals,
    settings,
    limit: config.threshold === "" ? FUSED_LIMIT : positive(config.threshold, "The distance"),
  };
}

/** Lives that were entered in the dialog. @throws TwinError `E_CONFIG` with the row */
export function givenLives(config: RulConfig): PastLife[] {
  return config.failures.map(({ unit, life }, i) => ({
    unit: String(unit || i + 1),
    life: positive(life, `The life of past failure ${i + 1}`),
  }));
}

export function positive(x: unknown, label: string): number {
  const value = x === "" ? Number.NaN : Number(x);
  if (!(value > 0 && value < 1e9))
    throw new TwinError("E_CONFIG", `${label} is ${describe(x)}: it must be a number above zero.`);
  return value;
}
