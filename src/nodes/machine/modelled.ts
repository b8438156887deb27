import { type ModelFault, ModelMachine } from "../../lib/machine/model-machine.ts";
import { ownName } from "../../lib/physics/presets/choice.ts";
import { readPhysics } from "../../lib/physics/settings.ts";
import type { Asset } from "../../lib/twin/asset.ts";
import { describe, TwinError } from "../../lib/twin/envelope.ts";
import type { Message } from "../shared/node-red.ts";
import { number } from "../shared/number.ts";
import type { MachineConfig } from "./migrations.ts";
import { clockedMachine, type Plant } from "./plant.ts";
import type { Machine } from "./runtime.ts";

/** Simulated seconds that one call computes: about a hundred steps of the solver. */
const LONGEST = 6000;

/** A machine made of equations: a preset, or one's own. */
export function modelMachine(
  config: MachineConfig,
  asset: Asset,
  id: string,
  emit: (out: (Message | Message[] | null)[]) => void,
  text: (key: string, vars?: Record<string, unknown>) => string,
): Machine {
  const { preset, presetCopy = null, equations, parameters } = config.model;
  const scale = number(config.noise, "Noise", 0, 100);
  const noise = new Map(
    config.model.noise.map(({ signal, sd }) => [String(signal), scale * number(sd, `Noise of ${signal}`, 0, 1e12)]),
  );
  const inputs = config.model.inputs.map((row) => ({
    signal: String(row.signal),
    expression: String(row.expression ?? ""),
  }));
  const faults = config.model.faults.map((row) => readModelFault(row, 0));
  return clockedMachine(config, id, emit, text, {
    source: `simulation:${ownName(preset) ?? (preset && preset !== "own" ? preset : "model")}`,
    topic: "samples",
    create() {
      // Parameters of their own: a fault changes them.
      const physics = readPhysics({ preset, presetCopy, equations, parameters, estimate: "off" }, asset);
      return modelPlant(new ModelMachine(physics, asset, { inputs, noise, faults, seed: config.seed }));
    },
    longest: LONGEST,
  });
}

function modelPlant(machine: ModelMachine): Plant {
  return {
    get hours() {
      return machine.hours;
    },
    get faults() {
      return Object.keys(machine.severities).length;
    },
    advance: (seconds) => machine.advance(seconds),
    measure() {
      const values = machine.sample();
      return {
        twin: { values, updated: Object.keys(values) },
        payload: { ...values },
        truth: { faults: machine.severities },
      };
    },
    command: (signal, value) => machine.command(signal, value),
    fault: (action) => machine.fault(readModelFault(action, machine.hours)),
    repair(action) {
      const parameter = action.parameter ?? action.fault;
      const one = typeof parameter === "string" && parameter !== "all" ? parameter : undefined;
      machine.repair(one);
      return one ?? "all";
    },
    snapshot: () => machine.snapshot(),
    restore: (state) => machine.restore(state),
  };
}

/** `becomes`: × and a factor, or a value in the parameter's unit. @throws TwinError `E_FAULT` */
export function readModelFault(row: Record<string, unknown>, now: number): ModelFault {
  const parameter = row.parameter ?? row.fault;
  if (typeof parameter !== "string" || parameter === "")
    throw new TwinError("E_FAULT", `The fault names no parameter: it has ${describe(parameter)}.`);
  const text = String(row.becomes ?? "").trim();
  const factor = /^[×x*]\s*(.+)$/i.exec(text);
  const x = Number((factor?.[1] ?? text).replace(",", "."));
  if (text === "" || !Number.isFinite(x))
    throw new TwinError(
      "E_FAULT",
      `The fault of ${parameter} becomes ${describe(row.becomes)}: enter a value, or a factor such as ×0.7.`,
    );
  const value = (key: string, fallback: number) =>
    row[key] === undefined || row[key] === null || row[key] === ""
      ? fallback
      : number(row[key], `${key} of the fault`, 0, 1e9);
  return { parameter, onset: value("onset", now), ramp: value("ramp", 24), ...(factor ? { factor: x } : { value: x }) };
}
