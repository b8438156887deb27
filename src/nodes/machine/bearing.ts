import { BEARING_PARTS, type BearingFault, type BearingPart, MotorBearing } from "../../lib/machine/motor-bearing.ts";
import { BEARINGS } from "../../lib/signal/bearings.ts";
import type { Action } from "../../lib/store/store.ts";
import type { Asset } from "../../lib/twin/asset.ts";
import { describe, TwinError } from "../../lib/twin/envelope.ts";
import type { Message } from "../shared/node-red.ts";
import { number } from "../shared/number.ts";
import type { MachineConfig } from "./migrations.ts";
import { clockedMachine, type Plant } from "./plant.ts";
import type { Machine } from "./runtime.ts";

/** The simulated motor: a four-pole motor on 50 Hz, its bearing, and the recorder. */
const MOTOR = { bearing: BEARINGS.find((b) => b.name === "6205 (SKF)")!, rpm: 1485, fs: 12_800, samples: 16_384 };
const SIGNAL = "acceleration";
/** A waveform takes some milliseconds to make and to analyse. */
const SHORTEST_WALL_SECONDS = 0.1;

/** A motor whose bearing is heard by an accelerometer: one waveform per interval. */
export function bearingMachine(
  config: MachineConfig,
  _asset: Asset,
  id: string,
  emit: (out: (Message | Message[] | null)[]) => void,
  text: (key: string, vars?: Record<string, unknown>) => string,
): Machine {
  const clock = number(config.clock, "Clock speed", 1, 3600);
  const period = number(config.period, "Sample period", 0.1, 86_400);
  if (period / clock < SHORTEST_WALL_SECONDS)
    throw new TwinError(
      "E_CONFIG",
      `A waveform every ${period} s at ×${clock} is more than ten a second: make the interval longer or the clock slower.`,
    );
  const faults = config.faults.map((row) => readBearingFault(row, 0));
  const noise = number(config.noise, "Noise", 0, 100);
  return clockedMachine(config, id, emit, text, {
    source: "simulation:motor-bearing",
    topic: "waveform",
    create: () => bearingPlant(new MotorBearing({ ...MOTOR, noise, seed: config.seed, faults })),
    mostBehind: 5,
  });
}

function bearingPlant(motor: MotorBearing): Plant {
  return {
    get hours() {
      return motor.hours;
    },
    get faults() {
      return Object.keys(motor.damage).length;
    },
    advance: (seconds) => motor.advance(seconds / 3600),
    measure() {
      const { wave, rpm } = motor.measure();
      const twin = {
        values: { speed: Number(rpm.toFixed(1)) },
        updated: ["speed"],
        wave: { signal: SIGNAL, fs: MOTOR.fs, n: wave.length, rpm },
      };
      return { twin, payload: Array.from(wave), truth: { ...motor.damage } };
    },
    command(signal) {
      throw new TwinError("E_COMMAND", `The motor runs at the speed of the mains: it cannot obey ${describe(signal)}.`);
    },
    fault: (action: Action) => motor.fault(readBearingFault(action, motor.hours)),
    repair(action: Action) {
      const part = action.fault === undefined || action.fault === "all" ? undefined : partOf(action.fault);
      motor.repair(part);
      return part ?? "all";
    },
    snapshot: () => motor.snapshot(),
    restore: (state) => motor.restore(state),
  };
}

/** Names of the parts as the dialog and messages write them. */
const PARTS: Readonly<Record<string, BearingPart>> = {
  outerRace: "outer race",
  innerRace: "inner race",
  ball: "ball",
  cage: "cage",
};

function partOf(x: unknown): BearingPart {
  const part = typeof x === "string" ? (PARTS[x] ?? BEARING_PARTS.find((p) => p === x)) : undefined;
  if (part) return part;
  throw new TwinError("E_FAULT", `The fault ${describe(x)} is not known: use one of ${Object.keys(PARTS).join(", ")}.`);
}

function readBearingFault(row: Record<string, unknown>, now: number): BearingFault {
  const value = (key: string, fallback: number, low: number, high: number) =>
    row[key] === undefined || row[key] === null || row[key] === ""
      ? fallback
      : number(row[key], `${key} of the fault`, low, high);
  return {
    part: partOf(row.fault),
    onset: value("onset", now, 0, 1e9),
    ramp: value("ramp", 24, 0, 1e6),
    severity: value("severity", 1, 0, 1),
  };
}
