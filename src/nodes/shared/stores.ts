/**
 * The open stores of this Node-RED: one handle per store, shared by the config nodes, the API and the live page. A handle
 * outlives a redeploy by a grace time, so that twins, histories and baselines go on.
 */
import { join } from "node:path";
import { FileStore } from "../../lib/store/files.ts";
import { type MemoryOptions, MemoryStore } from "../../lib/store/memory.ts";
import type { Store } from "../../lib/store/store.ts";

interface Handle {
  store: MemoryStore;
  users: number;
  ending?: NodeJS.Timeout;
}

export interface OpenOptions extends MemoryOptions {
  /** Node-RED's user directory; without one (embedded Node-RED) nothing survives a restart. */
  userDir?: string | undefined;
  warn: (sentence: string) => void;
}

export const DEFAULT_STORE = "default";
const GRACE_MS = 10_000;
const handles = new Map<string, Handle>();

/** Opens a store, or joins the open one. Every call needs one `release`. */
export function acquireStore(name: string, options: OpenOptions): Store {
  let handle = handles.get(name);
  if (!handle) {
    handle = { store: open(name, options), users: 0 };
    handles.set(name, handle);
  } else handle.store.configure(options);
  clearTimeout(handle.ending);
  handle.users++;
  return handle.store;
}

/** A folder that cannot be used must not stop the twins: they then live in memory only. */
function open(name: string, options: OpenOptions): MemoryStore {
  const lost = "what the twins learn does not survive a restart.";
  if (!options.userDir) {
    options.warn(`Node-RED has no user directory: ${lost}`);
    return new MemoryStore(name, options);
  }
  const folder = join(options.userDir, "twinwire", encodeURIComponent(name).replace(/^\./, "%2E"));
  try {
    return new FileStore(name, folder, options);
  } catch (error) {
    options.warn(`The folder ${folder} cannot be used (${(error as Error).message}): ${lost}`);
    return new MemoryStore(name, options);
  }
}

export function releaseStore(name: string): void {
  const handle = handles.get(name);
  if (!handle || --handle.users > 0) return;
  // The nodes have saved what they know; a power cut during a long redeploy must not lose it.
  if (handle.store instanceof FileStore) void handle.store.flush();
  handle.ending = setTimeout(() => closeHandle(name, handle), GRACE_MS);
  handle.ending.unref();
}

export const openStores = (): Store[] => Array.from(handles.values(), (handle) => handle.store);

export const findStore = (name: string): Store | undefined => handles.get(name)?.store;

function closeHandle(name: string, handle: Handle): void {
  handles.delete(name);
  if (handle.store instanceof FileStore) handle.store.close();
}

// Node-RED ends its process when all nodes have closed, which may be before the grace time is over.
process.once("exit", () => {
  for (const [name, handle] of handles) closeHandle(name, handle);
});
