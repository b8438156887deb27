/** Each preset against an independent truth: a closed form, a balance, or a published or reference value. */
import assert from "node:assert/strict";
import { at, runPreset } from "./preset-run.ts";

const near = (got: number | undefined, wanted: number, relative: number) =>
  assert(got !== undefined && Math.abs(got - wanted) <= relative * Math.abs(wanted), `${got} instead of ${wanted}`);

describe("fan", () => {
  it("obeys the affinity laws when all resistance is quadratic", () => {
    const run = (speed: number) =>
      at("fan", 0, { inputs: [[0, { speed, airTemperature: 20 }]], parameters: { filterResistance: 0 } });
    const [full, half] = [run(1450), run(725)];
    near(half.flow, full.flow! / 2, 1e-9);
    near(half.fanPressure, full.fanPressure! / 4, 1e-9);
    near(half.motorPower, full.motorPower! / 8, 1e-9);
  });

  it("finds the point where fan, filter and duct meet", () => {
    const { flow, fanPressure, filterPressure } = at("fan", 0);
    // ρ = p/(R T) = 1.2041 kg/m³ at 20 °C and 1013.25 hPa (ISO 5801).
    const thin = 101325 / (287.05 * 293.15) / 1.2;
    near(fanPressure, thin * (1200 - 4e-6 * flow! ** 2), 1e-9);
    near(fanPressure, filterPressure! + thin * 5e-6 * flow! ** 2, 1e-9);
    near(filterPressure, 0.01 * flow!, 1e-9);
  });
});

describe("valve", () => {
  // IEC 60534-2-1, annex with examples: water of 363 K, 680 → 220 kPa, 360 m³/h, ρ/ρ₀ = 0.965, pᵥ = 70.1 kPa,
  // p_c = 22 120 kPa. A globe valve with FL = 0.9 needs C = 165, a ball valve with FL = 0.6 is choked and needs 238.
  const water = {
    pipeResistance: 0,
    density: 965,
    referenceDensity: 1000,
    vapourPressure: 0.701,
    criticalPressure: 221.2,
  };
  const inputs = [[0, { valveCommand: 100, inletPressure: 6.8, outletPressure: 2.2 }]] as const;
  const run = (fullKv: number, recovery: number) =>
    at("valve", 60, { inputs, parameters: { ...water, fullKv, recovery } });

  it("passes the examples of the standard", () => {
    const globe = run(165, 0.9);
    near(globe.flow, 360, 2e-3);
    assert(globe.chokedMargin! > 0);
    const ball = run(238, 0.6);
    near(ball.flow, 360, 2e-3);
    assert(ball.chokedMargin! < 0);
  });

  it("is Kv by its definition, and loses the rest of the pressure in the pipe", () => {
    const water15 = { pipeResistance: 0, density: 999.1 };
    const one = at("valve", 60, {
      inputs: [[0, { valveCommand: 100, inletPressure: 5, outletPressure: 4 }]],
      parameters: water15,
    });
    near(one.flow, 100, 1e-9);
    const piped = at("valve", 60);
    near(piped.valveDrop! + 1e-4 * piped.flow! ** 2, 2, 1e-9);
    near(piped.flow, piped.kv! * Math.sqrt((piped.valveDrop! * 999.1) / 998), 1e-9);
  });

  it("follows its characteristic: equal percentage with rangeability 50, closed at 0", () => {
    const kv = (valveCommand: number) =>
      at("valve", 60, { inputs: [[0, { valveCommand, inletPressure: 6, outletPressure: 4 }]] }).kv!;
    assert(Math.abs(kv(0)) < 1e-9);
    near(kv(100), 100, 1e-9);
    // Equal steps of travel multiply Kv by the same factor.
    near(kv(75) / kv(50), 50 ** 0.25, 1e-9);
    near(kv(30) / kv(5), 50 ** 0.25, 1e-9);
  });

  it("moves its stem as a first-order lag", () => {
    const [a] = runPreset("valve", [3], {
      inputs: [[0, { valveCommand: 60, inletPressure: 6, outletPressure: 4 }]],
      start: { valvePosition: 20 },
    });
    near(a!.valvePosition, 60 - 40 * Math.exp(-1.5), 1e-8);
  });
});

describe("two tanks", () => {
  it("settle where both openings pass what comes in", () => {
    const { level1, level2, outflow, crossflow } = at("two-tanks", 200_000);
    const q = 18 / 3600;
    const head = (area: number) => (q / (0.62 * area)) ** 2 / (2 * 9.80665);
    near(level2, head(20e-4), 1e-6);
    near(level1! - level2!, head(30e-4), 1e-6);
    near(outflow, 18, 1e-6);
    near(crossflow, 18, 1e-6);
  });

  it("keep the volume when nothing flows in or out", () => {
    const [a, b] = runPreset("two-tanks", [60, 3600], {
      inputs: [[0, { inflow: 0 }]],
      start: { level1: 2, level2: 0.5 },
      parameters: { outletArea: 0.001 },
    });
    // Out through 0.001 cm² in an hour: less than 1e-3 m³ of 5.
    near(a!.level1! + a!.level2!, 2.5, 1e-4);
    near(b!.level1, 1.25, 1e-3);
    near(b!.level2, 1.25, 1e-3);
  });
});

