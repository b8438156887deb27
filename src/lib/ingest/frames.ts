/** Puts checked samples into envelopes. */
import type { Envelope, Value } from "../twin/envelope.ts";
import type { Batch } from "./message.ts";

export interface Checked {
  signal: string;
  /** Source time of the sample. */
  time: number;
  value: Value;
  status: number;
  /** For a value that is held, because its sample was refused or none came: the time of the value, NaN if there is none. */
  heldSince?: number;
}

/**
 * One envelope, or several in order of time when a signal has several samples. Held values are in `values` and `status`
 * but not in `updated`; they go with the newest samples.
 */
export function toEnvelopes(batch: Batch, samples: Checked[]): Envelope[] {
  const split = frames(samples.filter((s) => s.heldSince === undefined));
  const held = newestOf(samples.filter((s) => s.heldSince !== undefined));
  if (split.length === 0 && held.length > 0) split.push([]);
  // Only the first carries the sequence number: a number says that a message is new.
  return split.map((frame, i) => envelope(batch, frame, i === split.length - 1 ? held : [], i === 0));
}

function frames(samples: Checked[]): Checked[][] {
  if (samples.length === 0) return [];
  if (new Set(samples.map((s) => s.signal)).size === samples.length) return [samples];
  const byTime = new Map<number, Checked[]>();
  for (const sample of samples) byTime.set(sample.time, [...(byTime.get(sample.time) ?? []), sample]);
  return Array.from(byTime)
    .sort((a, b) => a[0] - b[0])
    .map(([, frame]) => newestOf(frame));
}

/** The last entry of every signal. */
const newestOf = (samples: Checked[]): Checked[] => Array.from(new Map(samples.map((s) => [s.signal, s])).values());

export const emptyEnvelope = (batch: Batch, time: number): Envelope => ({ ...envelope(batch, [], [], true), time });

function envelope(batch: Batch, fresh: Checked[], held: Checked[], first: boolean): Envelope {
  const updated = fresh.map((s) => s.signal);
  const marked = held.filter((s) => !updated.includes(s.signal));
  const time = [...fresh, ...held].reduce((newest, s) => Math.max(newest, s.time), Number.NEGATIVE_INFINITY);
  const values: Record<string, Value> = {};
  const times: Record<string, number> = {};
  const status: Record<string, number> = {};
  for (const { signal, value, heldSince, time: sampled, status: code } of [...fresh, ...marked]) {
    values[signal] = value;
    const since = heldSince ?? sampled;
    if (Number.isFinite(since) && since !== time) times[signal] = since;
    if (code !== 0) status[signal] = code;
  }
  return {
    ...batch.extra,
    v: 1,
    id: batch.id,
    branch: batch.branch,
    time,
    ...(batch.source !== undefined && { source: batch.source }),
    ...(batch.seq !== undefined && first && { seq: batch.seq }),
    ...(batch.simulated && { simulated: true }),
    values,
    updated,
    ...(Object.keys(times).length > 0 && { times }),
    ...(Object.keys(status).length > 0 && { status }),
  };
}
