/** Reads the fields of a model that a person or a file wrote down; every mistake becomes a sentence. */
import { describe, isPlainObject, isSignalName, TwinError } from "../../twin/envelope.ts";
import { compatible, displayUnit, toSi } from "../../twin/units.ts";
import type { Port, SlotPort } from "./linear-stepper.ts";

/** Where an input comes from: a signal of the asset, or a number with its unit. */
export interface Source {
  signal?: string;
  value?: number | string;
  /** UCUM code of `value`; the model's own unit by default. */
  unit?: string;
}

export type AssetSignals = ReadonlyMap<string, { readonly unit: string; readonly label?: string }>;

export class SpecReader {
  readonly #fields: Readonly<Record<string, unknown>>;
  /** What sentences call this part, for example `Rod` or `Plate, point 2`. */
  readonly where: string;

  constructor(fields: unknown, where: string) {
    if (!isPlainObject(fields))
      throw new TwinError("E_MODEL", `${where}: an object with the fields of the model is needed.`);
    this.#fields = fields;
    this.where = where;
  }

  fail(what: string): TwinError {
    return new TwinError("E_MODEL", `${this.where}: ${what}.`);
  }

  has(name: string): boolean {
    const value = this.#fields[name];
    return value !== undefined && value !== null && value !== "";
  }

  get(name: string): unknown {
    return this.#fields[name];
  }

  /** A number; `unit` only for the sentence. Numbers may arrive as text. */
  number(name: string, unit: string, range: { above?: number; from?: number; to?: number; fallback?: number }): number {
    if (!this.has(name) && range.fallback !== undefined) return range.fallback;
    const value = Number(this.#fields[name]);
    const low = range.above === undefined ? value >= (range.from ?? Number.NEGATIVE_INFINITY) : value > range.above;
    if (this.has(name) && typeof this.#fields[name] !== "boolean" && low && value <= (range.to ?? 1e15)) return value;
    const from = range.above === undefined ? `from ${range.from}` : `above ${range.above}`;
    const to = range.to === undefined ? "" : ` ${range.above === undefined ? "" : "and up "}to ${range.to}`;
    const unitText = unit === "" ? "" : ` (${unit})`;
    const found = this.has(name) ? `is ${describe(this.#fields[name])}` : "is missing";
    throw this.fail(`${name} ${found}; enter a number ${from}${to}${unitText}`);
  }

  whole(name: string, range: { from: number; to: number; fallback: number }): number {
    const value = this.number(name, "", range);
    if (!Number.isInteger(value)) throw this.fail(`${name} is ${value}; enter a whole number`);
    return value;
  }

  choice<T extends string>(name: string, choices: readonly T[], fallback?: T): T {
    if (!this.has(name) && fallback !== undefined) return fallback;
    const value = this.#fields[name];
    const found = choices.find((c) => c === value);
    if (found) return found;
    throw this.fail(`${name} is ${this.has(name) ? describe(value) : "missing"}; choose ${choices.join(", ")}`);
  }

  /** Parts of the model in a list, each with a reader; absent: none. */
  list(name: string, label: string): SpecReader[] {
    const value = this.#fields[name];
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) throw this.fail(`${name} must be a list`);
    return value.map((item, i) => new SpecReader(item, `${this.where}, ${label} ${i + 1}`));
  }

  part(name: string, label = name): SpecReader {
    return new SpecReader(this.#fields[name], `${this.where}, ${label}`);
  }
}

/** Collects the inputs of a model: each signal once, then the numbers that never change. */
export class Inputs {
  readonly #signals: AssetSignals;
  readonly #rows: { signal: string | undefined; unit: string; port: Port; value: number }[] = [];

  constructor(signals: AssetSignals) {
    this.#signals = signals;
  }

  /**
   * @param unit UCUM code of what the model takes; the input is converted to it
   * @returns index of the input
   */
  add(reader: SpecReader, field: string, unit: string): number {
    if (!reader.has(field)) throw reader.fail(`${field} is missing: name the signal it comes from, or give a value`);
    return this.#read(reader.part(field), unit, false);
  }

  /** The same, where the row itself is the source; every row is an input of its own. */
  addOwn(source: SpecReader, unit: string): number {
    return this.#read(source, unit, true);
  }

  #read(source: SpecReader, unit: string, own: boolean): number {
    const name = source.get("signal");
    if (!source.has("signal")) {
      const given = source.has("unit") ? String(source.get("unit")) : unit;
      const value = source.number("value", displayUnit(given), { from: -1e15 });
      return this.#put(
        { signal: undefined, unit, port: ONE, value: apply(portBetween(source, given, unit), value) },
        own,
      );
    }
    if (!isSignalName(name) || !this.#signals.has(name))
      throw source.fail(`${describe(name)} is not a signal of the asset: choose one that is, or give a value`);
    const port = portBetween(source, this.#signals.get(name)!.unit, unit, name);
    return this.#put({ signal: name, unit, port, value: Number.NaN }, own);
  }

  #put(row: { signal: string | undefined; unit: string; port: Port; value: number }, own: boolean): number {
    const same = (r: typeof row) => r.signal === row.signal && r.unit === row.unit && Object.is(r.value, row.value);
    const known = own ? -1 : this.#rows.findIndex(same);
    return known >= 0 ? known : this.#rows.push(row) - 1;
  }

  get count(): number {
    return this.#rows.length;
  }

  /** The signals among the inputs with their places, and the numbers that never change at theirs (NaN elsewhere). */
  finish(): { signals: string[]; ports: SlotPort[]; fixed: Float64Array } {
    const moving = this.#rows.flatMap(({ signal, port }, slot) =>
      signal === undefined ? [] : [{ signal, port, slot }],
    );
    return {
      signals: moving.map(({ signal }) => signal),
      ports: moving.map(({ port, slot }) => ({ ...port, slot })),
      fixed: Float64Array.from(this.#rows, ({ value }) => value),
    };
  }
}

/** Collects the outputs of a model: predicted signals and virtual sensors. */
export class Outputs {
  readonly #signals: AssetSignals;
  readonly #rows: { name: string; predicts: boolean; unit: string; port: Port }[] = [];