describe("tank", () => {
  it("loses what Torricelli says through a leak: the root of the level falls in a straight line", () => {
    const [half] = runPreset("tank", [1200], {
      inputs: [[0, { inflow: 0, valve: 0 }]],
      start: { level: 2 },
      parameters: { leakArea: 10 },
    });
    const k = (0.62 * 1e-3 * Math.sqrt(2 * 9.80665)) / 4;
    near(half!.level, (Math.sqrt(2) - (k * 1200) / 2) ** 2, 1e-7);
  });
});

describe("heat exchanger", () => {
  it("is the one that UA and the logarithmic mean temperature difference give", () => {
    for (const foulingResistance of [0, 0.2]) {
      const r = at("heat-exchanger", 3600, { parameters: { foulingResistance } });
      const a = 80 - r.coldOutlet!;
      const b = r.hotOutlet! - 20;
      const mean = (a - b) / Math.log(a / b);
      // Two films of 4000 W/(m²·K) and the deposit, m²·K/kW, on 10 m².
      const UA = 10 / (2 / 4000 + foulingResistance / 1000);
      near(r.duty, (UA * mean) / 1000, 1e-6);
      near(2 * 4.18 * (80 - r.hotOutlet!), r.duty!, 1e-6);
      near(2.5 * 4.18 * (r.coldOutlet! - 20), r.duty!, 1e-6);
      near(r.cleanliness, (100 * UA) / 20000, 1e-9);
    }
  });

  it("is balanced when both capacity rates are equal, where the formula has a gap", () => {
    const r = at("heat-exchanger", 3600, {
      inputs: [[0, { hotFlow: 2, coldFlow: 2, hotInlet: 80, coldInlet: 20 }]],
      parameters: { nominalColdFlow: 2 },
    });
    const units = 20000 / (2 * 4180);
    near(r.effectiveness, units / (1 + units), 1e-4);
  });
});

describe("DC motor", () => {
  // SciPy, rtol 1e-10: 24 V from rest; load 0.2 N·m from 0.05 s; 12 V from 0.1 s.
  const inputs = [
    [0, { voltage: 24, loadTorque: 0 }],
    [0.05, { voltage: 24, loadTorque: 0.2 }],
    [0.1, { voltage: 12, loadTorque: 0.2 }],
  ] as const;

  it("follows the reference trajectory through jumps of voltage and load", () => {
    const [a, b, end] = runPreset("dc-motor", [0.001, 0.002, 0.2], { inputs });
    near(a!.current, 182.61965293235744, 1e-6);
    near(a!.omega, 22.268288139333762, 1e-6);
    near(b!.current, 243.69508935452805, 1e-6);
    near(b!.omega, 68.0826793695832, 1e-6);
    near(end!.current, 8.244483368640587, 1e-6);
    near(end!.omega, 427.19058952577876, 1e-6);
  });

  it("balances power in the steady state", () => {
    const r = at("dc-motor", 5);
    const B = 5.0060675e-5;
    const omega = (24 * 0.0265258 - 0.081 * 0.2) / (0.0265258 ** 2 + 0.081 * B);
    near(r.omega, omega, 1e-7);
    near(r.speed, (omega * 60) / (2 * Math.PI), 1e-7);
    near(24 * r.current!, r.copperLoss! + r.mechanicalPower! + B * omega ** 2, 1e-7);
    near(r.mechanicalPower, 0.2 * omega, 1e-7);
  });
});

