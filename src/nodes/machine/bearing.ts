import { BEARING_PARTS, type BearingFault, type BearingPart, MotorBearing } from "../../lib/machine/motor-bearing.ts";
import { BEARINGS } from "../../lib/signal/bearings.ts";
import type { Json } from "../../lib/store/store.ts";
import type { Asset } from "../../lib/twin/asset.ts";
import { describe, type Envelope, TwinError } from "../../lib/twin/envelope.ts";
import type { Message } from "../shared/node-red.ts";
import type { MachineConfig } from "./migrations.ts";
import type { Machine } from "./runtime.ts";
import { number, startTime } from "./simulated.ts";

const HOUR = 3_600_000;
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
  const start = startTime(config);
  const faults = config.faults.map((row) => readBearingFault(row, 0));
  const create = () =>
    new MotorBearing({ ...MOTOR, noise: number(config.noise, "Noise", 0, 100), seed: config.seed, faults });
  let motor = create();
  let from = start ?? Date.now();
  let running = config.autoplay;
  let owed = 0;
  let seq = 0;
  const time = () => Math.round(from + motor.hours * HOUR);
  const hidden = { v: 1, id, branch: "live", simulated: true } as const;

  function announceRepair(what: string): void {
    const twin = { ...hidden, time: time() };
    emit([{ topic: `${id}/maintenance`, action: "maintenance", payload: { id, what, simulated: true }, twin }, null]);
  }

  return {
    refs: [{ branch: "live", id }],
    begin(after) {
      if (start === undefined && after > from) from = after;
      running = config.autoplay;
    },
    elapse(wallMs) {
      if (running) owed = Math.min(owed + (wallMs / 1000) * clock, 5 * period);
    },
    take() {
      if (!running || owed < period) return false;
      owed -= period;
      motor.advance(period / 3600);
      const { wave, rpm } = motor.measure();
      const twin: Envelope = {
        ...hidden,
        time: time(),
        source: "simulation:motor-bearing",
        seq: seq++,
        values: { speed: Number(rpm.toFixed(1)) },
        updated: ["speed"],
        wave: { signal: SIGNAL, fs: MOTOR.fs, n: wave.length, t0: time(), rpm },
      };
      const truth = { topic: `${id}/truth`, payload: { ...motor.damage }, twin: { ...hidden, time: time() } };
      emit([{ topic: `${id}/waveform`, payload: Array.from(wave), twin }, truth]);
      return true;
    },
    command(signal) {
      throw new TwinError("E_COMMAND", `The motor runs at the speed of the mains: it cannot obey ${describe(signal)}.`);
    },
    action(action) {
      if (action.action === "fault") motor.fault(readBearingFault(action, motor.hours));
      else if (action.action === "repair") {
        const part = action.fault === undefined || action.fault === "all" ? undefined : partOf(action.fault);
        motor.repair(part);
        announceRepair(part ?? "all");
      } else if (action.action === "play" || action.action === "pause") running = action.action === "play";
      else return false;
      return true;
    },
    status() {
      if (!running) return { fill: "grey", shape: "ring", text: `⏸ ${text("status.paused")}` };
      const damaged = Object.keys(motor.damage).length;
      return damaged
        ? { fill: "yellow", shape: "dot", text: `● ×${clock} · ${text("status.faults", { count: damaged })}` }
        : { fill: "green", shape: "dot", text: `● ×${clock} · ${text("status.healthy")}` };
    },
    reset() {
      motor = create();
      owed = 0;
      running = true;
    },
    snapshot: () => ({ motor: motor.snapshot(), from, running, seq }),
    restore(state: Json) {
      const s = state as { motor: Json; from: number; running: boolean; seq: number };
      motor.restore(s.motor);
      from = s.from;
      running = s.running;
      seq = s.seq;
    },
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
