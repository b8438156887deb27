import assert from "node:assert/strict";
import { join } from "node:path";
import type { DetectorName } from "../../../src/lib/anomaly/choice.ts";
import { type PreviewRequest, preview } from "../../../src/lib/anomaly/preview.ts";
import { Drawing } from "../../../src/lib/anomaly/preview-drawing.ts";
import { poissonInterval } from "../../../src/lib/anomaly/preview-rate.ts";
import { MOST_ROWS, messages, readRecording, rowTimes } from "../../../src/lib/anomaly/preview-recording.ts";
import type { Preview } from "../../../src/lib/anomaly/preview-shapes.ts";
import { MemoryStore } from "../../../src/lib/store/memory.ts";
import { TwinError } from "../../../src/lib/twin/envelope.ts";
import { StatusCode } from "../../../src/lib/twin/status-codes.ts";
import { runInWorker } from "../../../src/lib/worker.ts";
import { engineFor, message, modelled, START } from "./fixtures.ts";
import { gaussian } from "./random.ts";

const WORKER = join(import.meta.dirname, "../../../src/lib/anomaly/preview-worker.ts");
const REF = { branch: "live", id: "plant1:pump-1" };
const signals = [
  { name: "dischargePressure", unit: "bar", label: "Discharge pressure" },
  { name: "vibration", unit: "mm/s", label: "Vibration" },
];
const asset = { name: "Pump 1", idPattern: REF.id, signals };
const NAMES = new Set(signals.map((s) => s.name));
const MINUTE = 60_000;

/** Two signals with a common load, one sample a minute; `fault` moves the vibration. */
function recorded(rows: number, fault: (row: number) => number, more: { samplesPerSignal?: number } = {}): MemoryStore {
  const store = new MemoryStore("test", more);
  const random = gaussian(11);
  for (let i = 0; i < rows; i++) {
    const load = 0.05 * random();
    const values = {
      dischargePressure: 4.2 + load + 0.02 * random(),
      vibration: 1.8 + load + 0.05 * random() + fault(i),
    };
    store.append(REF, START + i * MINUTE, values);
  }
  return store;
}

const requestOf = async (store: MemoryStore, config: PreviewRequest["config"] = {}): Promise<PreviewRequest> => ({
  config,
  asset,
  recording: await readRecording(store, REF, NAMES),
});