  constructor(signals: AssetSignals) {
    this.#signals = signals;
  }

  /**
   * Reads `signal` (predicted) or `name` (a virtual sensor), and `unit`.
   * @param unit UCUM code of what the model gives
   * @param shown UCUM code of a virtual sensor where the row names none
   */
  add(reader: SpecReader, unit: string, shown = unit): void {
    const predicts = reader.has("signal");
    const name = reader.get(predicts ? "signal" : "name");
    if (!isSignalName(name))
      throw reader.fail(
        `${describe(name)} is no name: give the signal it predicts, or a name of letters, digits and _`,
      );
    const signal = this.#signals.get(name);
    if (predicts && !signal)
      throw reader.fail(
        `${describe(name)} is not a signal of the asset: choose one, or give a name for a virtual sensor`,
      );
    if (!predicts && signal)
      throw reader.fail(`${name} is a signal of the asset: choose it as signal, or another name`);
    if (this.#rows.some((row) => row.name === name)) throw reader.fail(`${name} is there twice`);
    const to = signal?.unit ?? (reader.has("unit") ? String(reader.get("unit")) : shown);
    this.#rows.push({ name, predicts, unit: to, port: portBetween(reader, unit, to, signal && name) });
  }

  finish(where: string) {
    if (this.#rows.length === 0)
      throw new TwinError("E_MODEL", `${where}: nothing is wanted of the model: add a point with a signal or a name.`);
    const names = (predicts: boolean) =>
      new Map(this.#rows.flatMap((row, i) => (row.predicts === predicts ? [[row.name, i] as const] : [])));
    return {
      quantities: this.#rows.map((row) => row.name),
      outputs: names(true),
      derived: names(false),
      ports: this.#rows.map((row) => row.port),
      units: Object.fromEntries(this.#rows.flatMap((row) => (row.predicts ? [] : [[row.name, row.unit]]))),
    };
  }
}

const ONE: Port = { factor: 1, offset: 0 };
export const apply = ({ factor, offset }: Port, value: number): number => factor * value + offset;

/** @throws TwinError when the units do not measure the same quantity */
export function portBetween(reader: SpecReader, from: string, to: string, signal?: string): Port {
  if (from === to) return ONE;
  if (!compatible(from, to)) {
    const what = signal === undefined ? "the value" : `signal ${signal}`;
    throw reader.fail(`${what} is in ${displayUnit(from) || "1"}, but a unit like ${displayUnit(to) || "1"} is needed`);
  }
  const a = toSi(from);
  const b = toSi(to);
  return { factor: a.factor / b.factor, offset: (a.offset - b.offset) / b.factor };
}
