/** Reads a message in any of its forms into samples per twin (docs/ingest.md). Never throws. */
import type { Asset } from "../twin/asset.ts";
import { describe, isBranch, isPlainObject, isSignalName, isTwinId, LIVE } from "../twin/envelope.ts";
import { valueAt } from "./json-path.ts";
import { fill, type Mapping } from "./mapping.ts";
import { type Refusal, refusal } from "./refusal.ts";

export interface RawSample {
  signal: string;
  value: unknown;
  /** The sample's own unit, as text or UCUM code; undefined means the asset's. */
  unit?: string;
  /** The sample's own timestamp, in any form that `readTime` reads. */
  time?: unknown;
  /** OPC UA StatusCode that the source gave. */
  status?: number;
}

/** What one message says of one twin. */
export interface Batch {
  id: string;
  branch: string;
  source?: string;
  seq?: number;
  simulated?: boolean;
  /** Timestamp of the samples that have none of their own. */
  time?: unknown;
  samples: RawSample[];
  /** Further parts of an incoming envelope, which are passed on. */
  extra: Record<string, unknown>;
  /** The broker kept this message for new subscribers: without a timestamp its age is unknown. */
  retained: boolean;
}

export interface RawMessage {
  topic?: unknown;
  payload?: unknown;
  twin?: unknown;
  retain?: unknown;
}

export interface ReadContext {
  asset: Pick<Asset, "idPattern" | "matches" | "signals" | "name">;
  mappings: readonly Mapping[];
  /** Name of the source when the message gives none, for example `mqtt:plant`. */
  source?: string;
}

export interface ReadResult {
  batches: Batch[];
  refused: Refusal[];
}

const LARGEST_BYTES = 1_000_000;
const MOST_SAMPLES = 100_000;
/** Parts of the envelope that ingest writes anew, and the revision, which twin-state gives. */
const OWN_PARTS = new Set([
  "v",
  "id",
  "branch",
  "rev",
  "time",
  "source",
  "seq",
  "simulated",
  "values",
  "updated",
  "times",
  "status",
]);

export function readMessage(message: RawMessage, context: ReadContext): ReadResult {
  if (message.twin !== undefined && message.twin !== null) return readTwin(message.twin, message, context);
  const decoded = decode(message.payload);
  if ("reason" in decoded) return { batches: [], refused: [decoded] };
  const payload = decoded.value;
  if (isPlainObject(payload) && payload.v === 1 && isPlainObject(payload.values))
    return readTwin(payload, message, context);
  const topic = typeof message.topic === "string" ? message.topic : "";
  return readMapped(topic, payload, message, context) ?? readPlain(topic, payload, message, context);
}

/** A payload as JSON value; text that is not JSON stays text. */
export function decode(payload: unknown): { value: unknown } | Refusal {
  let text: string;
  if (payload instanceof Uint8Array) {
    if (payload.byteLength > LARGEST_BYTES) return refusal("unreadable", "The payload is larger than 1 MB.");
    text = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString("utf8");
    if (/[\0\ufffd]/.test(text))
      return refusal("unreadable", "The payload is binary data: ingest reads JSON and text.");
  } else if (typeof payload === "string") text = payload;
  else return { value: payload };
  if (text.length > LARGEST_BYTES) return refusal("unreadable", "The payload is larger than 1 MB.");
  const start = text.trimStart()[0];
  if (start !== "{" && start !== "[") return { value: text.trim() };
  try {
    return { value: JSON.parse(text) };
  } catch {
    return refusal("unreadable", `The payload begins like JSON but is not: ${describe(text)}.`);
  }
}

function readTwin(twin: unknown, message: RawMessage, context: ReadContext): ReadResult {
  if (!isPlainObject(twin) || twin.v !== 1 || !isPlainObject(twin.values))
    return one(refusal("unreadable", "msg.twin is not a version 1 envelope with values."));
  const { values, times, status } = twin;
  const names = Array.isArray(twin.updated) ? twin.updated : Object.keys(values);
  if (names.length > MOST_SAMPLES) return one(refusal("unreadable", `The envelope names ${names.length} signals.`));
  const samples = Array.from(new Set(names), (signal): RawSample => {
    const name = String(typeof signal === "symbol" ? "" : describeName(signal));
    const own = (part: unknown) => (isPlainObject(part) && Object.hasOwn(part, name) ? part[name] : undefined);
    const code = own(status);
    return { signal: name, value: own(values), time: own(times), ...(typeof code === "number" && { status: code }) };
  });
  const batch = start(twin.id, twin.branch, context, message);
  if ("reason" in batch) return one(batch);
  const extra = readExtra(twin);
  if ("reason" in extra) return one(extra as unknown as Refusal);
  if (samples.length === 0 && extra.wave === undefined)
    return one(refusal("no-value", "The envelope names no signal with a new sample."));
  return { batches: [{ ...batch, ...head(twin, context), samples, extra }], refused: [] };
}

