/** Remaining lives of many machines, costs and a team → a dated plan, with what it saves and why. */
import { ageReplacement } from "./age-replacement.ts";
import { type Comparison, compare } from "./comparison.ts";
import { type Counted, countedWords, fleetCounts } from "./cycles.ts";
import { failsBefore, type Quantiles } from "./remaining.ts";
import { failedSince, isProbablyOver, isStale, silentWords } from "./silence.ts";
import { fitWeibull, type Life, type WeibullFit } from "./weibull.ts";
import { Crew, HOUR, localZone, type Windows, type Zone } from "./windows.ts";
import { hours, moment, short } from "./words.ts";

export interface PlannerSettings {
  /** Costs of a planned renewal, of a breakdown, and of bringing a team to the site once, in one currency. */
  plannedCost: number;
  failureCost: number;
  setupCost: number;
  currency: string;
  /** Hours from the decision to the begin of the work: parts, permits, people. */
  lead: number;
  /** Hours kept free before the life that 95 % exceed. */
  margin: number;
  /** Hours of one job. */
  duration: number;
  /** Jobs at a time. */
  crews: number;
  windows: Windows;
  /** Hours by which a job may be advanced to share a visit. */
  grouping: number;
  /** Days ahead for which jobs get a date. */
  horizon: number;
  /** Hours without a report from which a remaining life is stale; undefined: a day, or three usual intervals where that is longer. */
  silence?: number;
  /** Hours between renewals as they are done today, for comparison; undefined: the best fixed interval. */
  interval?: number;
}

export interface MachineState {
  id: string;
  /** Time of the last statement, milliseconds UTC. */
  time: number;
  /** Hours since it was new or renewed. */
  age: number;
  /** Remaining life in hours at `time`; null when nothing is stated. */
  rul: Quantiles | null;
  /** When its parts and people were ordered, milliseconds UTC; null: not yet. */
  ordered?: number | null;
  /** Remaining life is at least this long, hours, when it is too long to be stated. */
  atLeast: number | null;
  /** Hours after `time` from which what it says is stale; undefined: never. */
  staleAfter?: number;
  /** How its remaining life became hours, where it is not stated in time. */
  counted?: Counted;
}

export interface Job {
  id: string;
  /** Milliseconds UTC. */
  start: number;
  end: number;
  /** Latest begin that keeps the promise. */
  latest: number;
  policy: "predictive" | "age";
  /** True when the order must go out now to be in time, or has gone out. */
  order: boolean;
  /** True when even the first possible date is later than `latest` and the margin. Never said of a silent machine. */
  late: boolean;
  /** Probability that the machine fails between its last report and the begin of the work. */
  risk: number;
  /** Expected cost of this job. */
  cost: number;
  /** Ids with which it shares a visit. */
  with: string[];
  /** Time of the report on which the date rests, milliseconds UTC, and whether that is too old to count. */
  reported: number;
  stale: boolean;
  why: string[];
}

export interface Plan {
  time: number;
  jobs: Job[];
  /** Machines without a job, and why: nothing to do yet, or silent and probably at the end of their life. */
  watching: { id: string; why: string; reported: number; stale: boolean }[];
  comparison: Comparison | null;
  why: string[];
}

/**
 * Makes the plan of one moment.
 * @param now milliseconds UTC; @param lives of this kind of machine, in hours
 */
export function makePlan(
  machines: readonly MachineState[],
  lives: readonly Life[],
  settings: PlannerSettings,
  now: number,
  zone: Zone = localZone,
): Plan {
  const fit = tryFit(lives);
  const wishes: Wish[] = [];
  const watching: Plan["watching"] = [];
  for (const machine of machines) {
    const wish = wishOf(machine, fit, settings, now);
    if (!("latest" in wish)) watching.push(watched(machine, wish.why, now));
    else if (isProbablyOver(machine, fit, now)) watching.push(over(wish, fit, now));
    else wishes.push(wish);
  }
  const jobs = schedule(wishes, settings, now, zone);
  return {
    time: now,
    jobs,
    watching,
    comparison: compare(jobs, machines, fit, settings, now),
    why: [...fleetCounts(machines), ...silentFleet(machines, fit, now), ...(fit ? fleetWords(fit, settings) : [])],
  };
}

/** Act when the life that 95 % exceed no longer covers lead time and margin. All in one unit. */
export const isDue = (p05: number, lead: number, margin: number): boolean => p05 <= lead + margin;

