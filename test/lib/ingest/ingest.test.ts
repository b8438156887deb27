import assert from "node:assert/strict";
import { TwinIngest } from "../../../src/lib/ingest/ingest.ts";
import { readEnvelope } from "../../../src/lib/twin/envelope.ts";
import { StatusCode } from "../../../src/lib/twin/status-codes.ts";
import { NOW, type Outcome, pump, Station } from "./helpers.ts";

const reasons = (o: Outcome) => o.refused.map((r) => r.reason);
const only = (o: Outcome) => {
  assert.equal(o.envelopes.length, 1);
  return readEnvelope(o.envelopes[0]);
};

describe("ingest: message forms", () => {
  it("an object of values, with units, times and the head beside them", () => {
    const twin = only(
      new Station().take({
        payload: {
          speed: 1480,
          suctionPressure: { value: 14.5037738, unit: "psi", time: NOW - 500 },
          time: NOW - 1000,
          source: "plc",
          seq: 7,
        },
      }),
    );
    assert.equal(twin.time, NOW - 500);
    assert.deepEqual(twin.times, { speed: NOW - 1000 });
    assert.ok(Math.abs((twin.values.suctionPressure as number) - 1) < 1e-8, "14.5037738 psi is 1 bar");
    assert.deepEqual([twin.source, twin.seq, twin.id, twin.branch], ["plc", 7, "plant1:pump-1", "live"]);
    assert.deepEqual(twin.updated.toSorted(), ["speed", "suctionPressure"]);
  });

  it("an envelope, without its revision; unknown parts pass on", () => {
    const twin = only(
      new Station().take({
        twin: {
          v: 1,
          id: "plant1:pump-1",
          branch: "replay:a",
          rev: 9,
          time: 1000,
          source: "recording:a",
          seq: 1,
          simulated: true,
          values: { speed: 1, flow: 2 },
          updated: ["speed"],
          note: { kept: true },
        },
      }),
    );
    assert.deepEqual(twin, {
      note: { kept: true },
      v: 1,
      id: "plant1:pump-1",
      branch: "replay:a",
      time: 1000,
      source: "recording:a",
      seq: 1,
      simulated: true,
      values: { speed: 1 },
      updated: ["speed"],
    });
  });

  it("JSON text and bytes, of values or of an envelope", () => {
    const text = JSON.stringify({
      v: 1,
      id: "plant1:pump-1",
      branch: "live",
      time: NOW,
      values: { speed: 5 },
      updated: ["speed"],
    });
    assert.equal(only(new Station().take({ payload: text })).values.speed, 5);
    assert.equal(only(new Station().take({ payload: Buffer.from(text) })).values.speed, 5);
    assert.equal(only(new Station().take({ payload: '{"speed": 6}' })).values.speed, 6);
  });

  it("a list, also with several samples of a signal, in order of time", () => {
    const o = new Station().take({
      payload: [
        { signal: "speed", value: 3, time: NOW - 1000 },
        { signal: "speed", value: 2, time: NOW - 2000 },
        { signal: "flow", value: 9, time: NOW - 1000 },
      ],
    });
    assert.deepEqual(
      o.envelopes.map((e) => [e.time, e.values]),
      [
        [NOW - 2000, { speed: 2 }],
        [NOW - 1000, { speed: 3, flow: 9 }],
      ],
    );
    assert.equal(o.late, 0);
  });

  it("one value under the topic of its signal", () => {
    assert.deepEqual(only(new Station().take({ topic: "plant1:pump-1/speed", payload: "1480" })).values, {
      speed: 1480,
    });
    assert.deepEqual(only(new Station().take({ topic: "speed", payload: 1480 })).values, { speed: 1480 });
    assert.deepEqual(reasons(new Station().take({ topic: "", payload: 1480 })), ["no-mapping"]);
  });

  it("a fleet: the id comes from the payload or the topic", () => {
    const fleet = pump({ idPattern: "plant1:pump-*" });
    assert.equal(only(new Station(fleet).take({ payload: { id: "plant1:pump-7", speed: 1 } })).id, "plant1:pump-7");
    assert.equal(
      only(new Station(fleet).take({ topic: "plant1:pump-8/samples", payload: { speed: 1 } })).id,
      "plant1:pump-8",
    );
    assert.deepEqual(reasons(new Station(fleet).take({ payload: { speed: 1 } })), ["unknown-twin"]);
    assert.deepEqual(reasons(new Station(fleet).take({ payload: { id: "other", speed: 1 } })), ["unknown-twin"]);
  });

  it("mapped topics and paths", () => {
    const station = new Station(pump({ idPattern: "*:pump-*" }), [
      { topic: "plant/{site}/pump/{nr}/{signal}", id: "{site}:pump-{nr}", path: "v", unit: "kPa", time: "t" },
      { topic: "scada/#", path: "tags[1].val", signal: "speed", id: "a:pump-1" },
      { topic: "scada/#", path: "tags[0]['bearing temp']", signal: "bearingTemperature", unit: "°F", id: "a:pump-1" },
    ]);
    const first = only(
      station.take({ topic: "plant/north/pump/3/suctionPressure", payload: '{"v": 250, "t": "2026-11-24T11:59:00Z"}' }),
    );
    assert.deepEqual([first.id, first.values, first.time], ["north:pump-3", { suctionPressure: 2.5 }, NOW - 60_000]);
    const second = only(station.take({ topic: "scada/x", payload: { tags: [{ "bearing temp": 212 }, { val: 7 }] } }));
    assert.equal(second.values.speed, 7);
    assert.ok(Math.abs((second.values.bearingTemperature as number) - 100) < 1e-9);
    assert.deepEqual(reasons(station.take({ topic: "plant/north/pump/3/flow", payload: { v: 1 } })), ["wrong-time"]);
  });
});

