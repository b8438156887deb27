/** What goes into a model between two samples: the newest value of every input, in the model's unit, until it is stale. */
import type { Json } from "../store/store.ts";
import type { Envelope } from "../twin/envelope.ts";
import { isTrusted, usable } from "./ports.ts";

export class HeldInputs {
  /** One per input of the model; NaN while missing. */
  readonly values: Float64Array;
  /** Inputs whose values may not teach anything now. */
  doubtful: readonly string[] = [];
  readonly #names: readonly string[];
  /** Milliseconds. */
  readonly #longest: number;
  readonly #toModel: ReadonlyMap<string, (x: number) => number>;
  /** Newest usable value of each input and its source time. */
  readonly #held: { value: number; time: number }[];

  /**
   * @param maxGap seconds for which a value holds
   * @param toModel conversions of those inputs that the asset has in another unit
   */
  constructor(names: readonly string[], maxGap: number, toModel: ReadonlyMap<string, (x: number) => number>) {
    this.#names = names;
    this.#longest = maxGap * 1000;
    this.#toModel = toModel;
    this.values = new Float64Array(names.length);
    this.#held = names.map(() => ({ value: Number.NaN, time: Number.NEGATIVE_INFINITY }));
  }

  take(twin: Envelope): void {
    for (let i = 0; i < this.#names.length; i++) {
      const name = this.#names[i]!;
      const held = this.#held[i]!;
      const value = usable(twin, name);
      const time = twin.times?.[name] ?? twin.time;
      if (value !== undefined && time >= held.time) {
        held.value = this.#toModel.get(name)?.(value) ?? value;
        held.time = time;
      }
      this.values[i] = twin.time - held.time <= this.#longest ? held.value : Number.NaN;
    }
    if (this.doubtful.length > 0 || twin.status !== undefined)
      this.doubtful = this.#names.filter((name) => twin.status && !isTrusted(twin.status[name]));
  }

  /** Names of the inputs that are missing. */
  missing(): string[] {
    return this.#names.filter((_, i) => Number.isNaN(this.values[i]));
  }

  snapshot(): Json {
    // JSON has no −0: + 0 makes it 0.
    return this.#held.map(({ value, time }) => (Number.isFinite(value) ? [value + 0, time] : null));
  }

  restore(state: Json): void {
    for (const [i, held] of (state as ([number, number] | null)[]).entries())
      if (held) this.#held[i] = { value: held[0], time: held[1] };
  }
}