interface Wish {
  machine: MachineState;
  latest: number;
  policy: Job["policy"];
  why: string;
}

function tryFit(lives: readonly Life[]): WeibullFit | undefined {
  try {
    return fitWeibull(lives);
  } catch {
    return undefined;
  }
}

/** What one machine needs: by its own remaining life where one is stated, else by its age. */
function wishOf(m: MachineState, fit: WeibullFit | undefined, s: PlannerSettings, now: number): Wish | { why: string } {
  const elapsed = (now - m.time) / HOUR;
  if (m.rul && m.rul.p05 !== null) {
    const left = m.rul.p05 - elapsed;
    const latest = m.time + (m.rul.p05 - s.margin) * HOUR;
    if (latest > now + s.horizon * 24 * HOUR)
      return {
        why: `Lives at least ${hours(left)} more with 95 % certainty: nothing to do within ${s.horizon} days.`,
      };
    const lives =
      left > 0 ? `With 95 % certainty it lives ${hours(left)} more` : "The life that 95 % exceed is used up";
    const why = isDue(left, s.lead, s.margin)
      ? `${lives}, and lead time and margin take ${hours(s.lead + s.margin)}: ${m.ordered == null ? "order now" : "ordered"}.`
      : `${lives}; ${hours(s.margin)} are kept as a margin.`;
    return { machine: m, latest, policy: "predictive", why };
  }
  if (m.atLeast !== null && m.atLeast > elapsed)
    return { why: `Lives at least ${hours(m.atLeast - elapsed)} more: nothing to do yet.` };
  if (m.atLeast !== null) return { why: `Was to live at least ${hours(m.atLeast)} more, which are over.` };
  if (m.counted?.hours === null && !fit) return { why: countedWords(m.counted) };
  if (!fit) return { why: "No remaining life is stated, and too few past lives are known to plan by age." };
  const renewal = ageReplacement(fit, s.plannedCost, s.failureCost);
  if (renewal.age === null) return { why: renewal.why };
  const latest = m.time + (renewal.age - m.age) * HOUR;
  if (latest > now + s.horizon * 24 * HOUR)
    return { why: `By age: is renewed at ${hours(renewal.age)}, not within ${s.horizon} days.` };
  const none = m.counted?.hours === null ? countedWords(m.counted) : "No remaining life is stated.";
  return { machine: m, latest, policy: "age", why: `${none} By age: ${renewal.why}` };
}

function watched(machine: MachineState, why: string, now: number): Plan["watching"][number] {
  const stale = isStale(machine, now);
  return {
    id: machine.id,
    why: stale ? `${silentWords(machine, now, "this")} ${why}` : why,
    reported: machine.time,
    stale,
  };
}

/** A silent machine whose life has probably ended: what is known of it, and what to do. It takes no team from those that run. */
function over({ machine, latest }: Wish, fit: WeibullFit | undefined, now: number): Plan["watching"][number] {
  const { id, time, ordered } = machine;
  const silent = `Has not reported for ${hours((now - time) / HOUR)}`;
  const need = `By its last report it needed work by ${moment(latest)}${ordered == null ? "" : ", which is ordered"}`;
  const failed = `has failed since with a probability of ${percent(failedSince(machine, fit, now))}`;
  return { id, why: `${silent}. ${need}, and it ${failed}: look at it.`, reported: time, stale: true };
}

/** Latest dates first get the latest free slots, so that no life is given away; then visits are shared where that pays. */
function schedule(wishes: readonly Wish[], s: PlannerSettings, now: number, zone: Zone): Job[] {
  const crew = new Crew(s.windows, s.crews, zone);
  const duration = s.duration * HOUR;
  const jobs: Job[] = [];
  for (const wish of [...wishes].sort((a, b) => b.latest - a.latest || (a.machine.id < b.machine.id ? -1 : 1))) {
    const earliest = earliestOf(wish.machine, s, now);
    const inTime = wish.latest >= earliest ? crew.lastStart(earliest, wish.latest, duration) : undefined;
    const start = inTime ?? crew.firstStart(earliest, duration) ?? earliest;
    crew.take(start, duration);
    jobs.push(jobOf(wish, start, s, now));
  }
  jobs.sort((a, b) => a.start - b.start || (a.id < b.id ? -1 : 1));
  share(jobs, wishes, crew, s, now);
  return jobs.sort((a, b) => a.start - b.start || (a.id < b.id ? -1 : 1));
}

