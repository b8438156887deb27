/** A preset file from what is in a dialog: a preset with other numbers, or equations of one's own. */
import type { CheckResult } from "../check.ts";
import { PRESET_FORMAT, type PresetFile } from "./file.ts";

/** A row of the table of numbers; an empty value stands for the usual one. */
export interface NumberRow {
  name: string;
  value: number | string;
  unit?: string;
}

/** The preset with the numbers of the table; a bound gives way to a number beyond it. */
export function withNumbers(file: PresetFile, title: string, rows: readonly NumberRow[]): PresetFile {
  const parameters = { ...file.parameters };
  const initial = { ...file.initial };
  for (const { name, value: text } of rows) {
    if (isEmpty(text)) continue;
    const value = Number(text);
    const known = parameters[name];
    if (!known) {
      initial[name] = value;
      continue;
    }
    const { low = value, high = value } = known;
    parameters[name] = { ...known, value };
    if (known.low !== undefined) parameters[name].low = Math.min(low, value);
    if (known.high !== undefined) parameters[name].high = Math.max(high, value);
  }
  return { ...file, title, parameters, initial };
}

export interface OwnModel {
  title: string;
  equations: string;
  /** What the check said of the equations, with units. */
  roles: Extract<CheckResult, { ok: true }>;
  /** Rows of the table; an asset's parameters behind them. */
  numbers: readonly NumberRow[];
  /** Declared units of signals, numbers, and other names. */
  units: Readonly<Record<string, string>>;
  /** Signals of the asset, with a typical value where one is known. */
  signals: ReadonlyMap<string, number | undefined>;
  /** Left sides that predict a signal of another name. */
  mapped: readonly string[];
  follow?: number;
  settle?: number;
}

/** Equations that run in SI, as a preset. A unit that nobody declared is that of SI. */
export function fromEquations(model: OwnModel): PresetFile {
  const { roles, numbers, signals, mapped } = model;
  const unitOf = (name: string) => model.units[name] || roles.units?.inferred[name]?.code;
  const valueOf = (name: string) => numbers.find((row) => row.name === name && !isEmpty(row.value))?.value;
  const left = [...roles.states, ...roles.variables];
  const outputs = left.filter((name) => signals.has(name) || mapped.includes(name));
  const others = left.filter((name) => !outputs.includes(name));
  const withUnit = (names: string[]) =>
    Object.fromEntries(names.flatMap((name) => (unitOf(name) === undefined ? [] : [[name, unitOf(name)!]])));
  const inputs = roles.inputs.map((name) => {
    const usual = signals.get(name);
    return [name, { unit: unitOf(name) ?? "1", ...(usual !== undefined && { usual }) }] as const;
  });
  const starts = roles.states.filter((name) => valueOf(name) !== undefined);
  return {
    format: PRESET_FORMAT,
    title: model.title,
    equations: model.equations.trimEnd().split("\n"),
    inputs: Object.fromEntries(inputs),
    outputs: Object.fromEntries(outputs.map((name) => [name, unitOf(name) ?? "1"])),
    derived: withUnit(others.filter((name) => roles.variables.includes(name))),
    units: withUnit(others.filter((name) => roles.states.includes(name))),
    initial: Object.fromEntries(starts.map((name) => [name, Number(valueOf(name))])),
    parameters: Object.fromEntries(
      roles.parameters.map((name) => [
        name,
        // A value that nobody entered is told as missing by whoever reads the file.
        {
          value: valueOf(name) === undefined ? (null as never) : Number(valueOf(name)),
          unit: unitOf(name) ?? "1",
          label: name,
        },
      ]),
    ),
    ...(model.follow !== undefined && { follow: model.follow }),
    ...(model.settle !== undefined && { settle: model.settle }),
  };
}

const isEmpty = (x: unknown): boolean => x === "" || x === undefined || x === null;