/** The envelope's other parts as plain JSON, or why they are not. */
function readExtra(twin: Record<string, unknown>): Record<string, unknown> | Refusal {
  const extra: Record<string, unknown> = {};
  let found = false;
  for (const key of Object.keys(twin)) {
    if (OWN_PARTS.has(key) || key === "__proto__") continue;
    extra[key] = twin[key];
    found = true;
  }
  if (!found) return extra;
  try {
    const text = JSON.stringify(extra);
    if (text.length > LARGEST_BYTES) return refusal("unreadable", "msg.twin is larger than 1 MB.");
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return refusal(
      "unreadable",
      "msg.twin cannot be written as JSON: it refers to itself or holds values that JSON does not know.",
    );
  }
}

/** Source, sequence number and the like of an object. A name that is a signal of the asset is a signal. */
function head(object: Record<string, unknown>, context: ReadContext, isSignal = (_: string) => false): Partial<Batch> {
  const own = (name: string) => (Object.hasOwn(object, name) && !isSignal(name) ? object[name] : undefined);
  const source = own("source") ?? context.source;
  const seq = own("seq");
  const time = own("time") ?? own("timestamp");
  return {
    ...(typeof source === "string" && source !== "" && { source: source.slice(0, 256) }),
    ...(Number.isSafeInteger(seq) && (seq as number) >= 0 && { seq: seq as number }),
    ...(own("simulated") === true && { simulated: true }),
    ...(time !== undefined && time !== null && { time }),
  };
}

/** Rows of the table that match; undefined when none does, so that the message is read by its own form. */
function readMapped(
  topic: string,
  payload: unknown,
  message: RawMessage,
  context: ReadContext,
): ReadResult | undefined {
  let matched = false;
  const refused: Refusal[] = [];
  const byTwin = new Map<string, Batch>();
  for (const row of context.mappings) {
    const captures = row.topic.match(topic);
    if (!captures) continue;
    const value = valueAt(payload, row.path);
    if (value === undefined) continue;
    matched = true;
    const batch = start(fill(row.id, captures) || captures.get("id"), undefined, context, message);
    if ("reason" in batch) {
      refused.push(batch);
      continue;
    }
    const into = byTwin.get(batch.id) ?? { ...batch, ...(isPlainObject(payload) && head(payload, context)) };
    byTwin.set(batch.id, into);
    if (row.time) {
      const time = valueAt(payload, row.time);
      if (time === undefined)
        refused.push(
          refusal("wrong-time", `There is no timestamp at the place that the mapping names, in ${describe(topic)}.`),
        );
      else into.samples.push(...withDefaults(samplesAt(row, captures, value, context), row.unit, time));
    } else into.samples.push(...withDefaults(samplesAt(row, captures, value, context), row.unit, undefined));
  }
  if (!matched) return undefined;
  return { batches: Array.from(byTwin.values()).filter((b) => b.samples.length > 0), refused };
}

function samplesAt(
  row: Mapping,
  captures: ReadonlyMap<string, string>,
  value: unknown,
  context: ReadContext,
): RawSample[] {
  const name = fill(row.signal, captures) || captures.get("signal");
  if (name) return [sample(name, value)];
  if (isPlainObject(value)) return samplesOf(value, (key) => !isHeadName(key, context));
  const last = row.path.at(-1);
  return [sample(last === undefined ? "" : String(last), value)];
}

const withDefaults = (samples: RawSample[], unit: string, time: unknown): RawSample[] =>
  samples.map((s) => ({ ...(unit && { unit }), ...(time !== undefined && { time }), ...s }));

/** Messages that say themselves which signals they hold. */
function readPlain(topic: string, payload: unknown, message: RawMessage, context: ReadContext): ReadResult {
  if (Array.isArray(payload)) return readList(topic, payload, message, context);
  if (isPlainObject(payload)) {
    const isSignal = (name: string) => context.asset.signals.has(name);
    const own = (name: string) => (Object.hasOwn(payload, name) && !isSignal(name) ? payload[name] : undefined);
    const batch = start(own("id") ?? idOfTopic(topic, context), own("branch"), context, message);
    if ("reason" in batch) return one(batch);
    if (typeof own("signal") === "string" && Object.hasOwn(payload, "value"))
      return {
        batches: [
          { ...batch, ...head(payload, context, isSignal), samples: [sampleOf(payload.signal as string, payload)] },
        ],
        refused: [],
      };
    const samples = samplesOf(payload, (key) => !isHeadName(key, context));
    if (samples.length === 0) return one(refusal("no-value", "The payload is an object without signals."));
    if (samples.length > MOST_SAMPLES) return one(refusal("unreadable", `The payload holds ${samples.length} values.`));
    return { batches: [{ ...batch, ...head(payload, context, isSignal), samples }], refused: [] };
  }
  const [id, signal] = splitTopic(topic, context);
  if (signal === "")
    return one(
      refusal(
        "no-mapping",
        `Nothing says which signal the payload is: add a mapping row, or send an object such as {"speed": 1480}.`,
      ),
    );
  const batch = start(id, undefined, context, message);
  return "reason" in batch
    ? one(batch)
    : { batches: [{ ...batch, ...head({}, context), samples: [sample(signal, payload)] }], refused: [] };
}