describe("motor winding", () => {
  const simple = { copperCoefficient: 0 };

  it("settles where all losses leave by the frame", () => {
    const r = at("motor-thermal", 200_000, { parameters: simple });
    near(r.frameTemperature, 25 + 0.041 * (670 + 550), 1e-6);
    near(r.windingTemperature, r.frameTemperature! + 0.045 * 670, 1e-6);
    near(r.windingMargin, 155 - r.windingTemperature!, 1e-6);
    near(r.ageing, 2 ** (-r.windingMargin! / 10), 1e-6);
    // With copper that grows warmer: T = Tf + R·P(1 + α(T − 95)), Tf = 25 + Rf (P(…) + 550).
    const warm = at("motor-thermal", 200_000);
    const gain = (0.045 + 0.041) * 670;
    const T = (25 + 0.041 * 550 + gain * (1 - 0.00393 * 95)) / (1 - gain * 0.00393);
    near(warm.windingTemperature, T, 1e-6);
  });

  it("warms as two exponentials", () => {
    // x' = A x + b for the rises above ambient, by its eigenvalues.
    const [Cw, Cf, Rw, Rf] = [3100, 34000, 0.045, 0.041];
    const a = -1 / (Rw * Cw);
    const b = 1 / (Rw * Cw);
    const c = 1 / (Rw * Cf);
    const d = -1 / (Rw * Cf) - 1 / (Rf * Cf);
    const root = Math.sqrt(((a - d) / 2) ** 2 + b * c);
    const [l1, l2] = [(a + d) / 2 + root, (a + d) / 2 - root];
    const end = [0.041 * 1220 + 0.045 * 670, 0.041 * 1220];
    const winding = (t: number) => {
      // e^{At} = (e^{l1 t}(A − l2) − e^{l2 t}(A − l1)) / (l1 − l2), on the distance from the end.
      const f = (Math.exp(l1 * t) - Math.exp(l2 * t)) / (l1 - l2);
      const g = (l1 * Math.exp(l2 * t) - l2 * Math.exp(l1 * t)) / (l1 - l2);
      return 25 + end[0]! - ((g + f * a) * end[0]! + f * b * end[1]!);
    };
    const times = [60, 300, 1800, 7200];
    runPreset("motor-thermal", times, { parameters: simple }).forEach((r, i) => {
      near(r.windingTemperature, winding(times[i]!), 1e-7);
    });
  });

  it("cools less at low speed", () => {
    const cold = at("motor-thermal", 200_000, {
      parameters: simple,
      inputs: [[0, { motorCurrent: 21, speed: 0, ambientTemperature: 25 }]],
    });
    near(cold.frameTemperature, 25 + (0.041 / 0.2) * 670, 1e-6);
  });
});

describe("bearing temperature", () => {
  it("has the friction of the catalogue's formula and one exponential", () => {
    const omega = (2 * Math.PI * 1480) / 60;
    const power = (0.5 * 0.0015 * 5000 * 0.05 + 0.3) * omega;
    const times = [500, 1000, 3000];
    runPreset("bearing-thermal", times).forEach((r, i) => {
      near(r.frictionPower, power, 1e-9);
      near(r.bearingTemperature, 20 + (power / 2) * (1 - Math.exp(-times[i]! / 1000)), 1e-7);
    });
    // Palmgren: eight times the speed, four times the torque of the lubricant.
    near(
      at("bearing-thermal", 0, { inputs: [[0, { speed: 8 * 1480, load: 5, ambientTemperature: 20 }]] }).lubricantTorque,
      4 * 0.3,
      1e-9,
    );
  });
});

describe("conveyor", () => {
  it("takes the power of DIN 22101 at a steady load", () => {
    const r = at("conveyor", 3600);
    const v = r.beltSpeed!;
    const material = ((400 / 3.6) * 100) / v;
    near(r.load, material, 1e-6);
    const force = 1.78 * 0.02 * 9.80665 * (3500 + material) + (9.80665 * material * 10) / 100;
    near(r.driveForce, force / 1000, 1e-6);
    near(r.motorPower, (force * v) / 0.9 / 1000, 1e-6);
    near(2 - v, force / 300e3, 1e-6);
  });

  it("starts with its largest force, and stands when the drive is off", () => {
    const [a] = runPreset("conveyor", [0.2], { inputs: [[0, { massFlow: 0, speedSetpoint: 2 }]] });
    // 20 kN on 3.5 t, less friction which is full above some mm/s.
    near(a!.beltSpeed, ((20_000 - 1.78 * 0.02 * 9.80665 * 3500) / 3500) * 0.2, 0.01);
    const off = at("conveyor", 60, { inputs: [[0, { massFlow: 0, speedSetpoint: 0 }]], start: { beltSpeed: 0 } });
    assert(Math.abs(off.beltSpeed!) < 1e-9);
  });
});

describe("mass, spring and damper", () => {
  it("rings after a step as the closed form says", () => {
    const [m, k, c] = [100, 1e6, 400];
    const zeta = c / (2 * Math.sqrt(k * m));
    const w = Math.sqrt(k / m);
    const d = w * Math.sqrt(1 - zeta ** 2);
    const times = [0.01, 0.0314, 0.2, 1];
    runPreset("mass-spring-damper", times).forEach((r, i) => {
      const t = times[i]!;
      const x = (500 / k) * (1 - Math.exp(-zeta * w * t) * (Math.cos(d * t) + ((zeta * w) / d) * Math.sin(d * t)));
      assert(Math.abs(r.position! - 1000 * x) < 1e-6);
      near(r.naturalFrequency, w / (2 * Math.PI), 1e-9);
      near(r.dampingRatio, 100 * zeta, 1e-9);
    });
    // A base that is accelerated acts like a force on the mass.
    const [pushed] = runPreset("mass-spring-damper", [0.05], { inputs: [[0, { force: -300, baseAcceleration: 0 }]] });
    const [shaken] = runPreset("mass-spring-damper", [0.05], { inputs: [[0, { force: 0, baseAcceleration: 3 }]] });
    near(shaken!.position, pushed!.position!, 1e-7);
  });
});

