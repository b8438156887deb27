import type { Value } from "../twin/envelope.ts";
import type { HistoryPoint } from "./store.ts";

/**
 * The newest samples of one signal, ordered by time, in at most `capacity` slots. Numbers live in typed arrays that grow
 * as samples arrive; text and booleans in a plain list beside them. A sample at a known time replaces the older one.
 */
export class Ring {
  #capacity: number;
  #times: Float64Array;
  #values: Float64Array;
  #status: Uint32Array;
  #other: (Value | undefined)[] | undefined;
  #start = 0;
  #length = 0;

  constructor(capacity: number) {
    this.#capacity = checked(capacity);
    const first = Math.min(16, capacity);
    this.#times = new Float64Array(first);
    this.#values = new Float64Array(first);
    this.#status = new Uint32Array(first);
  }

  get length(): number {
    return this.#length;
  }

  /** Slots in memory now; at most the capacity. */
  get allocated(): number {
    return this.#times.length;
  }

  /** Changes the capacity; when it shrinks below what is kept, the oldest samples go. */
  resize(capacity: number): void {
    this.#capacity = checked(capacity);
    if (this.#times.length <= capacity) return;
    const surplus = Math.max(0, this.#length - capacity);
    this.#start = this.#slot(surplus);
    this.#length -= surplus;
    this.#reallocate(capacity);
  }

  push(time: number, value: Value, status: number, mayGrow: boolean): void {
    if (this.#length > 0 && time <= this.#at(this.#length - 1)) return this.#insert(time, value, status, mayGrow);
    this.#makeRoom(mayGrow);
    this.#write((this.#start + this.#length) % this.#times.length, time, value, status);
    this.#length++;
  }

  /** Points with `from` <= time <= `to`, oldest first. */
  range(from: number, to: number): HistoryPoint[] {
    const points: HistoryPoint[] = [];
    for (let i = this.#lowerBound(from); i < this.#length && this.#at(i) <= to; i++) points.push(this.#point(i));
    return points;
  }

  #insert(time: number, value: Value, status: number, mayGrow: boolean): void {
    const at = this.#lowerBound(time);
    if (at < this.#length && this.#at(at) === time) return this.#write(this.#slot(at), time, value, status);
    if (at === 0 && this.#length === this.#times.length && !(mayGrow && this.#length < this.#capacity)) return; // older than everything kept
    const dropped = this.#makeRoom(mayGrow) ? 1 : 0;
    const to = at - dropped;
    this.#length++;
    for (let i = this.#length - 1; i > to; i--) this.#copy(this.#slot(i - 1), this.#slot(i));
    this.#write(this.#slot(to), time, value, status);
  }

  /** Makes a free slot by growing or by dropping the oldest sample; true when one was dropped. */
  #makeRoom(mayGrow: boolean): boolean {
    if (this.#length < this.#times.length) return false;
    if (mayGrow && this.#times.length < this.#capacity) {
      this.#grow();
      return false;
    }
    this.#start = (this.#start + 1) % this.#times.length;
    this.#length--;
    return true;
  }

  #grow(): void {
    this.#reallocate(Math.min(this.#capacity, this.#times.length * 2));
  }

  #reallocate(size: number): void {
    const times = new Float64Array(size);
    const values = new Float64Array(size);
    const status = new Uint32Array(size);
    const other = this.#other ? new Array<Value | undefined>(size) : undefined;
    for (let i = 0; i < this.#length; i++) {
      const from = this.#slot(i);
      times[i] = this.#times[from]!;
      values[i] = this.#values[from]!;
      status[i] = this.#status[from]!;
      if (other) other[i] = this.#other![from];
    }
    this.#times = times;
    this.#values = values;
    this.#status = status;
    this.#other = other;
    this.#start = 0;
  }

  #write(slot: number, time: number, value: Value, status: number): void {
    this.#times[slot] = time;
    this.#status[slot] = status;
    if (typeof value === "number") {
      this.#values[slot] = value;
      if (this.#other) this.#other[slot] = undefined;
      return;
    }
    this.#other ??= new Array<Value | undefined>(this.#times.length);
    this.#values[slot] = Number.NaN;
    this.#other[slot] = value;
  }

  #copy(from: number, to: number): void {
    this.#times[to] = this.#times[from]!;
    this.#values[to] = this.#values[from]!;
    this.#status[to] = this.#status[from]!;
    if (this.#other) this.#other[to] = this.#other[from];
  }

  #point(i: number): HistoryPoint {
    const slot = this.#slot(i);
    const other = this.#other?.[slot];
    return {
      time: this.#times[slot]!,
      value: other !== undefined ? other : this.#values[slot]!,
      status: this.#status[slot]!,
    };
  }

  #slot(i: number): number {
    return (this.#start + i) % this.#times.length;
  }

  #at(i: number): number {
    return this.#times[this.#slot(i)]!;
  }

  /** Index of the first sample with a time of at least `time`. */
  #lowerBound(time: number): number {
    let low = 0;
    let high = this.#length;
    while (low < high) {
      const mid = (low + high) >> 1;
      if (this.#at(mid) < time) low = mid + 1;
      else high = mid;
    }
    return low;
  }
}

function checked(capacity: number): number {
  if (!(Number.isInteger(capacity) && capacity > 0))
    throw new RangeError(`capacity must be a whole number above zero, got ${capacity}`);
  return capacity;
}