describe("the look back of twin anomaly", () => {
  it("judges with the detector that is chosen, and says which there are", async () => {
    const store = recorded(3000, (row) => (row >= 2000 && row < 2300 ? 0.1 : 0));
    const found = async (detector: DetectorName) =>
      preview(await requestOf(store, { detector })).alarms.some((a) => a.from >= START + 2000 * MINUTE);
    // A shift of 1.4 standard deviations of the vibration: sums find it, single rows do not.
    assert.deepEqual([await found("cusum"), await found("hotelling")], [true, false]);
    const wrong = await requestOf(store, { detector: "magic" as never });
    assert.throws(() => preview(wrong), /^TwinError: The detector is "magic": choose one of auto, ewma-z, /);
  });

  it("leaves out of its alarms what is wrong with the data", async () => {
    const store = new MemoryStore("test");
    const random = gaussian(12);
    for (let i = 0; i < 1500; i++) {
      const vibration = 1.8 + 0.05 * random() + (i >= 1000 ? 1 : 0);
      const dischargePressure = 4.2 + 0.05 * random();
      store.append(REF, START + i * MINUTE, i < 1100 ? { vibration, dischargePressure } : { vibration });
    }
    const { alarms } = preview(await requestOf(store));
    const texts = alarms.flatMap((a) => [...a.text, a.later ?? ""]).join(" ");
    assert.match(texts, /Vibration .* above/);
    assert.doesNotMatch(texts, /sent nothing/);
  });

  const step = (row: number) => (row >= 2000 && row < 2300 ? 1 : 0);

  it("raises the alarm where the record has its step, with a sentence, after the learning phase", async () => {
    const seen = preview(await requestOf(recorded(3000, step)));
    assert.equal(seen.rows, 3000);
    assert.equal(seen.cut, false);
    assert.equal(seen.learned, START + 199 * MINUTE);
    const alarm = seen.alarms.find((a) => a.from >= START + 2000 * MINUTE)!;
    assert.ok(alarm.from <= START + 2003 * MINUTE, String((alarm.from - START) / MINUTE));
    assert.ok(alarm.to! >= START + 2300 * MINUTE && alarm.to! <= START + 2400 * MINUTE);
    assert.match(alarm.text[0]!, /^Vibration .* mm\/s above .*\.$/);
    assert.equal(seen.panels[0]!.label, "Vibration", "what the alarm is about comes first");
    assert.equal(seen.panels[0]!.unit, "mm/s");
    assert.equal(seen.watched, 2);
    assert.equal(seen.times.length, seen.score.length);
    assert.ok(seen.score[0] === null && seen.score.some((s) => s !== null && s > 0.5));
    const { estimate, low, high } = seen.perMonth!;
    assert.ok(low < estimate && estimate < high);
  });

  it("says the same as the node that was there", async () => {
    const request = await requestOf(recorded(2500, step));
    const engine = engineFor(Array.from(NAMES));
    const raised: number[] = [];
    for (const twin of messages(request.recording, rowTimes(request.recording).times))
      if (engine.update(message(twin.time, { ...twin.values })).events.some((e) => e.event === "raised"))
        raised.push(twin.time);
    const { alarms } = preview(request);
    assert.deepEqual(
      alarms.map((a) => a.from),
      raised,
    );
  });

  it("more sensitive means not fewer alarms, and less sensitive none of noise", async () => {
    const small = (row: number) => (row % 1500 > 1400 ? 0.12 : 0);
    const store = recorded(9000, small);
    const counts: number[] = [];
    for (const falseAlarmsPerMonth of [0.01, 1, 100])
      counts.push(preview(await requestOf(store, { falseAlarmsPerMonth })).alarms.length);
    assert.ok(counts[0]! <= counts[1]! && counts[1]! <= counts[2]! && counts[2]! > counts[0]!, String(counts));
  });

  it("watches the residuals of a model whose expectations were recorded", async () => {
    const store = new MemoryStore("test");
    const random = gaussian(3);
    for (let i = 0; i < 600; i++) {
      const time = START + i * MINUTE;
      // The load moves the pressure, and the model knows it; from row 500 on the pump has lost 0.3 bar.
      const expected = 4 + 0.5 * Math.sin(i / 20);
      store.append(REF, time, { dischargePressure: expected + 0.03 * random() - (i >= 500 ? 0.3 : 0), vibration: 2 });
      store.append(REF, time, { "model.expected.dischargePressure": expected, "model.sd.dischargePressure": 0.03 });
    }
    const request = await requestOf(store, { watch: "residuals", excluded: "vibration" });
    const seen = preview(request);
    assert.ok(Math.abs(seen.alarms.at(-1)!.from - (START + 500 * MINUTE)) <= 3 * MINUTE);
    assert.equal(seen.alarms.at(-1)!.to, null, "it stands at the end");
    assert.match(seen.alarms.at(-1)!.text[0]!, /^Discharge pressure 0\.\d+ bar below the expected /);
    assert.deepEqual(
      seen.panels.map((p) => p.label),
      ["Discharge pressure"],
    );
    assert.equal(seen.panels[0]!.expected!.length, seen.times.length);
    // The messages are those that the model's node has sent.
    const first = messages(request.recording, rowTimes(request.recording).times).next().value!;
    const { expected, residual } = first.model!;
    const sent = modelled({ dischargePressure: 4 }, { dischargePressure: Number(first.values.dischargePressure) - 4 });
    assert.deepEqual([expected, residual], [sent.expected, sent.residual]);
  });

  it("hands on words, and samples that are not Good, as they were", async () => {
    const store = new MemoryStore("test");
    for (let i = 0; i < 400; i++) {
      const bad = i % 10 === 0;
      const values = { vibration: bad ? 99 : 2 + 0.1 * Math.sin(12.9898 * i) * Math.cos(78.233 * i), mode: "on" };
      store.append(REF, START + i * MINUTE, values, bad ? { vibration: 0x80000000 } : {});
    }
    const mode = { name: "mode", unit: "1" };
    const recording = await readRecording(store, REF, new Set(["vibration", "mode"]));
    const [first, second] = Array.from(messages(recording, rowTimes(recording).times.slice(0, 2)), (m) =>
      structuredClone(m),
    );
    assert.deepEqual([first!.values, first!.status], [{ vibration: 99, mode: "on" }, { vibration: 0x80000000 }]);
    assert.deepEqual([second!.values.mode, second!.status], ["on", {}]);
    const config = { mode: "mode", excluded: "mode", learning: 100 };
    const seen = preview({ config, asset: { ...asset, signals: [signals[1]!, mode] }, recording });
    assert.deepEqual(seen.alarms, [], "a sample that is not Good is not judged");
    assert.ok(seen.learned !== null, "the mode was read");
  });

  it("shows the sensor that ingest has flagged, though nobody watches its value", async () => {
    const store = recorded(600, () => 0);
    for (let i = 300; i < 350; i++)
      store.append(REF, START + i * MINUTE, { flow: 60 }, { flow: StatusCode.Uncertain_SensorNotAccurate });
    for (let i = 350; i < 600; i++) store.append(REF, START + i * MINUTE, { flow: 60 });
    const flow = { name: "flow", unit: "m3/h", label: "Flow" };
    const recording = await readRecording(store, REF, new Set([...NAMES, "flow"]));
    const seen = preview({ config: { excluded: "flow" }, asset: { ...asset, signals: [...signals, flow] }, recording });
    const alarm = seen.alarms.find((a) => a.text.includes("Sensor flow reads wrong: its value is stuck or jumps."))!;
    assert.ok(Math.abs(alarm.from - (START + 300 * MINUTE)) <= 5 * MINUTE);
    assert.equal(seen.panels[0]!.label, "Flow");
    assert.equal(seen.panels.length, 3);
    // The score judges the machine, which is well: the stretch itself says that it is the sensor, and until when.
    assert.equal(seen.sensors.length, 1);
    const [{ label, from, to }] = seen.sensors as [(typeof seen.sensors)[0]];
    assert.equal(label, "Flow");
    assert.ok(Math.abs(from - (START + 300 * MINUTE)) <= 5 * MINUTE, `${(from - START) / MINUTE}`);
    assert.ok(to !== null && Math.abs(to - (START + 350 * MINUTE)) <= 15 * MINUTE, `${(Number(to) - START) / MINUTE}`);
    assert.deepEqual(preview(await requestOf(recorded(600, () => 0))).sensors, []);
  });

  it("counts only learning in a record that is too short, and says so by its progress", async () => {
    const seen = preview(await requestOf(recorded(50, () => 0)));
    assert.equal(seen.learned, null);
    assert.ok(seen.progress > 0.2 && seen.progress < 0.3);
    assert.equal(seen.perMonth, null);
    assert.deepEqual(seen.alarms, []);
  });

  it("takes the newest rows of a long record, with what slow signals said before", async () => {
    const store = new MemoryStore("test", { samplesPerSignal: 50_000 });
    store.append(REF, START - MINUTE, { vibration: 7 });
    for (let i = 0; i < MOST_ROWS + 500; i++) store.append(REF, START + i * 1000, { dischargePressure: i % 7 });
    for (const order of [
      ["dischargePressure", "vibration"],
      ["vibration", "dischargePressure"],
    ]) {
      const view = { history: store.history.bind(store), twin: store.twin.bind(store), historySignals: () => order };
      const recording = await readRecording(view, REF, NAMES);
      const { times } = rowTimes(recording);
      assert.equal(times.length, MOST_ROWS);
      assert.equal(times[0], START + 500 * 1000);
      assert.equal(messages(recording, times).next().value!.values.vibration, 7);
      const seen = preview({ config: { excluded: "vibration" }, asset, recording });
      assert.equal(seen.rows, MOST_ROWS);
      assert.equal(seen.cut, true);
    }
  });

  it("says what is wrong in a sentence", async () => {
    const empty = await requestOf(new MemoryStore("test"));
    assert.throws(() => preview(empty), { name: "TwinError", message: /^Nothing has been recorded of this twin yet/ });
    const request = await requestOf(
      recorded(50, () => 0),
      { learning: 3 },
    );
    assert.throws(
      () => preview(request),
      (e: TwinError) => e instanceof TwinError && /Learning length is 3/.test(e.message),
    );
  });

  it("gives the same in a worker thread", async () => {
    const request = await requestOf(recorded(700, (i) => (i > 600 ? 1 : 0)));
    const there = await runInWorker<PreviewRequest, Preview>(WORKER, request);
    assert.deepEqual(there, preview(request));
  });
});

