/** A healthy pump by its textbook formulas, written down independently of the preset's text. */
import {
  referencePump as pump,
  vapourPressure,
  waterDensity,
} from "../../../src/lib/physics/presets/reference-pump.ts";
import type { Envelope } from "../../../src/lib/twin/envelope.ts";

export const PUMP_SIGNALS = [
  ["speed", "/min"],
  ["suctionPressure", "bar"],
  ["dischargePressure", "bar"],
  ["flow", "m3/h"],
  ["motorCurrent", "A"],
  ["bearingTemperature", "Cel"],
  ["vibration", "mm/s"],
  ["tankLevel", "m"],
  ["waterTemperature", "Cel"],
  ["ambientTemperature", "Cel"],
] as const;

export type PumpValues = Record<string, number>;

/** Everything a pump shows in the steady state. */
export function steady(speed: number, flow: number, suctionPressure = 1.2, water = 15, ambient = 20): PumpValues {
  const n = speed / pump.nominalSpeed;
  const q = flow / (n * pump.nominalFlow);
  const rhoG = waterDensity(water) * 9.80665;
  const head = pump.shutOffHead * n ** 2 - pump.headCurve * flow ** 2;
  const velocity = (d: number) => flow / 3600 / ((Math.PI * d * d) / 4);
  const kinetic = (velocity(pump.dischargeDiameter) ** 2 - velocity(pump.suctionDiameter) ** 2) / (2 * 9.80665);
  const efficiency = pump.bestEfficiency * q * (2 - q);
  const power = (rhoG * (flow / 3600) * head) / efficiency;
  const active = power / (Math.sqrt(3) * pump.motorVoltage * n * pump.motorEfficiency);
  return {
    speed,
    flow,
    suctionPressure,
    dischargePressure: suctionPressure + (rhoG * (head - kinetic)) / 1e5,
    motorCurrent: Math.hypot(pump.magnetisingCurrent, active),
    bearingTemperature: ambient + pump.bearingRise * n ** 2,
    vibration: pump.vibrationBase * n ** 2 * (1 + pump.vibrationOffDesign * (q - 1) ** 2),
    tankLevel: 2,
    waterTemperature: water,
    ambientTemperature: ambient,
    // Not signals: what the derived quantities should be.
    _head: head,
    _power: power / 1000,
    _npshAvailable:
      ((suctionPressure - vapourPressure(water)) * 1e5) / rhoG + velocity(pump.suctionDiameter) ** 2 / (2 * 9.80665),
    _npshRequired: pump.npshBase * n ** 2 + pump.npshFlow * (flow / pump.nominalFlow) ** 2,
  };
}

export function envelope(time: number, values: PumpValues, change: Partial<Envelope> = {}): Envelope {
  const signals = Object.fromEntries(Object.entries(values).filter(([name]) => !name.startsWith("_")));
  return {
    v: 1,
    id: "plant1:pump-1",
    branch: "live",
    rev: 1,
    time,
    values: signals,
    updated: Object.keys(signals),
    ...change,
  };
}
