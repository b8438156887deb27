import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { trainFleet } from "../../src/lib/rul/fleet/train.ts";
import { MemoryStore } from "../../src/lib/store/memory.ts";
import { FleetStates } from "../../src/nodes/rul/fleet-states.ts";

const GIVEN = [{ unit: "by hand", life: 70 }];
const failure = (life: number) => ({ unit: `machine ${life}`, life, begin: 0, time: life });

describe("what the twins of a RUL node share", () => {
  const open = (store: MemoryStore, meaning = "vibration") => new FleetStates(store, "n/fleet", meaning, GIVEN);
  const lives = (fleet: FleetStates) => fleet.library.all.map((f) => f.life);

  it("is there again after a restart: failures in order, the oldest of more than 200 forgotten, and the model", () => {
    const store = new MemoryStore("test");
    const fleet = open(store);
    for (let life = 1; life <= 203; life++) fleet.add(failure(life));
    const units = [60, 70, 80].map((n, k) => ({
      id: String(k),
      time: Float64Array.from({ length: n }, (_, t) => t),
      values: Float64Array.from({ length: n }, (_, t) => (t / n) ** 2),
    }));
    const model = trainFleet({ signals: ["heat"], units });
    fleet.use(model);
    const wanted = [70, ...Array.from({ length: 200 }, (_, i) => i + 4)];
    assert.deepEqual(lives(fleet), wanted);
    fleet.close(false);
    const again = open(store);
    assert.deepEqual(lives(again), wanted);
    assert.equal(again.model?.content.fingerprint, model.content.fingerprint);
    again.add(failure(500));
    again.close(false);
    assert.deepEqual(lives(open(store)).slice(-2), [203, 500], "a new one takes no other's place");
  });

  it("is written in small pieces: a new failure is the only one that is saved again", () => {
    const store = new MemoryStore("test");
    const fleet = open(store);
    for (let life = 1; life <= 20; life++) fleet.add(failure(life));
    store.collect();
    const saved: string[] = [];
    const save = store.saveState.bind(store);
    store.saveState = (node, ref, ...rest) => {
      saved.push(ref.id);
      save(node, ref, ...rest);
    };
    fleet.add(failure(21));
    store.collect();
    assert.deepEqual(saved, ["failure-21"]);
  });

  it("is not used when the indicator means something else, and leaves nothing behind when the node is deleted", () => {
    const store = new MemoryStore("test");
    const fleet = open(store);
    fleet.add(failure(30));
    fleet.close(false);
    assert.deepEqual(lives(open(store, "temperature")), [70]);
    const same = open(store);
    assert.deepEqual(lives(same), [70, 30]);
    same.close(true);
    assert.deepEqual(lives(open(store)), [70]);
  });
});
