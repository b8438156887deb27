import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, it } from "mocha";
import { FileStore } from "../../../src/lib/store/files.ts";
import { MemoryStore, thin } from "../../../src/lib/store/memory.ts";
import { Ring } from "../../../src/lib/store/ring.ts";
import type { Envelope } from "../../../src/lib/twin/envelope.ts";

const ref = { branch: "live", id: "a" };
const twin = (more: Partial<Envelope> = {}): Envelope => ({
  v: 1,
  id: "a",
  branch: "live",
  time: 1,
  values: {},
  updated: [],
  ...more,
});

describe("ring", () => {
  // The reference is the obvious thing: a sorted list, one entry per time, cut to the newest.
  it("holds what a sorted list cut to its newest entries holds, whatever the order of arrival", () => {
    const sample = fc.record({
      time: fc.integer({ min: 0, max: 60 }),
      value: fc.oneof(fc.double({ noNaN: true }), fc.boolean(), fc.string(), fc.constant(null)),
    });
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 120 }), fc.integer({ min: 1, max: 40 }), (samples, capacity) => {
        const ring = new Ring(capacity);
        let list: { time: number; value: unknown; status: number }[] = [];
        for (const [i, s] of samples.entries()) {
          ring.push(s.time, s.value, i, true);
          list = list.filter((e) => e.time !== s.time);
          list.push({ ...s, status: i });
          list.sort((a, b) => a.time - b.time);
          list = list.slice(-capacity);
        }
        assert.deepEqual(ring.range(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY), list);
        assert.deepEqual(
          ring.range(10, 30),
          list.filter((e) => e.time >= 10 && e.time <= 30),
        );
      }),
      { seed: 20261124, numRuns: 300 },
    );
  });
  it("keeps its length when it may not grow", () => {
    const ring = new Ring(1000);
    for (let i = 0; i < 100; i++) ring.push(i, i, 0, false);
    assert.equal(ring.allocated, 16);
    assert.deepEqual(
      ring.range(0, 99).map((p) => p.time),
      Array.from({ length: 16 }, (_, i) => 84 + i),
    );
  });
  it("keeps the newest when it is made shorter, wherever it began, and grows again", () => {
    fc.assert(
      fc.property(fc.nat(300), fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 60 }), (count, a, b) => {
        const ring = new Ring(a);
        const list: number[] = [];
        const push = (i: number) => {
          ring.push(i, i % 7 === 0 ? `text ${i}` : i, 0, true);
          list.push(i);
        };
        for (let i = 0; i < count; i++) push(i);
        list.splice(0, Math.max(0, list.length - a));
        ring.resize(b);
        list.splice(0, Math.max(0, list.length - b));
        for (let i = count; i < count + 10; i++) push(i);
        list.splice(0, Math.max(0, list.length - b));
        assert.ok(ring.allocated <= b);
        assert.deepEqual(
          ring.range(-1, 1000),
          list.map((i) => ({ time: i, value: i % 7 === 0 ? `text ${i}` : i, status: 0 })),
        );
      }),
      { seed: 20261124, numRuns: 300 },
    );
  });
  it("asks for a capacity", () => assert.throws(() => new Ring(0), /capacity must be a whole number above zero/));
});

describe("memory store", () => {
  it("stays within its budget of samples, and gives back what it forgets", () => {
    const store = new MemoryStore("m", { samplesPerSignal: 10_000, samplesInAll: 1000 });
    for (let i = 0; i < 3000; i++) store.append(ref, i, { x: i });
    const kept = store.history({ ...ref, signal: "x" }).length;
    assert.ok(kept >= 500 && kept <= 1000, `${kept}`);
    store.forget(ref);
    for (let i = 0; i < 3000; i++) store.append({ ...ref, id: "b" }, i, { x: i });
    assert.equal(store.history({ branch: "live", id: "b", signal: "x" }).length, kept);
  });
  it("counts its budget right when settings change", () => {
    const store = new MemoryStore("m", { samplesPerSignal: 1000, samplesInAll: 2000 });
    for (let i = 0; i < 1000; i++) store.append(ref, i, { x: i });
    store.configure({ samplesPerSignal: 100, samplesInAll: 200 });
    for (let i = 0; i < 1000; i++) store.append(ref, i, { y: i, z: i });
    const kept = (signal: string) => store.history({ ...ref, signal }).length;
    assert.deepEqual([kept("x"), kept("y")], [100, 64], "100 of 200 samples are free: y may grow while less than that");
    store.configure({ samplesPerSignal: 100, samplesInAll: 10_000 });
    for (let i = 1000; i < 2000; i++) store.append(ref, i, { y: i, z: i });
    assert.deepEqual([kept("y"), kept("z")], [100, 100]);
  });
  it("keeps the sections of other nodes when the state changes", () => {
    const store = new MemoryStore("m");
    store.putState(twin({ rev: 1 }), { name: "Pump", mimic: "pump" });
    store.putSection(ref, "model", { expected: {}, sd: {}, residual: {}, z: {} }, 2);
    store.putState(twin({ rev: 2 }), { name: "Pump", mimic: "pump" });
    assert.ok(store.twin(ref)!.twin.model);
    assert.equal(store.twin(ref)!.twin.rev, 2);
  });
  it("thins so that every bucket keeps its smallest and largest value", () => {
    const points = Array.from({ length: 1000 }, (_, i) => ({
      time: i,
      value: i === 500 ? 99 : i === 700 ? -99 : Math.sin(i),
      status: 0,
    }));
    const few = thin(points, 50);
    assert.ok(few.length <= 50);
    assert.ok(few.some((p) => p.value === 99) && few.some((p) => p.value === -99));
    assert.deepEqual(
      few,
      [...few].sort((a, b) => a.time - b.time),
    );
  });
  it("says whether a saved state still has its meaning", () => {
    const store = new MemoryStore("m");
    store.saveState("n", ref, "v1", { a: 1 });
    assert.deepEqual(store.loadState("n", ref, "v1"), { state: { a: 1 } });
    assert.deepEqual(store.loadState("n", ref, "v2"), { changed: true });
    assert.equal(store.loadState("n", { ...ref, branch: "whatif:x" }, "v1"), undefined, "branches never mix");
    store.dropStates("n", ref);
    assert.equal(store.loadState("n", ref, "v1"), undefined);
  });
  it("collects the answers to an action, and tells who forgets", () => {
    const store = new MemoryStore("m");
    const forgotten: unknown[] = [];
    const stop = store.subscribe({
      action: (a) => (a.action === "x" ? { node: "n", ok: true, message: "Done." } : undefined),
      forget: (r) => forgotten.push(r),
    });
    const action = { action: "x", requestId: "1", ...ref };
    assert.deepEqual(store.post(action), [{ node: "n", ok: true, message: "Done." }]);
    assert.deepEqual(store.post({ ...action, action: "y" }), []);
    store.forget();
    stop();
    assert.deepEqual(store.post(action), []);
    assert.deepEqual(forgotten, [undefined]);
  });
});

