import type { Expression } from "../expression/expression.ts";
import type { Asset } from "../twin/asset.ts";
import type { Envelope, SectionName, Value } from "../twin/envelope.ts";
import { pathLabel, readPath } from "../twin/paths.ts";
import { isGood } from "../twin/status-codes.ts";

const SECTIONS: readonly SectionName[] = ["model", "anomaly", "rul"];

/**
 * What the guard knows of a twin: its newest envelope, with the newest section of every node. State, anomaly and RUL
 * messages may arrive on separate wires; a section that has not come again within `freshness` is forgotten.
 */
export class Knowledge {
  twin: Envelope | undefined;
  #sectionTimes = new Map<SectionName, number>();
  #asset: Asset;
  #freshness: number;

  constructor(asset: Asset, freshness: number) {
    this.#asset = asset;
    this.#freshness = freshness;
  }

  /** Takes over a message. Returns false, and changes nothing, when it is older than what is known. */
  see(twin: Envelope): boolean {
    const before = this.twin;
    if (before && twin.time < before.time) return false;
    const merged: Envelope = { ...twin };
    for (const section of SECTIONS) {
      if (merged[section]) this.#sectionTimes.set(section, twin.time);
      else if (before?.[section] && twin.time - (this.#sectionTimes.get(section) ?? 0) <= this.#freshness)
        Object.assign(merged, { [section]: before[section] });
    }
    this.twin = merged;
    return true;
  }

  /** The value of a signal when it is Good; null when it is missing or its quality is not. */
  value(signal: string): Value {
    const { twin } = this;
    if (!twin || !Object.hasOwn(twin.values, signal) || !isGood(statusOf(twin, signal))) return null;
    return twin.values[signal] ?? null;
  }

  /** The display name of a quantity, for sentences. */
  label(name: string): string {
    return pathLabel(this.#asset, name);
  }

  /** A quantity by its dotted name or a parameter of the asset. Missing or not Good: undefined. */
  read(name: string): number | undefined {
    const { twin } = this;
    const parameter = () => this.#asset.parameters.get(name)?.value;
    if (!twin || (!name.includes(".") && !this.#asset.signals.has(name))) return parameter();
    return isGood(statusOf(twin, name)) ? readPath(twin, name) : undefined;
  }

  /** NaN when anything that the expression reads is missing. */
  evaluate(expression: Expression): number {
    return expression.evaluate(expression.names.map((name) => this.read(name) ?? Number.NaN));
  }

  /** The names that an expression cannot read now. */
  missing(expression: Expression): string[] {
    return expression.names.filter((name) => this.read(name) === undefined);
  }
}

export function statusOf(twin: Envelope, signal: string): number | undefined {
  return twin.status && Object.hasOwn(twin.status, signal) ? twin.status[signal] : undefined;
}

/** Source time of a signal's value. */
export function timeOf(twin: Envelope, signal: string): number {
  return (twin.times && Object.hasOwn(twin.times, signal) ? twin.times[signal] : undefined) ?? twin.time;
}
