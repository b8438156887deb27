/** A pump twin and a desk for the tests of the command writer. Every test says only what is special about it. */
import { Desk } from "../../../src/lib/command/desk.ts";
import type { Effect, Outcome } from "../../../src/lib/command/effects.ts";
import { type CommandConfig, readSettings } from "../../../src/lib/command/settings.ts";
import { compileExpression } from "../../../src/lib/expression/compile.ts";
import { readAsset } from "../../../src/lib/twin/asset-config.ts";
import type { Envelope } from "../../../src/lib/twin/envelope.ts";

export const asset = readAsset({
  name: "Pump 1",
  idPattern: "plant1:pump-1",
  clock: "wall",
  signals: [
    { name: "speed", unit: "/min", label: "Speed" },
    { name: "valve", unit: "1", label: "Valve" },
    { name: "flow", unit: "m3/h", label: "Flow" },
  ],
  parameters: [{ name: "ratedSpeed", value: 1480, unit: "/min" }],
});

export const T0 = 1_795_462_800_000;

export const config: Partial<CommandConfig> = {
  mode: "auto",
  signals: [
    { signal: "speed", low: 900, high: 1500, tolerance: 5 },
    { signal: "valve", low: 0, high: 1 },
  ],
  defaultSignal: "speed",
  expiry: 60,
  retries: 2,
  retryAfter: 10,
  freshness: 30,
  minInterval: 0,
  rearm: 10,
};

export const settings = (changes: Partial<CommandConfig> = {}) =>
  readSettings({ ...config, ...changes }, asset, compileExpression);

export function makeDesk(changes: Partial<CommandConfig> = {}, branch = "live", killedAll?: () => string | undefined) {
  return new Desk({ asset, settings: settings(changes), branch, tag: "t", ...(killedAll && { killedAll }) });
}

/** An envelope at T0 + `seconds`. */
export function twin(seconds: number, values: Envelope["values"], more: Partial<Envelope> = {}): Envelope {
  return {
    v: 1,
    id: "plant1:pump-1",
    branch: "live",
    time: T0 + seconds * 1000,
    rev: 1,
    values,
    updated: Object.keys(values),
    ...more,
  };
}

export const at = (seconds: number): number => T0 + seconds * 1000;

/** A desk that has just seen a healthy pump at second 0. */
export function readyDesk(
  changes: Partial<CommandConfig> = {},
  values: Envelope["values"] = { speed: 1480, flow: 50 },
) {
  const desk = makeDesk(changes);
  desk.see(twin(0, values), at(0));
  return desk;
}

export const of = <K extends Effect["kind"]>(effects: Effect[], kind: K): Extract<Effect, { kind: K }>[] =>
  effects.filter((e): e is Extract<Effect, { kind: K }> => e.kind === kind);

/** Carries out sends as a target that takes everything at once, and returns all effects. */
export function deliver(desk: Desk, result: Effect[] | Outcome, now: number): Effect[] {
  const effects = Array.isArray(result) ? result : result.effects;
  return [...effects, ...of(effects, "send").flatMap((e) => desk.delivered(e.command.id, undefined, now))];
}

export const sent = (effects: Effect[]) => of(effects, "send").map((e) => [e.command.signal, e.command.value]);
export const codes = (effects: Effect[]) => of(effects, "refuse").map((e) => e.refusal.code);
export const decisions = (effects: Effect[]) => of(effects, "audit").map((e) => e.decision);
