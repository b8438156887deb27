/** Everything the RUL node knows of one twin: the predictor, the alert, and the count of cycles. */
import type { Json } from "../store/store.ts";
import type { Envelope, RulSection } from "../twin/envelope.ts";
import { RulAlert, type RulEvent } from "./alert.ts";
import type { Indicator } from "./indicator.ts";
import { type RulOptions, RulPredictor } from "./predictor.ts";

export interface RulResult {
  section: RulSection;
  event: RulEvent | undefined;
}

export class TwinRul {
  #indicator: Indicator;
  #predictor: RulPredictor;
  #alert: RulAlert;
  #cycles: boolean;
  #count = 0;
  #name: string;

  /** @param cycles time is counted in samples of the indicator instead of in clock time */
  constructor(name: string, indicator: Indicator, options: RulOptions, warnAt: number, cycles: boolean) {
    this.#name = name;
    this.#indicator = indicator;
    this.#predictor = new RulPredictor(options);
    this.#alert = new RulAlert(warnAt);
    this.#cycles = cycles;
  }

  step(twin: Envelope): RulResult {
    const value = this.#indicator.read(twin);
    if (value !== undefined) this.#count++;
    const time = this.#cycles ? this.#count : twin.time;
    const { section, restarted } =
      value === undefined
        ? { section: this.#predictor.section(), restarted: false }
        : this.#predictor.update(time, value);
    const event = this.#alert.update(section, this.#name);
    if (event || !restarted) return { section, event };
    return {
      section,
      event: {
        event: "changed",
        severity: "info",
        text: `${this.#name}: ${section.why[0] ?? "the trend begins again."}`,
      },
    };
  }

  restart(): void {
    this.#predictor.restart();
  }

  snapshot(): Json {
    return { predictor: this.#predictor.snapshot(), alert: this.#alert.snapshot(), count: this.#count };
  }

  restore(state: Json): void {
    const s = state as { predictor: Json; alert: Json; count: number };
    this.#predictor.restore(s.predictor);
    this.#alert.restore(s.alert);
    this.#count = s.count;
  }
}
