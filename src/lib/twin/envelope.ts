/**
 * The envelope `msg.twin`, version 1: the twin at this moment, as every node of the pipeline passes it on.
 * docs/contract.md explains it; envelope.schema.json is its JSON Schema.
 */
export type Value = number | boolean | string | null;

export interface ModelSection {
  /** Expected value per signal, in the asset's units. */
  expected: Record<string, number | null>;
  /** One standard deviation of the residual per signal. */
  sd: Record<string, number | null>;
  /** Measured minus expected. */
  residual: Record<string, number | null>;
  /** Residual divided by its standard deviation. */
  z: Record<string, number | null>;
  /** States of the model, and parameters that are estimated. */
  states?: Record<string, number>;
  /** One standard deviation of estimated states and parameters, and of the changes of the latter in `derived`. */
  stateSd?: Record<string, number>;
  /** Mean normalised innovation squared of the estimator: about 1 while it is as good as it believes. */
  nis?: number;
  derived?: Record<string, number>;
  /** Learned difference between machine and model, part of `expected`, per signal. */
  bias?: Record<string, number>;
  parameters?: string;
  why?: string[];
}

export interface AnomalySection {
  state: "learning" | "normal" | "active" | "latched" | "unknown";
  active: boolean;
  latched: boolean;
  /** 0 … 1; null while no answer can be given (`why` says the reason). */
  score: number | null;
  severity: "none" | "info" | "warning" | "alarm";
  /** Source time at which the present state began, milliseconds UTC. */
  since: number | null;
  /** 0 … 100. */
  health: number | null;
  /** Share of each signal in the score, summing to one. */
  contributions: Record<string, number>;
  why: string[];
  /** Learned share 0 … 1 while `state` is "learning". */
  progress?: number;
  /** The signal whose sensor reads wrong, when it is the sensor and not the machine. */
  sensor?: string;
}

export interface RulSection {
  unit: string;
  mean: number | null;
  p05: number | null;
  p10: number | null;
  p50: number | null;
  p90: number | null;
  p95: number | null;
  coverage: number;
  failureProbability: { horizon: number; value: number | null };
  tier: string;
  method: string;
  /** Longest horizon looked at when failure may lie beyond it; null when the distribution is complete. */
  censored: number | null;
  /** True while no remaining life can be stated; `why` says the reason. */
  unknown: boolean;
  /** The level of the last event: how urgent the remaining life is. */
  severity?: "none" | "warning" | "alarm";
  why: string[];
  /** The health indicator and its limit, in the asset's units, for the page. */
  indicator?: { signal: string; value: number | null; threshold: number; direction: "rising" | "falling" };
}

export interface CommandSection {
  id: string;
  signal: string;
  value: Value;
  was: Value;
  mode: "off" | "advise" | "auto";
  expires: number;
  checks: Record<string, string>;
  result: {
    sent: boolean;
    pending?: boolean;
    refused?: string;
    readback?: Value;
    verified?: boolean;
    attempts?: number;
  };
  why?: string[];
}

export interface Envelope {
  [key: string]: unknown;
  v: 1;
  id: string;
  branch: string;
  /** Counts the twin's changes; present from twin-state on. */
  rev?: number;
  /** Newest source timestamp in this message, milliseconds UTC. */
  time: number;
  source?: string;
  seq?: number;
  /** True when the data come from a simulation or a recording. */
  simulated?: boolean;
  values: Record<string, Value>;
  /** Signals with a new sample in this message. */
  updated: string[];
  /** Source timestamps of the signals whose time differs from `time`. */
  times?: Record<string, number>;
  /** OPC UA StatusCodes of the signals that are not Good. */
  status?: Record<string, number>;
  desired?: Record<string, Value>;
  delta?: Record<string, Value>;
  model?: ModelSection;
  anomaly?: AnomalySection;
  rul?: RulSection;
  command?: CommandSection;
}

export type SectionName = "model" | "anomaly" | "rul" | "command";

