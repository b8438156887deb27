/** What all twins of one RUL node share: machines that failed, and the model that was learned from them. */
import type { Json } from "../store/store.ts";
import { FleetModel } from "./fleet/model.ts";
import { FailureLibrary } from "./library.ts";
import type { PastLife } from "./similarity.ts";

export class FleetMemory {
  readonly library: FailureLibrary;
  model: FleetModel | undefined;

  /** @param given lives that people entered */
  constructor(given: readonly PastLife[] = []) {
    this.library = new FailureLibrary(given);
  }

  snapshot(): Json {
    return { failures: this.library.snapshot(), model: (this.model?.toJSON() as Json | undefined) ?? null };
  }

  restore(state: Json): void {
    const s = state as { failures: Json; model: Json };
    this.library.restore(s.failures);
    this.model = s.model ? FleetModel.fromJSON(s.model as object) : undefined;
  }
}
