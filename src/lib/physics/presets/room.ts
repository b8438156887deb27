/** Room with heating: air and walls as two thermal bodies. */
import type { Preset } from "./preset.ts";

export const room: Preset = {
  name: "room",
  title: "Room with heating",
  source:
    "Two resistances and two capacities (2R2C): Bacher & Madsen (2011), Identifying suitable models for the heat dynamics of buildings, Energy and Buildings 43(7), model TiTe; EN ISO 52016-1.",
  diagram:
    "outdoorTemperature ──Ro── [ wall ] ──Ri── [ roomTemperature ] ◀── heatingPower, sun, people    (window ── outdoors)",
  equations: `# Heat into the room
heating = heatingEfficiency * heatingPower
sun = solarAperture * solarRadiation
ventilation = ventilationLoss * (roomTemperature - outdoorTemperature)
toWall = (roomTemperature - wallTemperature) / innerResistance
droomTemperature/dt = (heating + sun + internalGain - ventilation - toWall) / roomCapacity

# Wall between room and outdoors
throughWall = (wallTemperature - outdoorTemperature) / outerResistance
dwallTemperature/dt = (toWall - throughWall) / wallCapacity

heatLoss = ventilation + throughWall
`,
  parameters: [
    { name: "roomCapacity", value: 2, unit: "MJ/K", label: "Heat capacity of air and furniture", low: 0.01, high: 1e4 },
    { name: "wallCapacity", value: 20, unit: "MJ/K", label: "Heat capacity of the walls", low: 0.01, high: 1e5 },
    {
      name: "innerResistance",
      value: 4,
      unit: "K/kW",
      label: "Thermal resistance from room to wall",
      low: 0.001,
      high: 1000,
    },
    {
      name: "outerResistance",
      value: 12,
      unit: "K/kW",
      label: "Thermal resistance from wall to outdoors",
      low: 0.001,
      high: 1000,
    },
    { name: "ventilationLoss", value: 30, unit: "W/K", label: "Loss by ventilation and windows", low: 0, high: 1e5 },
    {
      name: "heatingEfficiency",
      value: 1,
      unit: "1",
      label: "Share of the heating power that reaches the room",
      low: 0.05,
      high: 6,
    },
    { name: "solarAperture", value: 2, unit: "m2", label: "Window area that the sun acts on", low: 0, high: 1e4 },
    { name: "internalGain", value: 0, unit: "W", label: "Heat of people and machines", low: 0, high: 1e6 },
  ],
  units: {
    outdoorTemperature: "Cel",
    heatingPower: "kW",
    solarRadiation: "W/m2",
    roomTemperature: "Cel",
    wallTemperature: "Cel",
  },
  fallback: { solarRadiation: 0 },
  initial: { roomTemperature: 20, wallTemperature: 17 },
  derived: ["heatLoss"],
  derivedUnits: { heatLoss: "kW" },
  innerUnits: { heating: "kW", sun: "W", ventilation: "W", toWall: "W", throughWall: "W" },
  nominal: { outdoorTemperature: 5, heatingPower: 1.5, solarRadiation: 0 },
  faults: [
    {
      name: "Window left open",
      parameter: "ventilationLoss",
      change: "rises",
      shows: "roomTemperature",
      effect: "falls",
    },
    {
      name: "Heater fouled, valve stuck",
      parameter: "heatingEfficiency",
      change: "falls",
      shows: "roomTemperature",
      effect: "falls",
    },
    {
      name: "Wet or missing insulation",
      parameter: "outerResistance",
      change: "falls",
      shows: "roomTemperature",
      effect: "falls",
    },
  ],
  drifting: [
    { parameter: "ventilationLoss", sd: 10, perDay: 10 },
    { parameter: "heatingEfficiency", sd: 0.1, perDay: 0.02 },
  ],
  follow: 0,
  settle: 86400,
};
