import { battery } from "./battery.ts";
import { batteryCircuit } from "./battery-circuit.ts";
import { bearingThermal } from "./bearing-thermal.ts";
import { conveyor } from "./conveyor.ts";
import { dcMotor } from "./dc-motor.ts";
import { fan } from "./fan.ts";
import { heatExchanger } from "./heat-exchanger.ts";
import { massSpringDamper } from "./mass-spring-damper.ts";
import { motorThermal } from "./motor-thermal.ts";
import type { Preset } from "./preset.ts";
import { pump } from "./pump.ts";
import { room } from "./room.ts";
import { tank } from "./tank.ts";
import { twoTanks } from "./two-tanks.ts";
import { valve } from "./valve.ts";

/** In the order in which they are offered. */
export const presets: ReadonlyMap<string, Preset> = new Map(
  [
    pump,
    fan,
    valve,
    tank,
    twoTanks,
    heatExchanger,
    dcMotor,
    motorThermal,
    bearingThermal,
    conveyor,
    massSpringDamper,
    battery,
    batteryCircuit,
    room,
  ].map((preset) => [preset.name, preset]),
);
