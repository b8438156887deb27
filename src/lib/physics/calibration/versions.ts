/** The parameter sets a twin has been calibrated to, newest last, each with what was learned before it. */
import type { Json } from "../../store/store.ts";

export interface CalibrationVersion {
  /** `cal-1`, `cal-2` …: a number is never given twice. */
  name: string;
  /** Source time of the newest sample it was made from, milliseconds. */
  time: number;
  /** Every parameter that differs from the model's own value; in the units in which the model runs. */
  values: Readonly<Record<string, number>>;
  /** Learned correction, as it saves itself. */
  correction?: Json;
  /** What the calibration found, in the units that people read (report.ts). */
  report?: Json;
}

interface Kept {
  version: CalibrationVersion;
  before: Json;
}

const KEPT = 20;

export class Versions {
  #versions: Kept[] = [];
  #count = 0;

  get current(): CalibrationVersion | undefined {
    return this.#versions.at(-1)?.version;
  }

  /** @param before what was learned with the parameters that this version replaces */
  add(version: Omit<CalibrationVersion, "name">, before: Json): void {
    this.#versions.push({ version: { name: `cal-${++this.#count}`, ...version }, before });
    if (this.#versions.length > KEPT) this.#versions.shift();
  }

  /** Drops the newest version and returns what was learned before it; undefined when there is none. */
  undo(): Json | undefined {
    return this.#versions.pop()?.before;
  }

  snapshot(): Json {
    return { count: this.#count, versions: this.#versions as unknown as Json };
  }

  /** @throws TypeError when the snapshot is not one of versions */
  restore(state: Json): void {
    const s = state as { count?: unknown; versions?: unknown };
    if (typeof s.count !== "number" || !Array.isArray(s.versions)) throw new TypeError("no versions in the snapshot");
    this.#count = s.count;
    this.#versions = s.versions as unknown as Kept[];
  }
}
