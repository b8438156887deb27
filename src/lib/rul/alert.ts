/** When a remaining life becomes an event: raised, changed, cleared, with hysteresis. */
import type { Json } from "../store/store.ts";
import type { RulSection } from "../twin/envelope.ts";

export interface RulEvent {
  event: "raised" | "changed" | "cleared";
  severity: "info" | "warning" | "alarm";
  text: string;
}

type Level = "none" | "warning" | "alarm";
const ALARM = 0.9;

export class RulAlert {
  #warnAt: number;
  #level: Level = "none";

  /** @param warnAt probability of failure within the horizon from which a warning is raised, 0 … 1 */
  constructor(warnAt: number) {
    if (!(warnAt > 0 && warnAt < 1)) throw new RangeError(`warnAt must lie between 0 and 1, got ${warnAt}`);
    this.#warnAt = warnAt;
  }

  get level(): Level {
    return this.#level;
  }

  /** The event that this section causes, if any; `name` is the machine's. */
  update(section: RulSection, name: string): RulEvent | undefined {
    const probability = section.failureProbability.value;
    const next = this.#next(probability);
    if (next === this.#level) return undefined;
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
        : `${name} will probably fail in ${section.p50} ${section.unit} (${section.p05} to ${section.p95 ?? "more"}).`;
    return {
      event: before === "none" ? "raised" : "changed",
      severity: next,
      text: `${left} ${section.why[0] ?? ""}`.trim(),
    };
  }

  /** Clears by itself after maintenance: the next section says so. */
  snapshot(): Json {
    return this.#level;
  }

  restore(state: Json): void {
    this.#level = state as Level;
  }

  /** Leaves a level only when the probability has fallen to half of what raised it. */
  #next(probability: number | null): Level {
    if (probability === null) return "none";
    if (probability >= ALARM || (this.#level === "alarm" && probability >= ALARM / 2)) return "alarm";
    if (probability >= this.#warnAt || (this.#level !== "none" && probability >= this.#warnAt / 2)) return "warning";
    return "none";
  }
}
