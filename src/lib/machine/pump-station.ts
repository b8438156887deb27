/**
 * A simulated pump station: suction tank, strainer, pump, motor, bearing, discharge. Independent of the twin's own model
 * and solver: it integrates its differential equations with the classical Runge–Kutta method (Kutta 1901).
 *
 * States: tank level (m), flow (m³/h), speed (1/min), bearing temperature (°C), bearing wear (0 … 1).
 *   A·dh/dt   = inflow − flow                        level control by the inflow
 *   L·dQ/dt   = H_pump(Q, n) − H_system(Q)           inertia of the water column
 *   dn/dt     = (n_set − n)/τ, at most 50 1/min per s (frequency converter)
 *   C·dT/dt   = friction(n, wear) − (T − T_ambient)
 *   dw/dt     = rate·(w0 + w)                        damage that feeds itself; rate drawn once per bearing
 */
import { referencePump as pump } from "../physics/presets/reference-pump.ts";
import { createRandom, type Random } from "../random.ts";
import type { Json } from "../store/store.ts";
import { describe, TwinError, type Value } from "../twin/envelope.ts";
import { cloggingRamp, type Fault, type FaultKind, FaultPlan, linearRamp } from "./faults.ts";
import {
  bearingTarget,
  FAILURE_VIBRATION,
  HOUR,
  hydraulics,
  type PumpState,
  quantities,
  type Surroundings,
  vibration,
  WEAR_VIBRATION,
} from "./pump-hydraulics.ts";

export interface PumpStationOptions {
  seed: string | number;
  /** Scale of the sensor noise; 1 is a usual plant. */
  noise: number;
  faults: readonly Fault[];
}

export interface PumpTruth {
  /** Severity 0 … 1 of every fault that is present. */
  faults: Record<string, number>;
  /** Hours until the true vibration reaches the failure limit at the present operation; null without bearing wear. */
  trueRul: number | null;
  /** True when cavitation costs more than 3 % of the head. */
  headLoss: boolean;
  npshMargin: number;
  wear: number;
  vibration: number;
}

const TANK_AREA = 12;
const LEVEL_SET = 3;
/** s: time constant of the water column, near the nominal point. */
const FLOW_TIME = 4;
const DRIVE_TIME = 5;
const DRIVE_RAMP = 50;
const WEAR_SEED = 0.06;
/** bar: full drift of the discharge pressure; other signals drift by a share of their value. */
const DRIFT_BAR = 0.6;
const DRIFT_SHARE = 0.12;
/** s. Behind a nearly closed strainer a little more flow costs much head: there 1 s is beyond the stable step. */
const STEP = 1;
const FINE_STEP = 0.1;
const FINE_FROM = 0.68;

/** One standard deviation of each sensor at noise 1, in the signal's unit. */
const NOISE: Record<string, number> = {
  speed: 1.5,
  suctionPressure: 0.004,
  dischargePressure: 0.015,
  flow: 0.25,
  motorCurrent: 0.08,
  bearingTemperature: 0.15,
  vibration: 0.06,
  tankLevel: 0.01,
  waterTemperature: 0.05,
  ambientTemperature: 0.1,
};

export class PumpStation {
  #random: Random;
  #noise: number;
  #faults: FaultPlan;
  #state: PumpState;
  #setpoint: number = pump.nominalSpeed;
  /** Seconds since the start. */
  #time = 0;
  #wearRateFactor: number;
  #held = new Map<string, number>();

  constructor(options: PumpStationOptions) {
    this.#random = createRandom(options.seed);
    this.#noise = options.noise;
    for (const fault of options.faults) requireSensor(fault);
    this.#faults = new FaultPlan(options.faults);
    this.#wearRateFactor = Math.exp(0.15 * this.#random.normal());
    this.#state = { level: LEVEL_SET, flow: pump.nominalFlow, speed: pump.nominalSpeed, bearing: 47, wear: 0 };
    this.#settle();
  }

  /** Simulated hours since the start. */
  get hours(): number {
    return this.#time / HOUR;
  }

