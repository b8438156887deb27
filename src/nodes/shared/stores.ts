/** The open stores of this Node-RED: one handle per store, shared by the config nodes, the API and the live page. */
import { MemoryStore } from "../../lib/store/memory.ts";
import type { Store } from "../../lib/store/store.ts";

const open = new Map<string, MemoryStore>();
export const DEFAULT_STORE = "default";

/** Opens a store, or returns the open one. */
export function openStore(name: string): Store {
  let store = open.get(name);
  if (!store) open.set(name, (store = new MemoryStore(name)));
  return store;
}

export const openStores = (): Store[] => Array.from(open.values());
