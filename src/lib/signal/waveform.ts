/** Reads waveforms from messages: `payload` is the array, `msg.twin.wave` says what it is; `msg.parts` joins its pieces. */
import { describe, isPlainObject, TwinError } from "../twin/envelope.ts";
import type { Speed } from "./features.ts";

export interface Waveform {
  signal: string;
  samples: Float64Array;
  /** Samples per second. */
  fs: number;
  /** Source time of the first sample, milliseconds UTC. */
  t0: number;
  /** Speed of the shaft, 1/min; a list when it changes within the waveform. */
  rpm: Speed;
}

export const MIN_SAMPLES = 64;
export const MAX_SAMPLES = 131_072;

/**
 * @param payload array or typed array of finite numbers
 * @param time used where the wave has no `t0`
 * @throws TwinError `E_WAVE` with a sentence
 */
export function readWaveform(payload: unknown, wave: unknown, time: number): Waveform {
  const wrong = (sentence: string): never => {
    throw new TwinError("E_WAVE", sentence);
  };
  if (!isPlainObject(wave))
    return wrong(`msg.twin.wave is ${describe(wave)}: it must be an object with signal and fs.`);
  const { signal = "", fs, t0 = time, rpm, n } = wave;
  if (typeof signal !== "string") return wrong(`msg.twin.wave.signal is ${describe(signal)}: it must be a name.`);
  if (!(typeof fs === "number" && fs > 0 && fs < 1e8))
    return wrong(`msg.twin.wave.fs is ${describe(fs)}: it must be the number of samples per second.`);
  const speeds = Array.isArray(rpm) ? rpm : [rpm ?? 0];
  if (speeds.length === 0 || speeds.length > 10_000 || !speeds.every(isSpeed))
    return wrong(`msg.twin.wave.rpm is ${describe(rpm)}: it must be the speed in 1/min, or a list of speeds.`);
  const turning = speeds.every((v) => v > 0);
  const samples = readSamples(payload);
  if (n !== undefined && n !== samples.length)
    return wrong(
      `The waveform has ${samples.length} samples, but msg.twin.wave.n says ${describe(n)}: a piece is missing.`,
    );
  return {
    signal,
    samples,
    fs,
    t0: typeof t0 === "number" && Number.isFinite(t0) ? t0 : time,
    rpm: !turning ? undefined : speeds.length > 1 ? (speeds as number[]) : (speeds[0] as number),
  };
}

const isSpeed = (x: unknown): x is number => typeof x === "number" && x >= 0 && Number.isFinite(x);

/** @throws TwinError `E_WAVE` when it is no list of numbers, too short or too long */
export function readSamples(payload: unknown): Float64Array {
  if (Buffer.isBuffer(payload))
    throw new TwinError(
      "E_WAVE",
      "The waveform is binary: convert it first to a list of numbers, for example with a function node and new Float32Array(…).",
    );
  if (!Array.isArray(payload) && !(ArrayBuffer.isView(payload) && "length" in payload))
    throw new TwinError("E_WAVE", `The waveform is ${describe(payload)}: msg.payload must be a list of numbers.`);
  const list = payload as ArrayLike<unknown>;
  if (list.length < MIN_SAMPLES || list.length > MAX_SAMPLES)
    throw new TwinError(
      "E_WAVE",
      `The waveform has ${list.length} samples: send ${MIN_SAMPLES} to ${MAX_SAMPLES} at a time.`,
    );
  const samples = new Float64Array(list.length);
  for (let i = 0; i < list.length; i++) {
    const x = list[i];
    if (typeof x !== "number" || !Number.isFinite(x))
      throw new TwinError(
        "E_WAVE",
        `Sample ${i + 1} of the waveform is ${describe(x)}: every sample must be a number.`,
      );
    samples[i] = x;
  }
  return samples;
}

interface Pending {
  pieces: unknown[];
  left: number;
  total: number;
}

/** Joins the pieces of waveforms that come in several messages (`msg.parts` with id, index and count). */
export class Pieces {
  #pending = new Map<string, Pending>();

  /** @returns the whole list, or undefined while pieces are missing; without parts the payload itself */
  add(payload: unknown, parts: unknown): unknown {
    if (!isPlainObject(parts) || typeof parts.count !== "number" || parts.count <= 1) return payload;
    const { count, index, id } = parts;
    if (
      !(
        Number.isInteger(count) &&
        count <= 4096 &&
        Number.isInteger(index) &&
        (index as number) >= 0 &&
        (index as number) < count
      )
    )
      throw new TwinError(
        "E_WAVE",
        "msg.parts must say which piece this is: index from 0, below count, at most 4096 pieces.",
      );
    const list = readPiece(payload);
    const key = String(id);
    let pending = this.#pending.get(key);
    if (!pending || pending.pieces.length !== count) {
      this.#pending.delete(key);
      pending = { pieces: new Array(count).fill(undefined), left: count, total: 0 };
      this.#pending.set(key, pending);
      // A record whose pieces got lost must not be kept for ever.
      if (this.#pending.size > 16) this.#pending.delete(this.#pending.keys().next().value!);
    }
    if (pending.pieces[index as number] === undefined) pending.left--;
    pending.pieces[index as number] = list;
    pending.total += list.length;
    if (pending.total > MAX_SAMPLES) {
      this.#pending.delete(key);
      throw new TwinError("E_WAVE", `The pieces of this waveform make more than ${MAX_SAMPLES} samples.`);
    }
    if (pending.left > 0) return undefined;
    this.#pending.delete(key);
    return (pending.pieces as unknown[][]).flat();
  }
}

function readPiece(payload: unknown): unknown[] {
  if (Array.isArray(payload)) return payload;
  if (ArrayBuffer.isView(payload) && !Buffer.isBuffer(payload) && "length" in payload)
    return Array.from(payload as unknown as ArrayLike<number>);
  throw new TwinError("E_WAVE", `The waveform's piece is ${describe(payload)}: msg.payload must be a list of numbers.`);
}
