import type { Json, Store, TwinRef } from "../../lib/store/store.ts";
import { twinKey } from "../../lib/twin/envelope.ts";

/** Anything a node remembers of one twin. */
export interface Snapshotable {
  snapshot(): Json;
  /** Takes over a snapshot. May throw when the snapshot is of no use: then learning starts again. */
  restore(state: Json): void;
}

export interface Entry<S> {
  ref: TwinRef;
  state: S;
  /** True when a saved state existed but was learned under another meaning (signals or settings changed). */
  relearning: boolean;
  dirty: boolean;
}

/**
 * What a node remembers, one object per (branch, twin id), kept over redeploy and restart through the store.
 * `meaning` names everything that gives the state its meaning, such as the signals and the settings that shape it:
 * a state saved under another meaning is not used.
 */
export class KeyedStates<S extends Snapshotable> {
  #entries = new Map<string, Entry<S>>();
  #store: Store;
  #node: string;
  #meaning: string;
  #create: (ref: TwinRef) => S;
  #unsubscribe: () => void;

  constructor(store: Store, node: string, meaning: string, create: (ref: TwinRef) => S) {
    this.#store = store;
    this.#node = node;
    this.#meaning = meaning;
    this.#create = create;
    const stopSaving = store.onFlush(() => this.save());
    const stopForgetting = store.subscribe({ forget: (ref) => this.#forget(ref) });
    this.#unsubscribe = () => {
      stopSaving();
      stopForgetting();
    };
  }

  /** The entry of a twin, restored from the store or made new. Call `touch` after changing its state. */
  get(branch: string, id: string): Entry<S> {
    const key = twinKey(branch, id);
    const known = this.#entries.get(key);
    if (known) return known;
    const ref = { branch, id };
    const entry: Entry<S> = { ref, state: this.#create(ref), relearning: false, dirty: false };
    const saved = this.#store.loadState(this.#node, ref, this.#meaning);
    if (saved && "changed" in saved) entry.relearning = true;
    else if (saved) {
      try {
        entry.state.restore(saved.state);
      } catch {
        entry.state = this.#create(ref);
        entry.relearning = true;
      }
    }
    this.#entries.set(key, entry);
    return entry;
  }

  has(branch: string, id: string): boolean {
    return this.#entries.has(twinKey(branch, id));
  }

  get size(): number {
    return this.#entries.size;
  }

  values(): IterableIterator<Entry<S>> {
    return this.#entries.values();
  }

  /** Restores every twin this node knew before a restart, so that timers and lists are complete at once. */
  restoreAll(): void {
    for (const ref of this.#store.savedStates(this.#node)) this.get(ref.branch, ref.id);
  }

  touch(entry: Entry<S>): void {
    entry.dirty = true;
  }

  /** Forgets one twin, or all. */
  reset(ref?: TwinRef): void {
    this.#forget(ref);
    this.#store.dropStates(this.#node, ref);
  }

  #forget(ref?: TwinRef): void {
    if (ref) this.#entries.delete(twinKey(ref.branch, ref.id));
    else this.#entries.clear();
  }

  /** `last`: the node closes, and its objects must not be asked any more. */
  save(last = false): void {
    for (const entry of this.#entries.values()) {
      if (!entry.dirty) continue;
      const { state } = entry;
      this.#store.saveState(this.#node, entry.ref, this.#meaning, last ? state.snapshot() : () => state.snapshot());
      entry.dirty = false;
    }
  }

  /** Saves everything; a node that was deleted from the flow leaves nothing behind. */
  close(removed: boolean): void {
    this.#unsubscribe();
    if (removed) this.#store.dropStates(this.#node);
    else this.save(true);
    this.#entries.clear();
  }
}