describe("state files", () => {
  let folder: string;
  let warnings: string[];
  const open = () => new FileStore("s", folder, { warn: (s) => warnings.push(s) });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "twinwire-store-"));
    warnings = [];
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("bring back what was saved: after close, and after a flush with no close", async () => {
    const a = open();
    a.saveState("node1", ref, "m", { n: 1 });
    a.close();
    const b = open();
    assert.deepEqual(b.loadState("node1", ref, "m"), { state: { n: 1 } });
    assert.deepEqual(b.savedStates("node1"), [ref]);
    b.saveState("node1", ref, "m", { n: 2 });
    await b.flush();
    assert.deepEqual(open().loadState("node1", ref, "m"), { state: { n: 2 } });
    assert.deepEqual(warnings, []);
  });
  it("ask nodes for what changed before they are written", async () => {
    const store = open();
    store.onFlush(() => store.saveState("node1", ref, "m", { late: true }));
    await store.flush();
    assert.deepEqual(open().loadState("node1", ref, "m"), { state: { late: true } });
  });
  it("disappear when a node has nothing left to keep", async () => {
    const store = open();
    store.saveState("node1", ref, "m", 1);
    await store.flush();
    store.dropStates("node1");
    await store.flush();
    assert.deepEqual(readdirSync(folder), []);
  });
  it("that are torn at any length are put aside with a sentence, never half used", async () => {
    const store = open();
    for (let i = 0; i < 5; i++) store.saveState("node1", { branch: "live", id: `t${i}` }, "m", { i });
    await store.flush();
    const file = join(folder, readdirSync(folder)[0]!);
    const whole = readFileSync(file, "utf8");
    for (const cut of [0, 10, 60, whole.length >> 1, whole.length - 12, whole.length - 1]) {
      warnings = [];
      writeFileSync(file, whole.slice(0, cut));
      const again = open();
      assert.equal(again.savedStates("node1").length, 0, `cut at ${cut}`);
      assert.match(warnings[0]!, /cannot be used.*put aside/);
      assert.ok(readdirSync(folder).some((f) => f.endsWith(".corrupt")));
    }
  });
  it("keep every other twin when one cannot be written, and say which", async () => {
    const store = open();
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    store.saveState("node1", ref, "m", { n: 1 });
    store.saveState("node1", { ...ref, id: "odd" }, "m", circle as never);
    store.saveState("node1", { ...ref, id: "b" }, "m", { n: 2 });
    await store.flush();
    assert.match(warnings[0]!, /state of odd in node node1 cannot be saved: .*circular/);
    const again = open();
    assert.deepEqual(again.savedStates("node1"), [ref, { ...ref, id: "b" }]);
  });
  it("hold many twins, written in pieces, and leave nothing half done when closed in the middle", async () => {
    const store = open();
    for (let i = 0; i < 3000; i++)
      store.saveState("node1", { ...ref, id: `t${i}` }, "m", { text: "x".repeat(1000), i });
    const flushed = store.flush();
    store.saveState("node1", { ...ref, id: "last" }, "m", { i: -1 });
    store.close();
    await flushed;
    assert.deepEqual(readdirSync(folder), ["node1.ndjson"]);
    const again = open();
    assert.equal(again.savedStates("node1").length, 3001);
    assert.deepEqual(again.loadState("node1", { ...ref, id: "t2999" }, "m"), {
      state: { text: "x".repeat(1000), i: 2999 },
    });
    again.saveState("node1", { ...ref, id: "last" }, "m", { i: -2 });
    await again.flush();
    assert.equal(open().savedStates("node1").length, 3001);
    assert.deepEqual(warnings, []);
  });
  it("are safe from node ids that look like paths", async () => {
    const store = open();
    store.saveState("../../evil", ref, "m", 1);
    await store.flush();
    assert.deepEqual(readdirSync(folder), ["..%2F..%2Fevil.ndjson"]);
    assert.deepEqual(open().loadState("../../evil", ref, "m"), { state: 1 });
  });
});
