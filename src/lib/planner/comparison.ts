/** What a plan costs, against running to failure and renewing at a fixed interval. */
import { ageReplacement, costRate } from "./age-replacement.ts";
import type { Job, MachineState, PlannerSettings } from "./plan.ts";
import { isStale } from "./silence.ts";
import { meanLife, type WeibullFit } from "./weibull.ts";
import { HOUR } from "./windows.ts";

export interface Comparison {
  /** Expected cost per machine and year. */
  plan: number;
  runToFailure: number;
  fixedInterval: number | null;
  /** Against the better of the other two: what monitoring a machine for a year may cost. */
  saving: number;
  /** Cost of a breakdown from which the plan is cheaper than running to failure; null when it never is. */
  breakEvenFailureCost: number | null;
}

const YEAR = 8766;

/**
 * What the plan saves against running to failure and against a fixed interval. Null while no machine is planned by a remaining life
 * that still counts: stale ones are left out.
 * @param now milliseconds UTC
 */
export function compare(
  jobs: readonly Job[],
  machines: readonly MachineState[],
  fit: WeibullFit | undefined,
  s: PlannerSettings,
  now: number,
): Comparison | null {
  const predicted = jobs.filter((j) => j.policy === "predictive" && !j.stale);
  const stated = machines.filter((m) => m.rul?.p50 != null && !isStale(m, now));
  const mean = fit ? meanLife(fit) : average(stated.map((m) => m.age + m.rul!.p50!));
  if (!(mean !== undefined && mean > 0) || predicted.length === 0) return null;
  const used = predicted.reduce((sum, j) => sum + machines.find((m) => m.id === j.id)!.age + (j.start - now) / HOUR, 0);
  const visits = predicted.length - predicted.filter((j) => j.with.length > 0 && j.with.some((id) => id < j.id)).length;
  const cost = predicted.reduce((sum, j) => sum + j.cost, 0) + visits * s.setupCost;
  if (!(used > 0)) return null;
  const each = s.setupCost;
  const plan = (YEAR * cost) / used;
  const runToFailure = (YEAR * (s.failureCost + each)) / mean;
  const fixed = fit && fixedRate(fit, s, each);
  const fixedInterval = fixed === undefined ? null : YEAR * fixed;
  const risk = average(predicted.map((j) => j.risk))!;
  const share = used / predicted.length / mean - risk;
  return {
    plan,
    runToFailure,
    fixedInterval,
    saving: Math.min(runToFailure, fixedInterval ?? Number.POSITIVE_INFINITY) - plan,
    breakEvenFailureCost: share > 0 ? (s.plannedCost * (1 - risk)) / share : null,
  };
}

const fixedRate = (fit: WeibullFit, s: PlannerSettings, setup: number): number =>
  s.interval === undefined
    ? ageReplacement(fit, s.plannedCost + setup, s.failureCost + setup).rate
    : costRate(fit, s.plannedCost + setup, s.failureCost + setup, s.interval);

const average = (list: readonly number[]): number | undefined =>
  list.length ? list.reduce((a, b) => a + b, 0) / list.length : undefined;
