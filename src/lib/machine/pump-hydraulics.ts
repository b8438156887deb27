/**
 * The algebra of the pump station: what its state means at this moment. pump-station.ts integrates the state.
 * Cavitation: the head drops by 3 % where NPSH available equals NPSH required, which is the definition of NPSH3
 * (ISO 9906), and exponentially more below.
 */
import { GRAVITY, referencePump as pump, vapourPressure, waterDensity } from "../physics/presets/reference-pump.ts";

/** Tank level (m), flow (m³/h), speed (1/min), bearing temperature (°C), bearing wear (0 … 1). */
export interface PumpState {
  level: number;
  flow: number;
  speed: number;
  bearing: number;
  wear: number;
}

/** What acts on the station from outside its state. */
export interface Surroundings {
  /** Simulated hours since the start: the hour of the day sets the temperatures. */
  hours: number;
  /** Share of the strainer that is closed, 0 … 1. */
  clogging: number;
}

/** True vibration at which the bearing counts as failed, mm/s (ISO 20816 zone D for machines of this class). */
export const FAILURE_VIBRATION = 7.1;

const ATMOSPHERE = 1.01325;
/** m: the pump stands above the suction tank. */
const SUCTION_LIFT = 6.4;
const STATIC_HEAD = 14;
/** Losses in m at nominal flow. */
const PIPE_LOSS_SUCTION = 0.5;
const STRAINER_LOSS = 0.8;
const PIPE_LOSS_DISCHARGE =
  pump.shutOffHead - pump.headCurve * pump.nominalFlow ** 2 - STATIC_HEAD - PIPE_LOSS_SUCTION - STRAINER_LOSS;
/** mm/s at full wear: from a healthy 1.8 to the failure limit at nominal speed. */
export const WEAR_VIBRATION = FAILURE_VIBRATION - pump.vibrationBase;
const WEAR_FRICTION = 1.2;
const CAVITATION_SCALE = 0.35;
const CAVITATION_VIBRATION = 1.6;
/** What a strainer cake always lets through: at severity 1 this share of the area stays open. */
const STAYS_OPEN = 0.2;
export const HOUR = 3600;

/** Heads in m; `margin` is NPSH available minus required, `cavitation` the share of the head that is left. */
export function hydraulics(s: PumpState, { hours, clogging }: Surroundings) {
  const ratio = s.speed / pump.nominalSpeed;
  const share = (s.flow / pump.nominalFlow) ** 2;
  const temperature = waterTemperature(hours);
  const weight = waterDensity(temperature) * GRAVITY;
  const open = Math.max(STAYS_OPEN, 1 - clogging);
  const strainer = (STRAINER_LOSS * share) / open ** 2;
  const suctionLoss = PIPE_LOSS_SUCTION * share + strainer;
  /** Total head at the pump inlet above absolute zero, m. */
  const inlet = (ATMOSPHERE * 1e5) / weight + s.level - SUCTION_LIFT - suctionLoss;
  const available = inlet - (vapourPressure(temperature) * 1e5) / weight;
  const required = pump.npshBase * ratio ** 2 + pump.npshFlow * share;
  const margin = available - required;
  const cavitation = 1 - Math.min(0.6, 0.03 * Math.exp(-margin / CAVITATION_SCALE));
  const healthy = pump.shutOffHead * ratio ** 2 - pump.headCurve * s.flow ** 2;
  const head = Math.max(0, healthy) * cavitation;
  const systemHead = STATIC_HEAD + PIPE_LOSS_DISCHARGE * share + suctionLoss;
  return { ratio, share, weight, inlet, margin, cavitation, head, systemHead };
}

/** Temperature that the bearing tends to, °C. */
export function bearingTarget(s: PumpState, hours: number): number {
  const ratio = s.speed / pump.nominalSpeed;
  return ambientTemperature(hours) + pump.bearingRise * ratio ** 2 * (1 + WEAR_FRICTION * s.wear);
}

/** mm/s RMS. */
export function vibration(s: PumpState, around: Surroundings): number {
  const { ratio, margin } = hydraulics(s, around);
  const q = ratio > 0.05 ? s.flow / (ratio * pump.nominalFlow) : 1;
  const base = pump.vibrationBase * ratio ** 2 * (1 + pump.vibrationOffDesign * (q - 1) ** 2);
  const cavitation = Math.min(5, CAVITATION_VIBRATION * Math.exp(-margin / CAVITATION_SCALE));
  return base + WEAR_VIBRATION * s.wear + cavitation;
}

/** What exact sensors would show, in the signals' units. */
export function quantities(s: PumpState, around: Surroundings): Record<string, number> {
  const { ratio, weight, inlet, head } = hydraulics(s, around);
  const speedHead = (diameter: number) => (s.flow / HOUR / ((Math.PI / 4) * diameter ** 2)) ** 2 / (2 * GRAVITY);
  const suctionPressure = ((inlet - speedHead(pump.suctionDiameter)) * weight) / 1e5;
  const dischargePressure = ((inlet + head - speedHead(pump.dischargeDiameter)) * weight) / 1e5;
  return {
    speed: s.speed,
    suctionPressure,
    dischargePressure,
    flow: s.flow,
    motorCurrent: motorCurrent(s, ratio, weight, head),
    bearingTemperature: s.bearing,
    vibration: vibration(s, around),
    tankLevel: s.level,
    waterTemperature: waterTemperature(around.hours),
    ambientTemperature: ambientTemperature(around.hours),
  };
}

function motorCurrent(s: PumpState, ratio: number, weight: number, head: number): number {
  if (ratio < 0.05) return 0;
  const q = s.flow / (ratio * pump.nominalFlow);
  const power = (weight * head * ratio * pump.nominalFlow) / HOUR / (pump.bestEfficiency * Math.max(0.2, 2 - q));
  const active = power / (Math.sqrt(3) * pump.motorVoltage * ratio * pump.motorEfficiency);
  return Math.hypot(pump.magnetisingCurrent, active);
}

function waterTemperature(hours: number): number {
  return 16 + 1.5 * Math.sin((2 * Math.PI * hours) / 24);
}

function ambientTemperature(hours: number): number {
  return 22 + 3 * Math.sin((2 * Math.PI * (hours - 3)) / 24);
}
