/** What is wrong with the data is told, once when it begins and once when it is over; good data are never complained about. */
import assert from "node:assert/strict";
import { DataEvents } from "../../../src/lib/anomaly/data-events.ts";
import { createRandom } from "../../../src/lib/random.ts";
import { assetWith, engineFor, message, START } from "./fixtures.ts";

const MINUTE = 60_000;
const NAMES = ["flow", "dischargePressure", "vibration"];
const eventsOf = (names = NAMES) => new DataEvents(assetWith(names).signals.values());
const json = (x: unknown): unknown => JSON.parse(JSON.stringify(x));

/** Messages with all, or some, of the signals; what was told. */
class Feed {
  time = START;
  data = eventsOf();
  told: string[] = [];

  send(names: readonly string[] = NAMES, dt = MINUTE): string[] {
    this.time += dt;
    const twin = message(this.time, Object.fromEntries(names.map((name) => [name, 1])));
    const texts = this.data.watch(twin).map(({ event, severity, text }) => `${event} ${severity}: ${text}`);
    this.told.push(...texts);
    return texts;
  }

  calm(n: number): this {
    for (let i = 0; i < n; i++) this.send();
    return this;
  }
}

describe("anomaly: what is wrong with the data", () => {
  it("says nothing of regular samples with jitter, of signals that come when they change, or of one signal per message", () => {
    const random = createRandom("jitter");
    const feed = new Feed();
    for (let i = 0; i < 3000; i++) feed.send(NAMES, MINUTE * (0.5 + random.next()));
    assert.deepEqual(feed.told, []);
    const change = new Feed();
    for (let i = 0; i < 5000; i++) change.send(random.next() < 0.05 ? NAMES : ["flow", "dischargePressure"]);
    for (let i = 0; i < 500; i++) change.send(["flow", "dischargePressure"]);
    assert.deepEqual(change.told, []);
    const single = new Feed();
    for (let i = 0; i < 3000; i++) single.send([NAMES[i % 3]!], i % 3 ? 5 : MINUTE);
    assert.deepEqual(single.told, []);
  });

  it("tells that a signal has fallen silent while others go on, and that it is back", () => {
    const feed = new Feed().calm(200);
    for (let i = 0; i < 30; i++) feed.send(["flow", "dischargePressure"]);
    feed.calm(50);
    assert.deepEqual(feed.told, [
      "raised warning: Vibration sent nothing for 11 min; a sample every 60 s is usual.",
      "cleared info: After 31 min there are samples again: Vibration.",
    ]);
  });

  it("names all that fall silent at once in one sentence", () => {
    const names = [...NAMES, "speed", "motorCurrent", "bearingTemperature"];
    const feed = new Feed();
    feed.data = eventsOf(names);
    for (let i = 0; i < 100; i++) feed.send(names);
    for (let i = 0; i < 20; i++) feed.send(["speed"]);
    assert.deepEqual(feed.told, [
      "raised warning: Flow, Discharge pressure, Vibration and 2 more sent nothing for 11 min; a sample every 60 s is usual.",
    ]);
  });

  it("tells of a silence of the whole machine once, when it is over, whatever comes back first", () => {
    const feed = new Feed().calm(200);
    feed.send(["vibration"], 2 * 3_600_000);
    feed.send(["flow", "dischargePressure"], 500);
    feed.calm(100);
    assert.deepEqual(feed.told, ["cleared info: Nothing came for 2 h; a sample every 60 s is usual. It is back."]);
  });

  it("tells of a clock that goes back and has caught up, and not of a few late samples", () => {
    const feed = new Feed().calm(200);
    feed.send(NAMES, -600_000);
    feed.send(NAMES, 700_000);
    assert.deepEqual(feed.told, []);
    feed.send(NAMES, -3_600_000);
    feed.calm(100);
    assert.deepEqual(feed.told, [
      // Four more minutes have passed until the fifth sample in a row.
      "raised warning: The clock of the samples went back by 56 min: until it has caught up they count as late.",
      "cleared info: The clock of the samples has passed where it was before it went back.",
    ]);
  });

  it("tells of a flood, and that it is over", () => {
    const feed = new Feed().calm(200);
    for (let i = 0; i < 80; i++) feed.send(NAMES, 1000);
    feed.calm(20);
    assert.deepEqual(feed.told, [
      "raised warning: Samples come in a flood, more than ten times as often as usual: Flow, Discharge pressure, Vibration.",
      "cleared info: The flood of samples is over: Flow, Discharge pressure, Vibration.",
    ]);
  });

  it("goes on after a restart where it was", () => {
    for (const cut of [20, 100, 215, 225]) {
      const [a, b] = [new Feed(), new Feed()];
      const row = (f: Feed, i: number) => f.send(i >= 200 && i < 220 ? ["flow"] : NAMES, i === 240 ? 9e6 : MINUTE);
      for (let i = 0; i < 300; i++) {
        row(a, i);
        if (i === cut) {
          const restored = eventsOf();
          restored.restore(json(b.data.snapshot()));
          b.data = restored;
        }
        row(b, i);
      }
      assert.equal(a.told.length, 3);
      assert.deepEqual(b.told, a.told, `${cut}`);
    }
  });

  it("is told by the stage as events that are no alarm", () => {
    const engine = engineFor(NAMES);
    const random = createRandom("stage");
    const told: string[] = [];
    for (let i = 0; i < 400; i++) {
      const values = { flow: random.normal(), dischargePressure: random.normal(), vibration: random.normal() };
      const twin = message(START + i * MINUTE, values);
      if (i >= 300) twin.updated = ["flow", "dischargePressure"];
      const { events, section } = engine.update(twin);
      for (const { text } of events) told.push(text);
      assert.equal(section.active, false);
      assert.equal(section.latched, false);
    }
    assert.deepEqual(told, ["Vibration sent nothing for 11 min; a sample every 60 s is usual."]);
  });

  it("takes up what an earlier version has learned, which knew nothing of the data", () => {
    const engine = engineFor(["flow"]);
    for (let i = 0; i < 50; i++) engine.update(message(START + i * MINUTE, { flow: i % 7 }));
    const { data: _, ...before } = engine.snapshot() as Record<string, never>;
    const other = engineFor(["flow"]);
    other.restore(before);
    const next = message(START + 50 * MINUTE, { flow: 3 });
    assert.deepEqual(other.update(next), engine.update(next));
  });
});
