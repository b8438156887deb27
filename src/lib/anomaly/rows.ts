/** Which quantities of the envelope the detectors watch, and one row of them per message. */
import type { Json } from "../store/store.ts";
import type { Asset, Signal } from "../twin/asset.ts";
import { type Envelope, isPlainObject } from "../twin/envelope.ts";
import { isGood } from "../twin/status-codes.ts";
import type { Watch } from "./options.ts";

export type Kind = "value" | "residual";

export interface ChannelInfo {
  signal: Signal;
  kind: Kind;
}

export class Rows {
  readonly channels: ChannelInfo[] = [];
  /** The row last read; NaN where there is no new Good value. Residuals are in standard deviations of the model. */
  readonly x: Float64Array;
  /** Engineering units per unit of the row. */
  readonly factor: Float64Array;
  /** The model's expectation in engineering units, NaN without. */
  readonly expected: Float64Array;
  #watch: Watch;

  constructor(asset: Pick<Asset, "signals">, watch: Watch, excluded: ReadonlySet<string>) {
    this.#watch = watch;
    for (const signal of asset.signals.values()) {
      if (excluded.has(signal.name)) continue;
      if (watch !== "residuals") this.channels.push({ signal, kind: "value" });
      if (watch === "residuals" || watch === "both") this.channels.push({ signal, kind: "residual" });
    }
    const n = this.channels.length;
    this.x = new Float64Array(n);
    this.factor = new Float64Array(n).fill(1);
    this.expected = new Float64Array(n).fill(Number.NaN);
  }

  /**
   * Reads the row of one message.
   * @returns channels that turned from the signal into its residual because a model has appeared upstream
   */
  read(twin: Envelope): number[] {
    const turned: number[] = [];
    const updated = new Set(twin.updated);
    this.x.fill(Number.NaN);
    this.channels.forEach((channel, i) => {
      const name = channel.signal.name;
      if (this.#watch === "auto" && channel.kind === "value" && hasResidual(twin, name)) {
        channel.kind = "residual";
        turned.push(i);
      }
      if (!updated.has(name) || !isGood(twin.status?.[name])) return;
      if (channel.kind === "residual") this.#residual(i, twin, name);
      else if (this.#watch !== "auto" || !isPlainObject(twin.desired) || !Object.hasOwn(twin.desired, name))
        this.x[i] = finite(twin.values, name);
    });
    return turned;
  }

  #residual(i: number, twin: Envelope, name: string): void {
    const model = twin.model;
    if (!isPlainObject(model)) return;
    const residual = finite(model.residual, name);
    const sd = finite(model.sd, name);
    // A model that does not know its own spread yet is still settling: its residuals are no measure of the machine, nor in the same unit as later ones.
    if (!(sd > 0)) return;
    this.factor[i] = sd;
    this.expected[i] = finite(model.expected, name);
    this.x[i] = residual / this.factor[i]!;
  }

  snapshot(): Json {
    return this.channels.map((c) => c.kind === "residual");
  }

  restore(state: unknown): void {
    if (!Array.isArray(state) || state.length !== this.channels.length)
      throw new RangeError("The snapshot does not fit.");
    this.channels.forEach((channel, i) => {
      channel.kind = state[i] ? "residual" : "value";
    });
  }
}

const hasResidual = (twin: Envelope, name: string): boolean =>
  isPlainObject(twin.model) && isPlainObject(twin.model.residual) && Object.hasOwn(twin.model.residual, name);

function finite(x: unknown, name: string): number {
  const value = isPlainObject(x) && Object.hasOwn(x, name) ? x[name] : undefined;
  return typeof value === "number" && Number.isFinite(value) ? value : Number.NaN;
}
