/** The open stores and what nodes keep in them, without Node-RED around. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mock } from "node:test";
import { afterEach, beforeEach, describe, it } from "mocha";
import { FileStore } from "../../src/lib/store/files.ts";
import { MemoryStore } from "../../src/lib/store/memory.ts";
import type { Json } from "../../src/lib/store/store.ts";
import { KeyedStates } from "../../src/nodes/shared/keyed-states.ts";
import { acquireStore, findStore, releaseStore } from "../../src/nodes/shared/stores.ts";

const ref = { branch: "live", id: "a" };

describe("open stores", () => {
  let userDir: string;
  let warnings: string[];
  const options = (more: object = {}) => ({ userDir, warn: (s: string) => void warnings.push(s), ...more });
  beforeEach(() => {
    userDir = mkdtempSync(join(tmpdir(), "twinwire-stores-"));
    warnings = [];
    mock.timers.enable({ apis: ["setTimeout"] });
  });
  afterEach(() => {
    mock.timers.tick(60_000); // the grace times of this test end
    mock.timers.reset();
    rmSync(userDir, { recursive: true, force: true });
  });

  it("give every user of a name the same store, which outlives its last user by the grace time", () => {
    const first = acquireStore("s", options());
    assert.equal(acquireStore("s", options()), first);
    releaseStore("s");
    releaseStore("s");
    mock.timers.tick(9_999);
    assert.equal(acquireStore("s", options()), first, "a redeploy within the grace time");
    mock.timers.tick(60_000);
    assert.equal(findStore("s"), first, "in use again: nothing ends");
    releaseStore("s");
    mock.timers.tick(10_000);
    assert.equal(findStore("s"), undefined);
  });
  it("write what they know when the grace time ends, and read it when they open again", () => {
    acquireStore("s", options()).saveState("node1", ref, "m", { n: 1 });
    releaseStore("s");
    mock.timers.tick(10_000);
    const again = acquireStore("s", options());
    assert.deepEqual(again.loadState("node1", ref, "m"), { state: { n: 1 } });
    releaseStore("s");
  });
  it("never share a folder, whatever their names", () => {
    for (const name of ["a/b", "a", "..", "a%2Fb"]) {
      acquireStore(name, options()).saveState("node1", ref, "m", name);
      releaseStore(name);
    }
    mock.timers.tick(10_000);
    for (const name of ["a/b", "a", "..", "a%2Fb"]) {
      assert.deepEqual(acquireStore(name, options()).loadState("node1", ref, "m"), { state: name });
      releaseStore(name);
    }
    assert.deepEqual(readdirSync(userDir), ["twinwire"]);
  });
  it("take over changed settings at once", () => {
    const store = acquireStore("s", options({ samplesPerSignal: 50 }));
    for (let i = 0; i < 200; i++) store.append(ref, i, { x: i });
    acquireStore("s", options({ samplesPerSignal: 20 }));
    const times = () => store.history({ ...ref, signal: "x" }).map((p) => p.time);
    assert.deepEqual(
      times(),
      Array.from({ length: 20 }, (_, i) => 180 + i),
    );
    acquireStore("s", options({ samplesPerSignal: 30 }));
    for (let i = 200; i < 300; i++) store.append(ref, i, { x: i });
    assert.deepEqual(
      times(),
      Array.from({ length: 30 }, (_, i) => 270 + i),
    );
    for (let i = 0; i < 3; i++) releaseStore("s");
  });
  it("live in memory, and say so, when there is no user directory or its folder cannot be used", () => {
    const without = acquireStore("s", options({ userDir: undefined }));
    mkdirSync(join(userDir, "twinwire"));
    writeFileSync(join(userDir, "twinwire", "t"), "a file is in the way");
    const blocked = acquireStore("t", options());
    for (const store of [without, blocked]) assert.ok(store instanceof MemoryStore && !(store instanceof FileStore));
    assert.match(warnings[0]!, /no user directory: .* does not survive a restart/);
    assert.match(warnings[1]!, /cannot be used \(.*\): .* does not survive a restart/);
    releaseStore("s");
    releaseStore("t");
  });
});

describe("what nodes remember", () => {
  class Counter {
    n = 0;
    snapshot(): Json {
      return { n: this.n };
    }
    restore(state: Json): void {
      const { n } = state as { n: number };
      if (n < 0) throw new Error("of no use");
      this.n = n;
    }
  }
  const open = (store: MemoryStore, meaning = "m") => new KeyedStates(store, "node1", meaning, () => new Counter());
  function count(states: KeyedStates<Counter>, branch = "live"): number {
    const entry = states.get(branch, "a");
    states.touch(entry);
    return ++entry.state.n;
  }

  it("goes on over a redeploy, per branch, and starts again under another meaning", () => {
    const store = new MemoryStore("m");
    const a = open(store);
    count(a);
    count(a);
    count(a, "whatif:x");
    a.close(false);
    const b = open(store);
    assert.deepEqual([count(b), count(b, "whatif:x"), b.get("live", "a").relearning], [3, 2, false]);
    b.close(false);
    const c = open(store, "other");
    assert.deepEqual([c.get("live", "a").relearning, count(c)], [true, 1]);
  });
  it("starts again, and says so, from a saved state that is of no use", () => {
    const store = new MemoryStore("m");
    store.saveState("node1", ref, "m", { n: -1 });
    const states = open(store);
    assert.deepEqual([states.get("live", "a").relearning, states.get("live", "a").state.n], [true, 0]);
  });
  it("is forgotten with its node, with a reset, and when the store forgets", () => {
    const store = new MemoryStore("m");
    const a = open(store);
    count(a);
    a.close(true);
    assert.equal(store.savedStates("node1").length, 0, "deleted");
    const b = open(store);
    count(b);
    store.collect();
    b.reset(ref);
    assert.deepEqual([count(b), store.savedStates("node1").length], [1, 0], "reset");
    store.forget();
    assert.equal(count(b), 1, "forget everything");
  });
  it("is complete at once after a restart, and what was closed does not change later", () => {
    const store = new MemoryStore("m");
    const a = open(store);
    const { state } = a.get("live", "a");
    count(a);
    a.close(false);
    state.n = 99;
    const b = open(store);
    b.restoreAll();
    assert.deepEqual(
      Array.from(b.values(), (entry) => [entry.ref, entry.state.n]),
      [[ref, 1]],
    );
  });
});
