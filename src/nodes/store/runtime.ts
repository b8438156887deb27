import type { Store } from "../../lib/store/store.ts";
import type { Node, Runtime } from "../shared/node-red.ts";
import { number } from "../shared/number.ts";
import { acquireStore, releaseStore } from "../shared/stores.ts";
import { migrate, type StoreConfig } from "./migrations.ts";

export interface StoreNode extends Node {
  store: Store;
}

/** A sample in memory: time, value, status. */
const BYTES = 20;

export function wire(RED: Runtime, node: Node, stored: Partial<StoreConfig>): void {
  const config = migrate(stored);
  const samplesPerSignal = number(config.samplesPerSignal, "Samples per signal", 10, 10_000_000);
  const memory = number(config.memory, "Memory for histories", 1, 100_000);
  (node as StoreNode).store = acquireStore(node.id, {
    samplesPerSignal: Math.floor(samplesPerSignal),
    samplesInAll: Math.floor((memory * 1e6) / BYTES),
    userDir: RED.settings.userDir,
    warn: (sentence) => node.warn(sentence),
  });
  node.on("close", (_removed, done) => {
    releaseStore(node.id);
    done();
  });
}