describe("ingest: checks", () => {
  it("numeric text, a number with its unit: accepted and counted as converted", () => {
    const o = new Station().take({ payload: { speed: " 1480.5 ", suctionPressure: "250 kPa", flow: "1e1" } });
    assert.deepEqual(only(o).values, { speed: 1480.5, suctionPressure: 2.5, flow: 10 });
    assert.equal(o.converted, 3);
  });

  it("text, NaN, null, objects, a wrong unit: refused; the last usable value stays with a Bad status", () => {
    const station = new Station();
    station.take({ payload: { speed: 1000, time: NOW - 5000 } });
    const cases: [unknown, string, number][] = [
      ["fast", "wrong-type", StatusCode.Bad_TypeMismatch],
      ["4,02", "wrong-type", StatusCode.Bad_TypeMismatch],
      [true, "wrong-type", StatusCode.Bad_TypeMismatch],
      [{ a: 1 }, "wrong-type", StatusCode.Bad_TypeMismatch],
      [Number.NaN, "not-a-number", StatusCode.Bad_NoData],
      ["NaN", "not-a-number", StatusCode.Bad_NoData],
      [Number.POSITIVE_INFINITY, "not-a-number", StatusCode.Bad_NoData],
      [null, "no-value", StatusCode.Bad_NoData],
      ["", "no-value", StatusCode.Bad_NoData],
      [{ value: 5, unit: "bar" }, "wrong-unit", StatusCode.Bad_TypeMismatch],
      [{ value: 5, unit: "frob" }, "wrong-unit", StatusCode.Bad_TypeMismatch],
      [5000, "out-of-range", StatusCode.Bad_OutOfRange],
      [-1, "out-of-range", StatusCode.Bad_OutOfRange],
    ];
    for (const [value, reason, status] of cases) {
      const o = station.take({ payload: { speed: value } });
      assert.deepEqual(reasons(o), [reason], String(value));
      assert.match(o.refused[0]!.message, /\.$/);
      const twin = only(o);
      assert.deepEqual([twin.values, twin.updated, twin.status], [{ speed: 1000 }, [], { speed: status }]);
      assert.deepEqual(twin.times, { speed: NOW - 5000 });
    }
    const never = only(new Station().take({ payload: { speed: 9999 } }));
    assert.deepEqual(never.values, { speed: null });
  });

  it("true, false and text belong to signals without a unit", () => {
    assert.deepEqual(only(new Station().take({ payload: { running: true } })).values, { running: true });
    assert.deepEqual(only(new Station().take({ payload: { running: "standby" } })).values, { running: "standby" });
    assert.deepEqual(only(new Station().take({ payload: { running: "1" } })).values, { running: 1 });
  });

  it("a rate above the largest is Uncertain; the new level is believed when it stays", () => {
    const station = new Station();
    const at = (s: number, flow: number) =>
      only(station.take({ payload: { flow, time: NOW - 100_000 + s * 1000 } })).status;
    assert.equal(at(0, 50), undefined);
    assert.equal(at(1, 60), undefined, "10 per second is allowed");
    assert.deepEqual(at(2, 90), { flow: StatusCode.Uncertain_SensorNotAccurate });
    assert.equal(at(3, 91), undefined);
    assert.equal(at(13, 0), undefined, "91 in 10 s is allowed");
  });

  it("a repeat of (source, seq) is refused, a source that starts counting again is not", () => {
    const station = new Station();
    const send = (seq: number, time: number) =>
      station.take({ payload: { speed: seq, source: "a", seq, time: NOW - 10_000 + time } });
    for (const seq of [1, 2, 3]) assert.deepEqual(reasons(send(seq, seq)), []);
    assert.deepEqual(reasons(send(2, 2)), ["duplicate"]);
    assert.deepEqual(reasons(send(3, 3)), ["duplicate"]);
    assert.deepEqual(reasons(send(5, 5)), []);
    assert.deepEqual(reasons(send(4, 4)), [], "a late one is no repeat");
    assert.deepEqual(reasons(send(4, 4)), ["duplicate"]);
    assert.deepEqual(reasons(send(1, 100)), [], "counts again, at a newer time");
    assert.deepEqual(reasons(send(1, 100)), ["duplicate"]);
    const untimed = () => station.take({ payload: { speed: 1, source: "b", seq: 1 } });
    assert.deepEqual(reasons(untimed()), []);
    assert.deepEqual(reasons(untimed()), ["duplicate"]);
  });

  it("without a sequence number the same sample at the same time is a repeat; another value is a correction", () => {
    const station = new Station();
    assert.deepEqual(reasons(station.take({ payload: { speed: 1, time: NOW } })), []);
    assert.deepEqual(reasons(station.take({ payload: { speed: 1, time: NOW } })), ["duplicate"]);
    assert.deepEqual(reasons(station.take({ payload: { speed: 2, time: NOW } })), []);
    assert.deepEqual(reasons(station.take({ payload: { speed: 2 } })), [], "without a timestamp it is a new sample");
  });

  it("out of order: goes on with its own time and changes nothing here", () => {
    const station = new Station();
    station.take({ payload: { flow: 50, time: NOW - 1000 } });
    const late = station.take({ payload: { flow: 500, time: NOW - 9000 } });
    assert.equal(late.late, 1);
    assert.deepEqual([only(late).time, only(late).status], [NOW - 9000, undefined]);
    assert.equal(only(station.take({ payload: { flow: 51, time: NOW } })).status, undefined);
  });

  it("clock skew: a little is accepted, a lot is refused with a sentence, on a data clock nothing is", () => {
    assert.deepEqual(reasons(new Station().take({ payload: { speed: 1, time: NOW + 30_000 } })), []);
    const ahead = new Station().take({ payload: { speed: 1, time: NOW + 3_600_000 } });
    assert.deepEqual(reasons(ahead), ["clock-skew"]);
    assert.match(ahead.refused[0]!.message, /3600 s in the future: set the clock/);
    assert.equal(ahead.envelopes.length, 0);
    assert.deepEqual(reasons(new Station(pump({ clock: "data" })).take({ payload: { speed: 1, time: NOW * 2 } })), []);
  });

  it("timestamps: seconds, ISO text, numeric text on a wall clock; nonsense is refused", () => {
    for (const time of [
      NOW,
      NOW / 1000,
      NOW * 1e6,
      String(NOW),
      "2026-11-24T12:00:00Z",
      "2026-11-24 13:00:00+01:00",
      "2026-11-24T12:00",
    ])
      assert.equal(only(new Station().take({ payload: { speed: 1, time } })).time, NOW, String(time));
    for (const time of ["yesterday", {}, Number.NaN, "2026-13-45"])
      assert.deepEqual(reasons(new Station().take({ payload: { speed: 1, time } })), ["wrong-time"], String(time));
    assert.equal(only(new Station(pump({ clock: "data" })).take({ payload: { speed: 1, time: 5000 } })).time, 5000);
  });

  it("stale: an old sample, a silent signal (once), a retained message without a time", () => {
    const station = new Station();
    const old = only(station.take({ payload: { bearingTemperature: 60, time: NOW - 61_000 } }));
    assert.deepEqual(old.status, { bearingTemperature: StatusCode.Uncertain_LastUsableValue });
    station.take({ payload: { bearingTemperature: 61, time: NOW } });
    assert.equal(only(station.take({ payload: { speed: 1 } }, NOW + 60_000)).status, undefined);
    const silent = only(station.take({ payload: { speed: 2 } }, NOW + 61_000));
    assert.deepEqual(silent.status, { bearingTemperature: StatusCode.Uncertain_LastUsableValue });
    assert.deepEqual([silent.values.bearingTemperature, silent.updated], [61, ["speed"]]);
    assert.equal(only(station.take({ payload: { speed: 3 } }, NOW + 62_000)).status, undefined);
    const retained = only(new Station().take({ payload: { speed: 1 }, retain: true }));
    assert.deepEqual(retained.status, { speed: StatusCode.Uncertain_LastUsableValue });
  });

  it("unknown signals, a Bad status of the source, binary and unreadable payloads", () => {
    const unknown = new Station().take({ payload: { speed: 1, colour: "red" } });
    assert.deepEqual(reasons(unknown), ["unknown-signal"]);
    assert.deepEqual(only(unknown).values, { speed: 1 });
    const bad = new Station().take({ payload: { speed: { value: 1, status: StatusCode.Bad_NoCommunication } } });
    assert.deepEqual(reasons(bad), ["bad-at-source"]);
    assert.deepEqual(only(bad).status, { speed: StatusCode.Bad_NoCommunication });
    assert.deepEqual(reasons(new Station().take({ payload: Buffer.from([0, 1, 2, 255]) })), ["unreadable"]);
    assert.deepEqual(reasons(new Station().take({ payload: '{"speed": ' })), ["unreadable"]);
    assert.deepEqual(reasons(new Station().take({ payload: [1, 2] })), ["unreadable", "unreadable"]);
  });

  it("on a data clock a missing time is the newest time", () => {
    const station = new Station(pump({ clock: "data" }));
    station.take({ payload: { speed: 1, time: 5000 } });
    assert.equal(only(station.take({ payload: { speed: 2 } })).time, 5000);
  });
});