  get activeFaults(): number {
    return this.#faults.active(this.hours).length;
  }

  /**
   * Takes a command.
   * @throws TwinError `E_COMMAND` with a sentence when the machine does not understand it
   */
  command(signal: string, value: unknown): void {
    if (signal !== "speed")
      throw new TwinError(
        "E_COMMAND",
        `The pump station has no set-point ${describe(signal)}: only speed can be commanded.`,
      );
    if (typeof value !== "number" || !(value >= 0 && value <= pump.maximumSpeed))
      throw new TwinError(
        "E_COMMAND",
        `The pump station cannot run at ${describe(value)} rpm: 0 to ${pump.maximumSpeed}.`,
      );
    this.#setpoint = value;
  }

  fault(fault: Fault): void {
    requireSensor(fault);
    this.#faults.add(fault);
  }

  /** Removes the present faults of a kind, or all; a new bearing draws a new wear rate. */
  repair(kind?: FaultKind): void {
    this.#faults.repair(this.hours, kind);
    this.#afterRepair(kind);
  }

  /** Moves on by `seconds` of simulated time; returns the kinds that were repaired on the way by the plan. */
  advance(seconds: number): FaultKind[] {
    const repaired: FaultKind[] = [];
    for (let left = seconds; left > 1e-9; ) {
      const dt = Math.min(this.#clogging(this.hours) > FINE_FROM ? FINE_STEP : STEP, left);
      this.#step(dt);
      this.#time += dt;
      left -= dt;
    }
    for (const kind of this.#faults.dueRepairs(this.hours)) {
      this.#afterRepair(kind);
      repaired.push(kind);
    }
    return repaired;
  }

  /** What the sensors report now, with noise, drift and stuck sensors. */
  sample(): Record<string, Value> {
    const values: Record<string, Value> = {};
    const truth = quantities(this.#state, this.#around());
    const now = this.hours;
    for (const name of Object.keys(NOISE)) {
      const exact = truth[name]!;
      let value = exact + this.#noise * NOISE[name]! * this.#random.normal();
      for (const fault of this.#faults.active(now)) {
        if (fault.signal !== name) continue;
        if (fault.kind === "drift")
          value +=
            fault.severity * linearRamp(fault, now) * (name === "dischargePressure" ? DRIFT_BAR : DRIFT_SHARE * exact);
        if (fault.kind === "stuck") {
          value = this.#held.get(name) ?? value;
          this.#held.set(name, value);
        }
      }
      values[name] = Number(value.toPrecision(6));
    }
    return values;
  }

  truth(): PumpTruth {
    const now = this.hours;
    const heads = hydraulics(this.#state, this.#around());
    const faults: Record<string, number> = {};
    for (const f of this.#faults.active(now))
      faults[f.kind] =
        f.kind === "strainer"
          ? this.#clogging(now)
          : f.kind === "bearing"
            ? this.#state.wear
            : f.severity * linearRamp(f, now);
    return {
      faults,
      trueRul: this.#trueRul(),
      headLoss: heads.cavitation < 0.97,
      npshMargin: heads.margin,
      wear: this.#state.wear,
      vibration: vibration(this.#state, this.#around()),
    };
  }

  snapshot(): Json {
    return {
      random: this.#random.snapshot(),
      faults: this.#faults.snapshot(),
      state: { ...this.#state },
      setpoint: this.#setpoint,
      time: this.#time,
      wearRateFactor: this.#wearRateFactor,
      held: Array.from(this.#held),
    };
  }

  restore(snapshot: Json): void {
    const s = snapshot as unknown as {
      random: Json;
      faults: Json;
      state: PumpState;
      setpoint: number;
      time: number;
      wearRateFactor: number;
      held: [string, number][];
    };
    this.#random.restore(s.random);
    this.#faults.restore(s.faults);
    this.#state = { ...s.state };
    this.#setpoint = s.setpoint;
    this.#time = s.time;
    this.#wearRateFactor = s.wearRateFactor;
    this.#held = new Map(s.held);
  }

  #afterRepair(kind: FaultKind | undefined): void {
    if (kind === undefined || kind === "bearing") {
      this.#state.wear = 0;
      this.#wearRateFactor = Math.exp(0.15 * this.#random.normal());
    }
    if (kind === undefined || kind === "stuck") this.#held.clear();
  }

  /** Starts in the steady state, so that the first samples are not a start-up. */
  #settle(): void {
    for (let i = 0; i < 120; i++) this.#step(STEP);
    this.#state.bearing = bearingTarget(this.#state, this.hours);
  }

  /** One Runge–Kutta step of `dt` seconds. */
  #step(dt: number): void {
    const s = this.#state;
    const k1 = this.#rates(s);
    const k2 = this.#rates(moved(s, k1, dt / 2));
    const k3 = this.#rates(moved(s, k2, dt / 2));
    const k4 = this.#rates(moved(s, k3, dt));
    for (const key of KEYS) s[key] += (dt / 6) * (k1[key] + 2 * k2[key] + 2 * k3[key] + k4[key]);
    s.flow = Math.max(0, s.flow);
    s.wear = Math.min(s.wear, 1.5);
  }

  #rates(s: PumpState): PumpState {
    const { head, systemHead } = hydraulics(s, this.#around());
    const inflow = Math.max(0, pump.nominalFlow + 60 * (LEVEL_SET - s.level));
    const slope = (2 * 18) / pump.nominalFlow; // m per m³/h: the system curve at the nominal point
    const drive = (this.#setpoint - s.speed) / DRIVE_TIME;
    return {
      level: (inflow - s.flow) / HOUR / TANK_AREA,
      flow: (head - systemHead) / slope / FLOW_TIME,
      speed: Math.max(-DRIVE_RAMP, Math.min(DRIVE_RAMP, drive)),
      bearing: (bearingTarget(s, this.hours) - s.bearing) / pump.bearingTimeConstant,
      wear: this.#wearRate(s.wear),
    };
  }

  /** Per second. */
  #wearRate(wear: number): number {
    const fault = this.#faults.of("bearing", this.hours);
    if (!fault) return 0;
    const life = Math.max(fault.ramp, 1e-3) * HOUR;
    return ((this.#wearRateFactor * Math.log((WEAR_SEED + 1) / WEAR_SEED)) / life) * (WEAR_SEED + wear);
  }

  #trueRul(): number | null {
    const fault = this.#faults.of("bearing", this.hours);
    if (!fault) return null;
    const { wear } = this.#state;
    const end = (FAILURE_VIBRATION - vibration({ ...this.#state, wear: 0 }, this.#around())) / WEAR_VIBRATION;
    if (wear >= end) return 0;
    const rate = this.#wearRate(wear) / (WEAR_SEED + wear);
    return Math.log((WEAR_SEED + end) / (WEAR_SEED + wear)) / rate / HOUR;
  }

  #around(): Surroundings {
    return { hours: this.hours, clogging: this.#clogging(this.hours) };
  }

  #clogging(now: number): number {
    const fault = this.#faults.of("strainer", now);
    return fault ? fault.severity * cloggingRamp(fault, now) : 0;
  }
}

/** @throws TwinError `E_FAULT` when a sensor fault names no sensor of the pump station */
function requireSensor({ kind, signal }: Fault): void {
  if ((kind === "drift" || kind === "stuck") && !Object.hasOwn(NOISE, signal))
    throw new TwinError(
      "E_FAULT",
      `The pump station has no sensor ${describe(signal)}: use one of ${Object.keys(NOISE).join(", ")}.`,
    );
}

const KEYS = ["level", "flow", "speed", "bearing", "wear"] as const;

function moved(s: PumpState, rate: PumpState, dt: number): PumpState {
  return {
    level: s.level + dt * rate.level,
    flow: Math.max(0, s.flow + dt * rate.flow),
    speed: s.speed + dt * rate.speed,
    bearing: s.bearing + dt * rate.bearing,
    wear: s.wear + dt * rate.wear,
  };
}