function readList(topic: string, list: unknown[], message: RawMessage, context: ReadContext): ReadResult {
  if (list.length === 0) return one(refusal("no-value", "The payload is an empty list."));
  if (list.length > MOST_SAMPLES)
    return one(
      refusal(
        "unreadable",
        `The payload is a list of ${list.length} items: send at most ${MOST_SAMPLES} samples in a message.`,
      ),
    );
  const byTwin = new Map<string, Batch>();
  const refused: Refusal[] = [];
  for (let i = 0; i < list.length; i++) {
    const item = list[i];
    if (!isPlainObject(item) || typeof item.signal !== "string") {
      refused.push(
        refusal("unreadable", `Item ${i + 1} of the list is ${describe(item)}: an item is {"signal": …, "value": …}.`),
      );
      continue;
    }
    const batch = start(item.id ?? idOfTopic(topic, context), item.branch, context, message);
    if ("reason" in batch) {
      refused.push(batch);
      continue;
    }
    const key = `${batch.branch}\n${batch.id}`;
    const into = byTwin.get(key) ?? { ...batch, ...head({}, context) };
    byTwin.set(key, into);
    into.samples.push(sampleOf(item.signal, item));
  }
  return { batches: Array.from(byTwin.values()), refused };
}

/** Begins a batch: checks the twin's id and branch. */
function start(id: unknown, branch: unknown, context: ReadContext, message: RawMessage): Batch | Refusal {
  const { asset } = context;
  const own = asset.idPattern.includes("*") ? undefined : asset.idPattern;
  const wanted = id === undefined || id === null || id === "" ? own : typeof id === "number" ? String(id) : id;
  if (wanted === undefined)
    return refusal(
      "unknown-twin",
      `Nothing says which twin this message is of: the asset ${describe(asset.name)} serves the ids ${describe(asset.idPattern)}.`,
    );
  if (!isTwinId(wanted))
    return refusal("unknown-twin", `The twin id ${describe(wanted)} is not valid: an id is text without spaces.`);
  if (!asset.matches(wanted))
    return refusal(
      "unknown-twin",
      `Twin ${describe(wanted)} does not belong to the asset ${describe(asset.name)}, whose ids are ${describe(asset.idPattern)}.`,
    );
  const at = branch === undefined || branch === null ? LIVE : branch;
  if (!isBranch(at))
    return refusal("unreadable", `The branch ${describe(at)} must be live, whatif:…, replay:… or attack:….`);
  return { id: wanted, branch: at, samples: [], extra: {}, retained: message.retain === true };
}

const HEAD_NAMES = new Set(["id", "branch", "source", "seq", "simulated", "time", "timestamp"]);
const isHeadName = (key: string, context: ReadContext): boolean =>
  HEAD_NAMES.has(key) && !context.asset.signals.has(key);

function samplesOf(object: Record<string, unknown>, wanted: (key: string) => boolean): RawSample[] {
  return Object.keys(object)
    .filter(wanted)
    .map((key) => sample(key, object[key]));
}

/** A value, or an object { value, unit, time, status }. */
function sample(signal: string, value: unknown): RawSample {
  return isPlainObject(value) && Object.hasOwn(value, "value") ? sampleOf(signal, value) : { signal, value };
}

function sampleOf(signal: string, object: Record<string, unknown>): RawSample {
  const { value, unit, status } = object;
  const time = object.time ?? object.timestamp;
  return {
    signal,
    value,
    ...(typeof unit === "string" && unit !== "" && { unit }),
    ...(time !== undefined && time !== null && { time }),
    ...(typeof status === "number" && Number.isFinite(status) && { status: status >>> 0 }),
  };
}

/** The twin id that a topic begins with, such as `plant1:pump-1` or `plant1:pump-1/samples`. */
function idOfTopic(topic: string, { asset }: ReadContext): string | undefined {
  const first = topic.split("/")[0]!;
  return asset.idPattern.includes("*") && asset.matches(first) ? first : undefined;
}

/** Topic `signal` or `id/signal`. */
function splitTopic(topic: string, context: ReadContext): [id: string | undefined, signal: string] {
  const levels = topic.split("/");
  const signal = levels.at(-1)!;
  return [
    levels.length === 2 && context.asset.matches(levels[0]!) ? levels[0] : undefined,
    isSignalName(signal) ? signal : "",
  ];
}

const describeName = (x: unknown): string => (typeof x === "string" ? x : describe(x));
const one = (refused: Refusal): ReadResult => ({ batches: [], refused: [refused] });
