/**
 * What all twins of one RUL node share, kept over redeploy and restart: machines that failed, and the model. Every failure is a state of
 * its own, so that the store, which cuts its writing between states, never has to write a whole library at once.
 */
import { FleetModel } from "../../lib/rul/fleet/model.ts";
import { type Failure, FailureLibrary } from "../../lib/rul/library.ts";
import type { PastLife } from "../../lib/rul/similarity.ts";
import type { Fleet } from "../../lib/rul/twin-rul.ts";
import type { Json, Store } from "../../lib/store/store.ts";
import { LIVE } from "../../lib/twin/envelope.ts";
import { KeyedStates, type Snapshotable } from "../shared/keyed-states.ts";

const MODEL = "model";
const FAILURE = /^failure-(\d+)$/;

/** One state: plain JSON, as it is. */
class Part implements Snapshotable {
  content: Json = null;
  snapshot(): Json {
    return this.content;
  }
  restore(state: Json): void {
    this.content = state;
  }
}

export class FleetStates implements Fleet {
  readonly library: FailureLibrary;
  model: FleetModel | undefined;
  #parts: KeyedStates<Part>;
  /** Numbers of the failures that are kept, the oldest first. */
  #numbers: number[];

  /**
   * @param meaning names everything that gives past lives their meaning: indicator, limit, direction, unit of time
   * @param given lives that people entered
   */
  constructor(store: Store, node: string, meaning: string, given: readonly PastLife[]) {
    this.library = new FailureLibrary(given);
    this.#parts = new KeyedStates(store, node, meaning, () => new Part());
    const numbers = store.savedStates(node).flatMap(({ id }) => FAILURE.exec(id)?.[1] ?? []);
    this.#numbers = [];
    for (const number of numbers.map(Number).sort((a, b) => a - b)) {
      const { content } = this.#part(nameOf(number)).state;
      if (content === null) continue;
      this.library.add(content as unknown as Failure);
      this.#numbers.push(number);
    }
    const { content } = this.#part(MODEL).state;
    if (content !== null) this.model = FleetModel.fromJSON(content as object);
  }

  /** @throws RangeError when the life is not above zero */
  add(failure: Failure): void {
    this.library.add(failure);
    const number = (this.#numbers.at(-1) ?? 0) + 1;
    this.#numbers.push(number);
    this.#keep(nameOf(number), failure as unknown as Json);
    while (this.#numbers.length > this.library.recorded.length)
      this.#parts.reset({ branch: LIVE, id: nameOf(this.#numbers.shift()!) });
  }

  /** Takes a model into use, and keeps it. */
  use(model: FleetModel): void {
    this.model = model;
    this.#keep(MODEL, model.toJSON() as unknown as Json);
  }

  /** @param removed the node was deleted: nothing is left behind */
  close(removed: boolean): void {
    this.#parts.close(removed);
  }

  #part(id: string) {
    return this.#parts.get(LIVE, id);
  }

  #keep(id: string, content: Json): void {
    const part = this.#part(id);
    part.state.content = content;
    this.#parts.touch(part);
  }
}

const nameOf = (number: number): string => `failure-${number}`;
