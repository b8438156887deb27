/** Configuration of twin-rul, version 1. */
export interface RulConfig {
  version: 1;
  name: string;
  asset: string;
  /** "asset": the failure threshold of the asset; "own": the indicator below. */
  indicator: "asset" | "own";
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
}

/** Brings a stored configuration to the present version. */
export function migrate(config: Partial<RulConfig>): RulConfig {
  return {
    version: 1,
    name: config.name ?? "",
    asset: config.asset ?? "",
    indicator: config.indicator === "own" ? "own" : "asset",
    expression: config.expression ?? "",
    threshold: config.threshold ?? "",
    direction: config.direction === "falling" ? "falling" : "rising",
    unit: config.unit ?? "h",
    horizon: config.horizon ?? 168,
    warnAt: config.warnAt ?? 50,
    onlyWhile: config.onlyWhile ?? "",
    typicalLife: config.typicalLife ?? "",
  };
}
