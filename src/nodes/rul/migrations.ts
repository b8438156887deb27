/** Configuration of twin-rul, version 2. */
export interface RulConfig {
  version: 2;
  name: string;
  asset: string;
  /** "asset": the failure threshold of the asset; "own": the indicator below; "model": only the fleet model. */
  indicator: "asset" | "own" | "model";
  /** A signal, a path such as model.states.wear, or an expression over them. */
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
  /** Path of a MODEL.json that `twinwire-rul train` made; empty: none. */
  model: string;
}

/** Brings a stored configuration to the present version. Version 1 knew no past failures and no model. */
export function migrate(config: Partial<Omit<RulConfig, "version">> & { version?: number }): RulConfig {
  return {
    version: 2,
    name: config.name ?? "",
    asset: config.asset ?? "",
    indicator: config.indicator === "own" || config.indicator === "model" ? config.indicator : "asset",
    expression: config.expression ?? "",
    threshold: config.threshold ?? "",
    direction: config.direction === "falling" ? "falling" : "rising",
    unit: config.unit ?? "h",
    horizon: config.horizon ?? 168,
    warnAt: config.warnAt ?? 50,
    onlyWhile: config.onlyWhile ?? "",
    typicalLife: config.typicalLife ?? "",
    failures: Array.isArray(config.failures) ? config.failures : [],
    model: config.model ?? "",
  };
}