describe("battery", () => {
  it("discharges at constant current in closed form", () => {
    const t = 1800;
    const r = at("battery", t);
    near(r.soc, 100 * (1 - (0.4 * t) / (0.85 * 3600)), 1e-8);
    near(r.polarisation, 0.4 * 0.04984 * (1 - Math.exp(-t / (0.04984 * 4475))), 1e-8);
    const s = r.soc! / 100;
    // Chen & Rincón-Mora 2006, eq. 2.
    const ocv = -1.031 * Math.exp(-35 * s) + 3.685 + 0.2156 * s - 0.1178 * s ** 2 + 0.3201 * s ** 3;
    near(r.openCircuit, ocv, 1e-9);
    // Eq. 3: 0.1562 e^(−24.37 s) + 0.07446 Ω.
    near(r.voltage, ocv - 0.4 * (0.1562 * Math.exp(-24.37 * s) + 0.07446) - r.polarisation!, 1e-5);
    near(at("battery", 0).openCircuit, 4.1029, 1e-4);
  });

  it("of Daigle and Kulkarni follows the reference and is empty at 3005.347 s", () => {
    // SciPy, rtol 1e-10: loads of 2, 1, 4, 2, 3 A.
    const inputs = [2, 1, 4, 2, 3].map((current, i) => [[0, 600, 900, 1800, 3000][i]!, { current }] as const);
    const end = 3005.347251175009;
    const [a, b, c, z] = runPreset("battery-circuit", [0, 20, 40, end], { inputs });
    near(a!.voltage, 4.182999999010731, 1e-9);
    near(b!.bulkCharge, 7816.317411457171, 1e-9);
    near(b!.concentrationCharge, 2.0689380493132683, 1e-6);
    near(b!.surfaceCharge, 20.081024802528884, 1e-6);
    near(b!.voltage, 3.9524132791935545, 1e-8);
    near(c!.voltage, 3.92953606682691, 1e-8);
    near(z!.bulkCharge, 339.21807805665304, 1e-7);
    near(z!.voltage, 3, 1e-7);
    const [before, after] = runPreset("battery-circuit", [3005.346, 3005.348], { inputs });
    assert(before!.voltage! > 3 && after!.voltage! < 3);
  });
});

describe("room", () => {
  it("settles where the heating covers both losses", () => {
    const r = at("room", 3e6);
    // Window in parallel with both resistances of the wall.
    const G = 30 + 1 / (0.004 + 0.012);
    near(r.roomTemperature, 5 + 1500 / G, 1e-6);
    near(r.heatLoss, 1.5, 1e-6);
    near(r.wallTemperature, 5 + ((1500 / G) * 0.012) / 0.016, 1e-6);
  });

  it("cools as two exponentials, and loses what its capacities give", () => {
    const dt = 3600;
    const inputs = [[0, { outdoorTemperature: 0, heatingPower: 0, solarRadiation: 0 }]] as const;
    const [r] = runPreset("room", [dt], { inputs });
    const [Cr, Cw, Ri, Ro, Gv] = [2e6, 20e6, 0.004, 0.012, 30];
    const a = -(1 / Ri + Gv) / Cr;
    const b = 1 / (Ri * Cr);
    const c = 1 / (Ri * Cw);
    const d = -(1 / Ri + 1 / Ro) / Cw;
    const root = Math.sqrt(((a - d) / 2) ** 2 + b * c);
    const [l1, l2] = [(a + d) / 2 + root, (a + d) / 2 - root];
    const f = (Math.exp(l1 * dt) - Math.exp(l2 * dt)) / (l1 - l2);
    const g = (l1 * Math.exp(l2 * dt) - l2 * Math.exp(l1 * dt)) / (l1 - l2);
    near(r!.roomTemperature, (g + f * a) * 20 + f * b * 17, 1e-8);
    near(r!.wallTemperature, f * c * 20 + (g + f * d) * 17, 1e-8);
  });
});

describe("pump", () => {
  it("loses head with the square of its impeller's diameter, and by what leaks back", () => {
    const head = (parameters: Record<string, number>) => at("pump", 0, { parameters }).head!;
    near(head({}), 32, 1e-12);
    near(head({ impellerWear: 0.1 }), 40 * 0.81 - 8, 1e-12);
    near(head({ leakage: 6 }), 40 - (8 / 3600) * 66 ** 2, 1e-12);
  });
});
