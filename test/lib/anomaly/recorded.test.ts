import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readRecording } from "../../../src/lib/machine/recording.ts";
import { engineFor, message } from "./fixtures.ts";

const file = (name: string) =>
  readFileSync(join(import.meta.dirname, "..", "..", "..", "data", `machine-temperature.${name}`), "utf8");

describe("the recorded machine of example 2", () => {
  it("gives the counts that docs/anomaly.md states, against the labels of the benchmark", () => {
    const windows = (JSON.parse(file("windows.json")) as [string, string][]).map((w) => w.map((t) => Date.parse(t)));
    const engine = engineFor(["temperature"], { learning: 2016, latch: false });
    const detected = new Set<number>();
    let other = 0;
    let active = false;
    let touched = false;
    for (const { time, values } of readRecording(file("csv")).samples) {
      const { section } = engine.update(message(time, values));
      if (section.active) {
        const within = windows.findIndex(([from, to]) => time >= from! && time <= to!);
        if (within >= 0) detected.add(within);
        touched ||= within >= 0;
      } else {
        if (active && !touched) other++;
        touched = false;
      }
      active = section.active;
    }
    assert.deepEqual([detected.size, windows.length, other], [2, 4, 3]);
  });
});
