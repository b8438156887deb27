/** The planner of a fleet: remembers what each machine says of its remaining life, and past lives; makes plans and tells what changed. */
import type { Json } from "../store/store.ts";
import type { Envelope, RulSection } from "../twin/envelope.ts";
import { type Counted, hoursOf, median } from "./cycles.ts";
import { type Job, type MachineState, makePlan, type Plan, type PlannerSettings } from "./plan.ts";
import { isStale, staleAfter } from "./silence.ts";
import type { Life } from "./weibull.ts";
import { HOUR, localZone, type Zone } from "./windows.ts";
import { hours, moment } from "./words.ts";

interface Machine {
  /** Times, milliseconds UTC: when it was new or renewed, and the last statement. */
  begin: number;
  time: number;
  count: number;
  rul: RulSection | null;
  /** When "order now" was told, milliseconds UTC; null while nothing is ordered. */
  ordered: number | null;
  /** Revision of the twin in the last statement; null when it had none. */
  rev: number | null;
  /** Reports in a row that were older than the last statement. */
  back: number;
  /** Hours between its reports before it was renewed; null while that is not known. */
  before: number | null;
  /** True when its data are simulated or recorded. */
  simulated: boolean;
}

export interface PlannerEvent {
  id: string;
  event: "raised" | "changed" | "cleared";
  severity: "info" | "warning" | "alarm";
  text: string;
}

/** Reports in a row older than the newest with which a record begins anew; fewer are late ones. */
const ANEW = 5;
/** Lives that are kept: the newest. */
const MOST_LIVES = 2000;
const MOST_MACHINES = 20_000;

export class Planner {
  #settings: PlannerSettings;
  #cycleHours: number | undefined;
  #known: readonly Life[];
  #zone: Zone;
  #machines = new Map<string, Machine>();
  #lives: Life[] = [];
  #planned = Number.NEGATIVE_INFINITY;
  #usually: { hours: number | null } | undefined;

  /**
   * @param known past lives, hours
   * @param cycleHours length of a cycle, for machines that count them; measured when undefined
   */
  constructor(settings: PlannerSettings, known: readonly Life[] = [], cycleHours?: number, zone: Zone = localZone) {
    this.#settings = settings;
    this.#known = known;
    this.#cycleHours = cycleHours;
    this.#zone = zone;
  }

  get size(): number {
    return this.#machines.size;
  }