/** The lead time runs from the order: work that is ordered gets nearer, and does not move away with every new plan. */
const earliestOf = ({ ordered }: MachineState, s: PlannerSettings, now: number): number =>
  Math.max(now, (ordered ?? now) + s.lead * HOUR);

/** An order that has gone out stands, unless the work could wait for another whole lead time. */
const mustOrder = ({ machine, latest }: Wish, s: PlannerSettings, now: number): boolean =>
  latest - now <= (machine.ordered == null ? 1 : 2) * s.lead * HOUR;

function jobOf(wish: Wish, start: number, s: PlannerSettings, now: number): Job {
  const { machine, latest, policy, why } = wish;
  // From the report on, not from now: nobody knows whether a silent machine still lives.
  const risk = machine.rul ? failsBefore(machine.rul, (start - machine.time) / HOUR) : 0;
  const stale = isStale(machine, now);
  // The margin is there to be used: late is only what outlasts it too.
  const end = latest + s.margin * HOUR;
  const late = !stale && start > end;
  return {
    id: machine.id,
    start,
    end: start + s.duration * HOUR,
    latest,
    policy,
    order: mustOrder(wish, s, now),
    late,
    risk,
    cost: s.plannedCost + (s.failureCost - s.plannedCost) * risk,
    with: [],
    reported: machine.time,
    stale,
    why: [
      ...(stale ? [silentWords(machine, now, "the date")] : []),
      why,
      ...(machine.counted && policy === "predictive" ? [countedWords(machine.counted)] : []),
      ...(late
        ? [
            `The first possible date is ${hours((start - end) / HOUR)} too late: ${percent(risk)} risk of a breakdown before it.`,
          ]
        : []),
    ],
  };
}

/** Brings a job forward to the visit before it when the saved set-up costs more than the life that is given away. */
function share(jobs: Job[], wishes: readonly Wish[], crew: Crew, s: PlannerSettings, now: number): void {
  if (!(s.grouping > 0 && s.setupCost > 0)) return;
  const duration = s.duration * HOUR;
  let leader = jobs[0];
  for (const job of jobs.slice(1)) {
    const wish = wishes.find((w) => w.machine.id === job.id)!;
    const life = wish.machine.age + (job.start - now) / HOUR;
    const within = leader !== undefined && job.start - leader.start <= s.grouping * HOUR;
    const lost = leader ? (s.plannedCost * (job.start - leader.start)) / HOUR / Math.max(life, 1) : 0;
    const early = leader !== undefined && leader.start < earliestOf(wish.machine, s, now);
    if (!leader || !within || early || lost >= s.setupCost) {
      leader = job;
      continue;
    }
    crew.release(job.start);
    const start = crew.firstStart(leader.start, duration, job.start - leader.start) ?? job.start;
    crew.take(start, duration);
    const group = jobs.filter((j) => j === leader || leader!.with.includes(j.id));
    Object.assign(job, jobOf(wish, Math.min(start, job.start), s, now));
    job.why.push(`Shares a visit with ${group.map((j) => j.id).join(", ")}: saves ${money(s.setupCost, s)}.`);
    for (const other of group) other.with.push(job.id);
    job.with = group.map((j) => j.id);
  }
}

function silentFleet(machines: readonly MachineState[], fit: WeibullFit | undefined, now: number): string[] {
  const silent = machines.filter((m) => isStale(m, now)).length;
  if (silent === 0) return [];
  const ended = machines.filter((m) => isProbablyOver(m, fit, now)).length;
  return [
    `${silent} of ${machines.length} machines ${silent === 1 ? "has" : "have"} stopped reporting: their dates stand as if they had run ever since, and the comparison leaves them out.`,
    ...(ended
      ? [
          `${ended} of the silent ${ended === 1 ? "has" : "have"} probably failed since and ${ended === 1 ? "gets" : "get"} no date: look at them.`,
        ]
      : []),
  ];
}

function fleetWords(fit: WeibullFit, s: PlannerSettings): string[] {
  const [low, high] = fit.shapeInterval;
  const known = `${fit.failures} failures and ${fit.censored} lives without one: shape ${short(fit.shape)} (90 %: ${short(low)} to ${short(high)}), typical life ${hours(fit.scale)}.`;
  return [known, ageReplacement(fit, s.plannedCost, s.failureCost).why];
}

const percent = (x: number): string => `${short(100 * x)} %`;
export const money = (x: number, { currency }: Pick<PlannerSettings, "currency">): string =>
  `${short(x)}${currency ? ` ${currency}` : ""}`;
