/** Faults of a simulated machine: onset, severity ramp, repair. All times in simulated hours since the start. */
import type { Json } from "../store/store.ts";
import { describe, TwinError } from "../twin/envelope.ts";

export type FaultKind = "strainer" | "bearing" | "drift" | "stuck";
export const FAULT_KINDS: readonly FaultKind[] = ["strainer", "bearing", "drift", "stuck"];

export interface Fault {
  kind: FaultKind;
  /** Hours after the start at which it begins. */
  onset: number;
  /** Hours: strainer, the time constant of clogging; bearing, the life from onset to failure; drift, to full size. */
  ramp: number;
  /** Final severity 0 … 1 of strainer clogging and drift; a bearing always goes to failure. */
  severity: number;
  /** Signal of a drifting or stuck sensor. */
  signal: string;
  /** Hours after the start at which it is repaired by itself; undefined means never. */
  repairedAt?: number;
}

export const FAULT_DEFAULTS: Readonly<Record<FaultKind, { ramp: number; severity: number; signal: string }>> = {
  strainer: { ramp: 1.5, severity: 0.65, signal: "" },
  bearing: { ramp: 10, severity: 1, signal: "" },
  drift: { ramp: 2, severity: 1, signal: "dischargePressure" },
  stuck: { ramp: 0, severity: 1, signal: "flow" },
};

/**
 * Reads one fault from a dialog row or a message.
 * @throws TwinError `E_FAULT` with a sentence
 */
export function readFault(row: Record<string, unknown>, now: number): Fault {
  const kind = row.fault ?? row.kind;
  if (!FAULT_KINDS.includes(kind as FaultKind))
    throw new TwinError("E_FAULT", `The fault ${describe(kind)} is not known: use one of ${FAULT_KINDS.join(", ")}.`);
  const defaults = FAULT_DEFAULTS[kind as FaultKind];
  const number = (key: string, fallback: number, low: number, high: number): number => {
    const x = row[key];
    if (x === undefined || x === null || x === "") return fallback;
    // An object may refuse to become a number.
    const value = typeof x === "number" || typeof x === "string" ? Number(x) : Number.NaN;
    if (!(value >= low && value <= high))
      throw new TwinError(
        "E_FAULT",
        `${key} of the fault ${kind} is ${describe(x)}: it must be a number from ${low} to ${high}.`,
      );
    return value;
  };
  const repairedAt = number("repairedAt", Number.POSITIVE_INFINITY, 0, 1e9);
  const onset = number("onset", now, 0, 1e9);
  if (repairedAt <= onset)
    throw new TwinError(
      "E_FAULT",
      `The fault ${kind} is repaired at ${repairedAt} h, before it begins at ${onset} h: enter a later hour.`,
    );
  const signal = typeof row.signal === "string" && row.signal !== "" ? row.signal : defaults.signal;
  return {
    kind: kind as FaultKind,
    onset,
    ramp: number("ramp", defaults.ramp, 0, 1e6),
    severity: number("severity", defaults.severity, 0, 1),
    signal,
    ...(Number.isFinite(repairedAt) && { repairedAt }),
  };
}

/** The faults that are present or will come, and their severities. */
export class FaultPlan {
  #faults: Fault[];

  constructor(faults: readonly Fault[]) {
    this.#faults = faults.map((f) => ({ ...f }));
  }

  add(fault: Fault): void {
    this.#faults = this.#faults.filter((f) => f.kind !== fault.kind || f.signal !== fault.signal);
    this.#faults.push(fault);
  }

  /** Removes what has begun by `now`; true when something was repaired. */
  repair(now: number, kind?: FaultKind): boolean {
    const before = this.#faults.length;
    this.#faults = this.#faults.filter((f) => (kind !== undefined && f.kind !== kind) || f.onset > now);
    return this.#faults.length < before;
  }

  /** Kinds whose own repair time has come; they are removed. */
  dueRepairs(now: number): FaultKind[] {
    const due = this.#faults.filter((f) => f.repairedAt !== undefined && f.repairedAt <= now);
    if (due.length) this.#faults = this.#faults.filter((f) => !due.includes(f));
    return due.map((f) => f.kind);
  }

  active(now: number): Fault[] {
    return this.#faults.filter((f) => f.onset <= now);
  }

  of(kind: FaultKind, now: number): Fault | undefined {
    return this.#faults.find((f) => f.kind === kind && f.onset <= now);
  }

  snapshot(): Json {
    return this.#faults.map((f) => ({ ...f })) as unknown as Json;
  }

  restore(state: Json): void {
    this.#faults = (state as unknown as Fault[]).map((f) => ({ ...f }));
  }
}

/** Share of the final severity that a ramped fault has reached: 0 at onset, 1 at the end of a linear ramp. */
export const linearRamp = (fault: Fault, now: number): number =>
  fault.ramp > 0 ? Math.min(1, Math.max(0, (now - fault.onset) / fault.ramp)) : 1;

/** Clogging slows down as the flow through the strainer falls: an exponential approach with time constant `ramp`. */
export const cloggingRamp = (fault: Fault, now: number): number =>
  fault.ramp > 0 ? 1 - Math.exp(-Math.max(0, now - fault.onset) / fault.ramp) : 1;