describe("parts of the look back", () => {
  it("Poisson intervals are those of Garwood's table", () => {
    // Garwood 1936; also Pearson & Hartley, Biometrika Tables, table 40.
    for (const [count, low, high] of [
      [0, 0, 3.689],
      [1, 0.0253, 5.572],
      [2, 0.2422, 7.225],
      [10, 4.795, 18.39],
      [100, 81.36, 121.63],
    ] as const) {
      const interval = poissonInterval(count);
      assert.ok(Math.abs(interval.low - low) < 0.006, `${count}: ${interval.low}`);
      assert.ok(Math.abs(interval.high - high) < 0.006, `${count}: ${interval.high}`);
    }
  });

  it("a picture keeps the smallest and the largest value of every stretch", () => {
    const times = Array.from({ length: 10_000 }, (_, i) => i);
    const values = Float64Array.from(times, (i) => (i === 7777 ? 50 : i === 1234 ? -50 : Math.sin(i)));
    const drawing = new Drawing(times);
    const line = drawing.line(values);
    assert.equal(line.length, drawing.times.length);
    assert.ok(line.length <= 600);
    assert.ok(line.includes(50) && line.includes(-50));
    assert.deepEqual(new Drawing([5]).line(Float64Array.of(Number.NaN)), [null, null]);
  });
});
