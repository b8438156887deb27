import assert from "node:assert/strict";
import { PumpStation } from "../../../src/lib/machine/pump-station.ts";
import { PhysicsTwin } from "../../../src/lib/physics/physics-twin.ts";
import { readPhysics } from "../../../src/lib/physics/settings.ts";
import { readAsset } from "../../../src/lib/twin/asset-config.ts";
import { envelope, PUMP_SIGNALS, type PumpValues } from "./pump-samples.ts";

const asset = readAsset({
  name: "Pump",
  idPattern: "plant1:*",
  signals: PUMP_SIGNALS.map(([name, unit]) => ({ name, unit })),
});

describe("pump preset beside the simulated station", () => {
  it("is at home over a change of speed: mean z² of a healthy pump near 1, with the defaults", () => {
    for (const seed of [1, 2, 3]) {
      const station = new PumpStation({ seed, noise: 1, faults: [] });
      const twin = new PhysicsTwin(readPhysics({ preset: "pump" }, asset), asset);
      const sums = new Map<string, number>();
      let samples = 0;
      for (let i = 1; i <= 1500; i++) {
        if (i === 800) station.command("speed", 1250);
        station.advance(60);
        const { section } = twin.update(envelope(i * 60_000, station.sample() as PumpValues));
        if (i <= 200) continue;
        samples++;
        for (const [name, z] of Object.entries(section.z)) sums.set(name, (sums.get(name) ?? 0) + z! ** 2);
      }
      assert.equal(sums.size, 4);
      // Bearing: the floor of the spread (0.5 % of 45 °C) is above the sensor's noise, so its z is small.
      for (const [name, sum] of sums) {
        const low = name === "bearingTemperature" ? 0.2 : 0.7;
        assert(sum / samples > low && sum / samples < 1.5, `seed ${seed}, ${name}: ${sum / samples}`);
      }
    }
  });

  it("sees bearing wear and a clogged strainer where they act", () => {
    const run = (kind: "bearing" | "strainer") => {
      const station = new PumpStation({ seed: 4, noise: 1, faults: [] });
      const twin = new PhysicsTwin(readPhysics({ preset: "pump" }, asset), asset);
      let at = 0;
      const next = () => {
        station.advance(60);
        at += 60_000;
        return twin.update(envelope(at, station.sample() as PumpValues)).section;
      };
      for (let i = 0; i < 200; i++) next();
      const before = next();
      station.fault({ kind, onset: station.hours, ramp: 5, severity: 0.8, signal: "" } as never);
      let after = next();
      for (let i = 0; i < 400; i++) after = next();
      return { before, after };
    };
    const bearing = run("bearing").after;
    assert(bearing.z.vibration! > 4, `z of vibration ${bearing.z.vibration}`);
    assert(Math.abs(bearing.z.dischargePressure!) < 5);
    const strainer = run("strainer");
    assert(strainer.after.derived!.npshMargin! < strainer.before.derived!.npshMargin! - 0.5);
  });
});