describe("ingest: stuck", () => {
  /** A small generator of noise (Lehmer, modulus 2^31 − 1), so that the test is the same every time. */
  const noise = (seed: number) => () => (seed = (seed * 48271) % 2147483647) / 2147483647 - 0.5;
  const asset = pump({
    clock: "data",
    signals: ["pressure", "flow", "level", "setpoint"].map((name) => ({
      name,
      unit: "1",
      ...(name !== "setpoint" && { limitLow: -1e6 }),
    })),
  });
  const run = (values: (i: number) => Record<string, number>, samples = 200) => {
    const station = new Station(asset);
    const marked: string[][] = [];
    for (let i = 0; i < samples; i++) {
      const twin = only(station.take({ payload: { ...values(i), time: i * 1000 } }));
      marked.push(Object.keys(twin.status ?? {}));
    }
    return marked;
  };

  it("a noisy sensor that freezes while the others live on", () => {
    const random = noise(1);
    const marked = run((i) => ({ pressure: i < 100 ? 4 + random() : 4.2, flow: 50 + random(), level: 2 + random() }));
    assert.ok(marked.slice(0, 112).every((m) => m.length === 0));
    assert.ok(
      marked.slice(113).every((m) => m.join() === "pressure"),
      "from the 12th repeat on",
    );
  });

  it("not an idle machine, whose signals come to rest together", () => {
    const random = noise(2);
    const marked = run((i) =>
      i < 100
        ? { pressure: 4 + random(), flow: 50 + random(), level: 2 + random() }
        : { pressure: 1.013, flow: 0, level: 1.5 },
    );
    assert.ok(marked.every((m) => m.length === 0));
  });

  it("not a set-point, not a smooth signal that comes to rest", () => {
    const random = noise(3);
    const marked = run((i) => ({
      setpoint: Math.floor(i / 50),
      level: Math.min(2, i / 50),
      flow: 50 + random(),
      pressure: 4 + random(),
    }));
    assert.ok(marked.every((m) => m.length === 0));
  });

  it("a signal alone: only when the asset expects movement at this value", () => {
    const alone = (signal: object, value: number) => {
      const station = new Station(pump({ clock: "data", signals: [{ name: "t", unit: "Cel", ...signal }] }));
      const random = noise(4);
      let marks = 0;
      for (let i = 0; i < 200; i++)
        if (only(station.take({ payload: { t: i < 100 ? value + random() : value, time: i * 1000 } })).status) marks++;
      return marks;
    };
    assert.equal(alone({}, 60), 0);
    assert.ok(alone({ normalLow: 20, normalHigh: 90 }, 60) > 80);
    assert.equal(alone({ normalLow: 20, normalHigh: 90 }, 15), 0);
    assert.ok(alone({ maxRate: 5 }, 60) > 80);
  });
});

describe("ingest: snapshot", () => {
  it("a restored twin goes on as the first one does", () => {
    const station = new Station();
    for (let i = 0; i < 50; i++)
      station.take({
        payload: { flow: 50 + (i % 3), speed: 1000, source: "a", seq: i, time: NOW - 100_000 + i * 1000 },
      });
    const [twin] = station.twins.values();
    const copy = new TwinIngest(station.asset, { clockTolerance: 60_000 });
    copy.restore(JSON.parse(JSON.stringify(twin!.snapshot())));
    assert.deepEqual(copy.snapshot(), twin!.snapshot());
    const other = new Station();
    other.twins.set("live\nplant1:pump-1", copy);
    for (const payload of [
      { flow: 500, source: "a", seq: 60, time: NOW },
      { flow: 1, source: "a", seq: 7, time: NOW - 93_000 },
      { speed: "x" },
    ])
      assert.deepEqual(other.take({ payload }), station.take({ payload }));
  });
});
