import type { Json, Store } from "../../lib/store/store.ts";
import { LIVE } from "../../lib/twin/envelope.ts";
import { KeyedStates, type Snapshotable } from "../shared/keyed-states.ts";

class Switch implements Snapshotable {
  /** Why nothing may be written, as a sentence; empty while it is released. */
  sentence = "";
  snapshot(): Json {
    return this.sentence;
  }
  restore(state: Json): void {
    this.sentence = typeof state === "string" ? state : "";
  }
}

/** The kill switch for all twins of a node. It survives redeploy and restart. */
export class KillSwitch {
  #states: KeyedStates<Switch>;

  constructor(store: Store, node: string) {
    this.#states = new KeyedStates<Switch>(store, `${node}/kill`, "kill/1", () => new Switch());
  }

  get sentence(): string | undefined {
    return this.#entry.state.sentence || undefined;
  }

  set(sentence: string): void {
    this.#entry.state.sentence = sentence;
    this.#states.touch(this.#entry);
    this.#states.save();
  }

  close(removed: boolean): void {
    this.#states.close(removed);
  }

  get #entry() {
    return this.#states.get(LIVE, "*");
  }
}
