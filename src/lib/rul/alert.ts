/** When a remaining life becomes an event: raised, changed, cleared, with hysteresis. */
import type { Json } from "../store/store.ts";
import type { RulSection } from "../twin/envelope.ts";
import { format } from "./trend-words.ts";

export interface RulEvent {
  event: "raised" | "changed" | "cleared";
  severity: "info" | "warning" | "alarm";
  text: string;
}

const life = (x: number | null): string => (x === null ? "more" : format(x));

type Level = "none" | "warning" | "alarm";
const ALARM = 0.9;

export class RulAlert {
  #warnAt: number;
  #hold: number;
  #level: Level = "none";
  /** The level that waits to be taken, and for how many updates it has held. */
  #next: Level = "none";
  #held = 0;

  /**
   * @param warnAt probability of failure within the horizon from which a warning is raised, 0 … 1
   * @param hold updates for which a new level must hold before it counts
   */
  constructor(warnAt: number, hold = 10) {
    if (!(warnAt > 0 && warnAt < 1)) throw new RangeError(`warnAt must lie between 0 and 1, got ${warnAt}`);
    this.#warnAt = warnAt;
    this.#hold = hold;
  }

  get level(): Level {
    return this.#level;
  }

  /** The event that this section causes, if any; `name` is the machine's. */
  update(section: RulSection, name: string): RulEvent | undefined {
    const probability = section.failureProbability.value;
    const next = this.#levelAt(probability);
    this.#held = next === this.#next ? this.#held + 1 : 1;
    this.#next = next;
    if (next === this.#level || this.#held < this.#hold) return undefined;
    const before = this.#level;
    this.#level = next;
    if (next === "none")
      return {
        event: "cleared",
        severity: "info",
        text: `${name}: no failure is expected within ${section.failureProbability.horizon} ${section.unit} any more.`,
      };
    const left =
      section.p50 === 0
        ? `${name} has reached its failure limit.`
        : `${name} will probably fail in ${life(section.p50)} ${section.unit} (${life(section.p05)} to ${life(section.p95)}).`;
    return {
      event: before === "none" ? "raised" : "changed",
      severity: next,
      text: `${left} ${section.why[0] ?? ""}`.trim(),
    };
  }

  snapshot(): Json {
    return [this.#level, this.#next, this.#held];
  }

  restore(state: Json): void {
    [this.#level, this.#next, this.#held] = state as [Level, Level, number];
  }

  /** Leaves a level only when the probability has fallen to half of what raised it. */
  #levelAt(probability: number | null): Level {
    if (probability === null) return "none";
    if (probability >= ALARM || (this.#level === "alarm" && probability >= ALARM / 2)) return "alarm";
    if (probability >= this.#warnAt || (this.#level !== "none" && probability >= this.#warnAt / 2)) return "warning";
    return "none";
  }
}
