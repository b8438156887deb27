/** Configuration of twin-rul, version 2. */
export interface RulConfig {
  version: 2;
  name: string;
  asset: string;
  /** "asset": the asset's failure threshold; "own": the indicator below; "fused": several signals; "model": only the fleet model. */
  indicator: "asset" | "own" | "fused" | "model";
  /** A signal, a path such as model.states.wear, or an expression over them; fused: signals, separated by commas. */
  expression: string;
  threshold: number | string;
  direction: "rising" | "falling";
  unit: "min" | "h" | "d" | "cycles";
  horizon: number | string;
  /** Probability of failure within the horizon from which a warning is raised, per cent. */
  warnAt: number | string;
  /** Only while this expression is true the indicator counts; empty means always. */
  onlyWhile: string;
  /** Typical whole life in `unit`; empty means unknown (or the asset's, in hours). */
  typicalLife: number | string;
  /** Machines of this kind that failed: name and whole life in `unit`. */
  failures: { unit: string; life: number | string }[];
  /** Fused: signals that say how the machine runs, each with its tolerance, such as `speed 50, load 5`. */
  operating: string;
  /** Path of a MODEL.json that `twinwire-rul train` made; empty: none. */
  model: string;
}

const SOURCES = ["asset", "own", "fused", "model"] as const;

/** Brings a stored configuration to the present version. Version 1 knew no past failures and no model. */
export function migrate(config: Partial<Omit<RulConfig, "version">> & { version?: number }): RulConfig {
  return {
    version: 2,
    name: config.name ?? "",
    asset: config.asset ?? "",
    indicator: SOURCES.find((source) => source === config.indicator) ?? "asset",
    expression: config.expression ?? "",
    threshold: config.threshold ?? "",
    direction: config.direction === "falling" ? "falling" : "rising",
    unit: config.unit ?? "h",
    horizon: config.horizon ?? 168,
    warnAt: config.warnAt ?? 50,
    onlyWhile: config.onlyWhile ?? "",
    typicalLife: config.typicalLife ?? "",
    failures: Array.isArray(config.failures) ? config.failures : [],
    operating: config.operating ?? "",
    model: config.model ?? "",
  };
}
