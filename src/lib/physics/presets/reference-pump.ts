/**
 * The reference pump: a single-stage end-suction water pump with an 11 kW motor on a frequency converter. One set of
 * constants serves the pump preset (its default parameters) and the simulated pump station, so that a healthy simulated
 * pump is the pump the model expects.
 *
 * Forms (s = speed / nominalSpeed, q = flow / (s · nominalFlow), flow in m³/h):
 * - head H = shutOffHead·s² − headCurve·flow²                                    (affinity laws; ISO 9906, annex)
 * - shaft power P = ρ·g·H·s·nominalFlow/3600 / (bestEfficiency·(2 − q)), that is efficiency η = bestEfficiency·q·(2 − q)
 * - motor current I = √(magnetisingCurrent² + (P / (√3·motorVoltage·s·motorEfficiency))²): voltage follows speed
 * - dischargePressure = suctionPressure + ρ·g·(H − (v_d² − v_s²)/(2·g)) / 1e5, pressures in bar absolute
 * - NPSH available = (suctionPressure − vapour pressure)·1e5/(ρ·g) + v_s²/(2·g)
 * - NPSH required = npshBase·s² + npshFlow·(flow / nominalFlow)²
 * - bearing: dT/dt = (ambientTemperature + bearingRise·s² − T) / bearingTimeConstant
 * - vibration = vibrationBase·s²·(1 + vibrationOffDesign·(q − 1)²)                (least at best efficiency)
 */
export const referencePump = {
  /** 1/min */
  nominalSpeed: 1480,
  /** Allowed speed range, 1/min. */
  minimumSpeed: 600,
  maximumSpeed: 1600,
  /** m³/h, best efficiency point at nominal speed. */
  nominalFlow: 60,
  /** m at zero flow and nominal speed. */
  shutOffHead: 40,
  /** m per (m³/h)²: 32 m remain at 60 m³/h. */
  headCurve: 8 / 3600,
  /** Efficiency at the best efficiency point, 0 … 1. */
  bestEfficiency: 0.72,
  /** V, line to line, at nominal speed. */
  motorVoltage: 400,
  /** kW, name plate. */
  motorPower: 11,
  motorEfficiency: 0.9,
  /** A */
  magnetisingCurrent: 8,
  /** Inner diameters, m (DN 125 and DN 100). */
  suctionDiameter: 0.125,
  dischargeDiameter: 0.1,
  /** m: 2.5 m required at the nominal point. */
  npshBase: 1.0,
  npshFlow: 1.5,
  /** K above ambient at nominal speed. */
  bearingRise: 25,
  /** s */
  bearingTimeConstant: 1200,
  /** mm/s RMS at the nominal point. */
  vibrationBase: 1.8,
  vibrationOffDesign: 0.5,
} as const;

/** m/s² */
export const GRAVITY = 9.80665;

/** Density of water in kg/m³ at `celsius` and 1 bar (McCutcheon, Martin, Barnwell 1993); within 0.1 % from 0 to 60 °C. */
export function waterDensity(celsius: number): number {
  const t = celsius - 3.9863;
  return 1000 * (1 - ((celsius + 288.9414) * t * t) / (508929.2 * (celsius + 68.12963)));
}

/** Vapour pressure of water in bar (absolute) at `celsius` (Buck 1981, enhanced 1996); within 0.5 % from 0 to 100 °C. */
export function vapourPressure(celsius: number): number {
  return 0.0061121 * Math.exp((18.678 - celsius / 234.5) * (celsius / (257.14 + celsius)));
}
