import assert from "node:assert/strict";
import { Channel, median } from "../../../src/lib/anomaly/channel.ts";
import { gaussian } from "./random.ts";

describe("channel baseline", () => {
  it("is the known location and scale although a tenth of the data is wild", () => {
    const random = gaussian(1);
    const channel = new Channel();
    channel.fit(
      Array.from({ length: 2000 }, (_, i) => (i % 10 === 0 ? 1000 : 50 + 2 * random())),
      0,
    );
    // A tenth of contamination on one side biases the median by Φ⁻¹(0.5/0.9) = 0.14 sd, and the MAD by about 13 %.
    assert.ok(Math.abs(channel.location - 50.28) < 0.3, `location ${channel.location}`);
    assert.ok(channel.scale > 1.9 && channel.scale < 2.6, `scale ${channel.scale}`);
  });

  it("estimates the autocorrelation of an AR(1) process", () => {
    // Standard error √((1 − φ²) / n) = 0.011 for n = 4000, φ = 0.7; clipping at three sigma costs little.
    const random = gaussian(2);
    let x = 0;
    const values = Array.from({ length: 4000 }, () => (x = 0.7 * x + Math.sqrt(1 - 0.49) * random()));
    const channel = new Channel();
    channel.fit(values, 0);
    assert.ok(Math.abs(channel.autocorrelation - 0.7) < 0.045, `φ ${channel.autocorrelation}`);
  });

  it("keeps the scale unbiased while it adapts", () => {
    const random = gaussian(3);
    const channel = new Channel();
    channel.fit(
      Array.from({ length: 200 }, () => 3 * random()),
      0,
    );
    for (let i = 0; i < 20_000; i++) channel.learn(3 * random(), 2000, true);
    // Effective memory of about 4000 values: standard error 1.1 %.
    assert.ok(Math.abs(channel.scale / 3 - 1) < 0.045, `scale ${channel.scale}`);
  });

  it("hardly moves for one wild value", () => {
    const channel = new Channel();
    channel.fit([1, 2, 3, 2, 1, 2, 3, 2, 2, 2], 0);
    const before = channel.location;
    channel.learn(1e9, 2000, true);
    assert.ok(channel.location - before < channel.scale);
  });

  it("tells a leap from a level that wanders, by how fast it was seen to move", () => {
    const random = gaussian(5);
    const channel = new Channel();
    // The level of eight parts moves by up to six standard deviations of the noise within 500 samples.
    channel.fit(
      Array.from({ length: 500 }, (_, i) => 3 * Math.sin((2 * Math.PI * i) / 500) + random()),
      0,
    );
    assert.ok(channel.wander > 0.3, `wander ${channel.wander}`);
    const start = JSON.stringify(channel.snapshot());
    let farthest = 0;
    for (let i = 0; i < 500; i++) farthest = Math.max(farthest, channel.leap((6 * i) / 500, 1));
    assert.ok(farthest < 1, `a ramp of that speed is never farther than ${farthest}`);
    channel.restore(JSON.parse(start));
    assert.ok(channel.leap(6, 1) > 5.5);
    // A gap is time to wander.
    channel.restore(JSON.parse(start));
    assert.ok(channel.leap(6, 400) < 1);
    channel.leap(6, 1);
    channel.rest();
    assert.ok(channel.leap(0, 1) === 0);
  });

  it("gives a signal that stood still a resolution of one per cent", () => {
    const channel = new Channel();
    channel.fit(new Array(50).fill(40), 0);
    assert.equal(channel.scale >= 0.4, true);
    assert.ok(channel.z(40.1) < 1);
  });

  it("median of even and odd lists", () => {
    assert.equal(median([1, 2, 3, 10]), 2.5);
    assert.equal(median([1, 2, 10]), 2);
  });
});
