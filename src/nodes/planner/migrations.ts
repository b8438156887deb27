import { DEFAULTS, type PlannerConfig } from "../../lib/planner/settings.ts";

/** Brings a stored configuration to the present version. Version 1 did not know silent machines. */
export function migrate(config: Partial<Omit<PlannerConfig, "version">> & { version?: number }): PlannerConfig {
  return {
    version: 2,
    name: config.name ?? "",
    asset: config.asset ?? "",
    plannedCost: config.plannedCost ?? DEFAULTS.plannedCost,
    failureCost: config.failureCost ?? DEFAULTS.failureCost,
    setupCost: config.setupCost ?? DEFAULTS.setupCost,
    currency: config.currency ?? "",
    lead: config.lead ?? DEFAULTS.lead,
    margin: config.margin ?? "",
    duration: config.duration ?? DEFAULTS.duration,
    crews: config.crews ?? DEFAULTS.crews,
    days: Array.isArray(config.days) ? config.days : [0, 1, 2, 3, 4, 5, 6],
    from: config.from ?? DEFAULTS.from,
    to: config.to ?? DEFAULTS.to,
    grouping: config.grouping ?? DEFAULTS.grouping,
    horizon: config.horizon ?? DEFAULTS.horizon,
    interval: config.interval ?? "",
    cycleHours: config.cycleHours ?? "",
    silence: config.silence ?? "",
    lives: Array.isArray(config.lives) ? config.lives : [],
  };
}