export const LIVE = "live";
const BRANCH = /^(live|(whatif|replay|attack):[^\s\p{C}]{1,128})$/u;
// Ids travel in topics, file names and addresses: printable, no white space, no MQTT wildcards.
const ID = /^[^\s\p{C}+#]{1,256}$/u;
const SIGNAL = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
const RESERVED = new Set(["__proto__", "constructor", "prototype"]);

export const isBranch = (x: unknown): x is string => typeof x === "string" && BRANCH.test(x);
export const isTwinId = (x: unknown): x is string => typeof x === "string" && ID.test(x) && !RESERVED.has(x);
export const isSignalName = (x: unknown): x is string => typeof x === "string" && SIGNAL.test(x) && !RESERVED.has(x);
export const isPlainObject = (x: unknown): x is Record<string, unknown> =>
  typeof x === "object" && x !== null && !Array.isArray(x) && !ArrayBuffer.isView(x);

/** Largest instant a JavaScript Date can hold; source timestamps beyond it are refused. */
const MAX_TIME = 8.64e15;
export const isTime = (x: unknown): x is number => typeof x === "number" && Math.abs(x) <= MAX_TIME;

/** An error that Catch nodes can tell apart by its `code`. The message is a sentence for a technician. */
export class TwinError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = "TwinError";
    this.code = code;
  }
}

/**
 * Checks that `x` is a usable envelope and returns it, typed.
 * @throws TwinError `E_ENVELOPE` with a sentence that names the first thing that is wrong.
 */
export function readEnvelope(x: unknown): Envelope {
  const wrong = (sentence: string): never => {
    throw new TwinError("E_ENVELOPE", sentence);
  };
  if (!isPlainObject(x)) return wrong("msg.twin is missing: wire this node behind a twin ingest or twin state node.");
  if (x.v !== 1) return wrong(`msg.twin.v is ${describe(x.v)}, but this node reads version 1 envelopes.`);
  if (!isTwinId(x.id)) return wrong(`msg.twin.id is ${describe(x.id)}: a twin id is text without spaces.`);
  if (!isBranch(x.branch))
    return wrong(`msg.twin.branch is ${describe(x.branch)}: it must be live, whatif:…, replay:… or attack:….`);
  if (!isTime(x.time)) return wrong(`msg.twin.time is ${describe(x.time)}: it must be milliseconds since 1970, UTC.`);
  if (!isPlainObject(x.values)) return wrong("msg.twin.values is missing: it holds the signals and their values.");
  for (const [name, value] of Object.entries(x.values)) {
    if (!isSignalName(name))
      return wrong(`msg.twin.values has ${describe(name)}: signal names are letters, digits and underscore.`);
    if (value !== null && !["number", "string", "boolean"].includes(typeof value))
      return wrong(`msg.twin.values.${name} is ${kindOf(value)}: a value is a number, text, true, false or null.`);
    if (typeof value === "number" && !Number.isFinite(value))
      return wrong(`msg.twin.values.${name} is ${value}: only finite numbers can be values.`);
  }
  if (!Array.isArray(x.updated) || !x.updated.every(isSignalName))
    return wrong("msg.twin.updated must be a list of signal names.");
  for (const part of ["times", "status"] as const)
    if (x[part] !== undefined && !(isPlainObject(x[part]) && Object.values(x[part]).every(Number.isFinite)))
      return wrong(`msg.twin.${part} must map signal names to numbers.`);
  if (x.rev !== undefined && !Number.isSafeInteger(x.rev)) return wrong("msg.twin.rev must be a whole number.");
  return x as unknown as Envelope;
}

const kindOf = (x: unknown): string =>
  x === undefined ? "missing" : typeof x === "object" ? "an object" : `a ${typeof x}`;

/** A short, safe rendering of any value for an error sentence. */
export function describe(x: unknown): string {
  if (x === undefined) return "missing";
  if (typeof x === "string") return JSON.stringify(x.length > 60 ? `${x.slice(0, 60)}…` : x);
  if (typeof x === "object" && x !== null) return Array.isArray(x) ? "a list" : "an object";
  return String(x);
}

/** The key under which nodes remember what they know of a twin: branch and id never mix. */
export const twinKey = (branch: string, id: string): string => `${branch}\n${id}`;