  /** Time of the newest report, milliseconds UTC; undefined while no machine is known. */
  get newest(): number | undefined {
    let newest: number | undefined;
    for (const { time } of this.#machines.values()) if (newest === undefined || time > newest) newest = time;
    return newest;
  }

  /** True when any of the machines is simulated or recorded. */
  get simulated(): boolean {
    for (const machine of this.#machines.values()) if (machine.simulated) return true;
    return false;
  }

  /** Takes a twin's remaining life into account. @returns true when it is time for a new plan */
  update(twin: Envelope): boolean {
    const { id, time, rul } = twin;
    if (!rul) return false;
    let machine = this.#machines.get(id);
    if (!machine) {
      if (this.#machines.size >= MOST_MACHINES) return false;
      this.#machines.set(id, (machine = newMachine(time)));
    }
    if (time < machine.time) {
      if (!beginsAnew(machine, twin)) return false;
      this.#machines.set(id, (machine = newMachine(time)));
      this.#followClock();
    }
    machine.time = time;
    machine.count++;
    machine.rul = rul;
    machine.rev = twin.rev ?? null;
    machine.simulated = twin.simulated === true;
    machine.back = 0;
    const due = machine.ordered === null && this.#isDue(machine);
    return due || time - this.#planned >= this.#every();
  }

  /** Whether a plan is due although nothing was reported: machines that fall silent are noticed by the clock. */
  isTime(now: number): boolean {
    return this.#machines.size > 0 && now - this.#planned >= this.#every();
  }

  /** Plans age slowly: a tenth of the lead time, at least half an hour. */
  #every(): number {
    return Math.max(0.5, this.#settings.lead / 10) * HOUR;
  }

  #isDue(m: Machine): boolean {
    const { rul, atLeast } = this.#stateOf("", m);
    return rul?.p05 != null && atLeast === null && rul.p05 <= this.#settings.lead + this.#settings.margin;
  }

  /** A life has ended: by a breakdown, or by work that came before it. @returns a sentence */
  maintained(id: string, time: number, failed?: boolean): string {
    const machine = this.#machines.get(id);
    if (!machine) return `Nothing was planned for ${id}.`;
    const broke = failed ?? machine.rul?.p50 === 0;
    const age = (Math.max(time, machine.time) - machine.begin) / HOUR;
    if (age > 0) this.#lives.push({ age, failed: broke });
    if (this.#lives.length > MOST_LIVES) this.#lives.shift();
    const renewed = newMachine(Math.max(time, machine.time), machine.rev);
    this.#machines.set(id, { ...renewed, before: measured(machine), simulated: machine.simulated });
    return `A life of ${hours(age)} is noted for ${id}, ${broke ? "ended by a breakdown" : "ended before a breakdown"}.`;
  }

  /** Forgets one machine, or all with their lives. */
  forget(id?: string): void {
    if (id !== undefined) this.#machines.delete(id);
    else {
      this.#machines.clear();
      this.#lives = [];
    }
    this.#followClock();
  }

  /** A plan that was made later than everything that is known belongs to another run: the next report makes a new one. */
  #followClock(): void {
    if (!((this.newest ?? Number.NEGATIVE_INFINITY) >= this.#planned)) this.#planned = Number.NEGATIVE_INFINITY;
  }

  /** The plan of this moment, and what is new in it. */
  plan(now: number): { plan: Plan; events: PlannerEvent[] } {
    this.#usually = undefined;
    const states = Array.from(this.#machines, ([id, m]) => this.#stateOf(id, m));
    const plan = makePlan(
      states,
      [...this.#known, ...this.#lives, ...this.#running(states, now)],
      this.#settings,
      now,
      this.#zone,
    );
    this.#planned = now;
    const due = new Map(plan.jobs.filter((j) => j.order).map((j) => [j.id, j]));
    // What was ordered for a machine that has fallen silent stays ordered.
    const kept = new Set(plan.watching.filter((m) => m.stale).map((m) => m.id));
    const events: PlannerEvent[] = [];
    for (const [id, machine] of this.#machines) {
      if (kept.has(id)) continue;
      const job = due.get(id);
      if (job && machine.ordered === null)
        events.push({ id, event: "raised", severity: job.late ? "alarm" : "warning", text: orderText(job) });
      else if (!job && machine.ordered !== null)
        events.push({ id, event: "cleared", severity: "info", text: `${id}: nothing has to be ordered any more.` });
      machine.ordered = job ? (machine.ordered ?? now) : null;
    }
    return { plan, events };
  }

  /** Machines that still live are censored lives: they say that lives are longer than failures alone suggest. A silent one is known to have lived until its last report. */
  #running(states: readonly MachineState[], now: number): Life[] {
    return states
      .map((m) => ({ age: m.age + (isStale(m, now) ? 0 : (now - m.time) / HOUR), failed: false }))
      .filter((l) => l.age > 0);
  }

  #stateOf(id: string, m: Machine): MachineState {
    const { time, ordered } = m;
    const age = (m.time - m.begin) / HOUR;
    const r = m.rul;
    const counted = r ? this.#counted(r.unit, m) : undefined;
    const unit = r && (counted ? counted.hours : hoursOf(r.unit)!);
    const of = (x: number | null): number | null => (x === null ? null : x * unit!);
    const common = {
      id,
      time,
      age,
      ordered,
      staleAfter: staleAfter(this.#settings.silence, m.count > 1 ? age / (m.count - 1) : undefined),
      ...(counted && { counted }),
    };
    // In a condition that was never seen a fleet model widens what it says: an early date is better than none.
    if (!r || unit === null || (r.unknown && r.p05 === null)) return { ...common, rul: null, atLeast: null };
    if (r.p05 === null) return { ...common, rul: null, atLeast: of(r.censored) };
    const rul = { p05: of(r.p05), p10: of(r.p10), p50: of(r.p50), p90: of(r.p90), p95: of(r.p95) };
    return { ...common, rul, atLeast: null };
  }

  /** How long a cycle takes: what is set, else what the machine's own reports say, one per cycle, else those of the others. */
  #counted(unit: string, m: Machine): Counted | undefined {
    if (hoursOf(unit) !== undefined) return undefined;
    if (this.#cycleHours !== undefined) return { unit, hours: this.#cycleHours, how: "set" };
    const hours = measured(m);
    return hours !== null ? { unit, hours, how: "measured" } : { unit, hours: this.#usual(), how: "others" };
  }

  /** Looked up again with every plan: a fleet that starts must not count itself with every machine. */
  #usual(): number | null {
    this.#usually ??= {
      hours: median(
        Array.from(this.#machines.values()).flatMap((m) =>
          m.rul && hoursOf(m.rul.unit) === undefined ? (measured(m) ?? []) : [],
        ),
      ),
    };
    return this.#usually.hours;
  }

  snapshot(): Json {
    return {
      machines: Array.from(this.#machines, ([id, m]) => [id, { ...m }]) as unknown as Json,
      lives: this.#lives as unknown as Json,
      planned: Number.isFinite(this.#planned) ? this.#planned : null,
    };
  }

  restore(state: Json): void {
    const s = state as unknown as { machines: [string, Machine][]; lives: Life[]; planned: number | null };
    // Earlier states did not say when the order went out, nor the revision.
    this.#machines = new Map(s.machines.map(([id, m]) => [id, { ...newMachine(m.time), ...m }]));
    this.#lives = s.lives.slice();
    this.#planned = s.planned ?? Number.NEGATIVE_INFINITY;
  }
}

/** Mean hours between the reports of a machine, of its last life after the first one; null while it has made one only. */
const measured = ({ count, time, begin, before }: Machine): number | null =>
  count > 1 && time > begin ? (time - begin) / (count - 1) / HOUR : before;

const newMachine = (time: number, rev: number | null = null): Machine => {
  return { begin: time, time, count: 0, rul: null, ordered: null, rev, back: 0, before: null, simulated: false };
};

/**
 * Whether a machine whose report is older than its last one is recorded anew, as when a recording starts over: so many reports in a row
 * are older, and their revisions do not go on from the last one. Where they do, they are late samples of the same record.
 */
function beginsAnew(machine: Machine, { rev }: Envelope): boolean {
  if (rev !== undefined && machine.rev !== null && rev >= machine.rev) return false;
  return ++machine.back >= ANEW;
}

const orderText = ({ id, start, why }: Job): string => `${id}: plan work for ${moment(start)}. ${why.join(" ")}`;
