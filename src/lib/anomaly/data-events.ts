/**
 * Events about the data of a twin, not about the machine: a signal that has fallen silent while others go on, a machine that was silent
 * as a whole, samples in floods, a clock that has gone back. They are told in a sentence when they begin and when they end; they are no alarm, and
 * score, health and alarm do not know of them.
 */
import type { Json } from "../store/store.ts";
import type { Signal } from "../twin/asset.ts";
import type { Envelope } from "../twin/envelope.ts";
import type { AnomalyEvent } from "./conditions.ts";
import { Quality } from "./detectors/quality.ts";
import { fields, list, num } from "./json.ts";
import { span } from "./words.ts";

/** Samples in a row older than the newest that are a clock gone back; fewer are late ones. */
const BACK = 5;
/** Signals that a sentence names. */
const NAMED = 3;

interface Watched {
  signal: Signal;
  timing: Quality;
  /** What has been told, and not yet that it is over. */
  silent: boolean;
  flooding: boolean;
}

export class DataEvents {
  readonly #signals: Watched[];
  /** Newest source time, and messages in a row before it. */
  #newest = Number.NEGATIVE_INFINITY;
  #back = 0;

  /** @param signals those that are watched */
  constructor(signals: Iterable<Signal>) {
    this.#signals = Array.from(new Set(signals), (signal) => {
      return { signal, timing: new Quality(), silent: false, flooding: false };
    });
  }

  /** One message. */
  watch(twin: Envelope): AnomalyEvent[] {
    const { time } = twin;
    if (twin.updated.length === 0) return [];
    const clock = this.#clock(time);
    if (time < this.#newest) return clock;
    this.#newest = time;
    const updated = new Set(twin.updated);
    const events = [...clock, ...this.#silence(time, updated)];
    for (const { signal, timing } of this.#signals)
      if (updated.has(signal.name)) timing.update(twin.times?.[signal.name] ?? time);
    return [...events, ...this.#floods()];
  }

  #clock(time: number): AnomalyEvent[] {
    if (time >= this.#newest) {
      const was = this.#back >= BACK;
      this.#back = 0;
      return was ? [info("cleared", "The clock of the samples has passed where it was before it went back.")] : [];
    }
    if (++this.#back !== BACK) return [];
    const by = span(this.#newest - time);
    return [warning(`The clock of the samples went back by ${by}: until it has caught up they count as late.`)];
  }

  #silence(time: number, updated: ReadonlySet<string>): AnomalyEvent[] {
    const regular = this.#signals.filter(({ timing }) => timing.regular);
    if (regular.length > 0 && regular.every(({ timing }) => timing.silent(time)))
      return this.#wholeSilence(time, regular);
    const begun: Watched[] = [];
    const over: Watched[] = [];
    for (const s of regular) {
      const fresh = updated.has(s.signal.name);
      if (s.silent && fresh) over.push(s);
      else if (!s.silent && !fresh && s.timing.silent(time)) begun.push(s);
    }
    for (const s of begun) s.silent = true;
    for (const s of over) s.silent = false;
    const since = (list: Watched[]) => span(time - Math.min(...list.map(({ timing }) => timing.last!)));
    const events: AnomalyEvent[] = [];
    if (begun.length > 0)
      events.push(warning(`${named(begun)} sent nothing for ${since(begun)}; ${usually(begun[0]!.timing)}.`));
    if (over.length > 0) events.push(info("cleared", `After ${since(over)} there are samples again: ${named(over)}.`));
    return events;
  }

  /** Nobody can tell while nothing comes: it is told when it is over. */
  #wholeSilence(time: number, regular: Watched[]): AnomalyEvent[] {
    const last = Math.max(...regular.map(({ timing }) => timing.last!));
    const often = regular.reduce((a, b) => (b.timing.interval.value < a.timing.interval.value ? b : a)).timing;
    for (const s of regular) {
      s.timing.excuse(time);
      s.silent = false;
    }
    return [info("cleared", `Nothing came for ${span(time - last)}; ${usually(often)}. It is back.`)];
  }

  #floods(): AnomalyEvent[] {
    const turned = this.#signals.filter((s) => s.timing.flooding !== s.flooding);
    for (const s of turned) s.flooding = s.timing.flooding;
    const begun = turned.filter((s) => s.flooding);
    const over = turned.filter((s) => !s.flooding);
    const events: AnomalyEvent[] = [];
    if (begun.length > 0)
      events.push(warning(`Samples come in a flood, more than ten times as often as usual: ${named(begun)}.`));
    if (over.length > 0) events.push(info("cleared", `The flood of samples is over: ${named(over)}.`));
    return events;
  }

  snapshot(): Json {
    return {
      newest: Number.isFinite(this.#newest) ? this.#newest : null,
      back: this.#back,
      signals: this.#signals.map(({ timing, silent, flooding }) => [timing.snapshot(), silent, flooding]),
    };
  }

  /** @throws RangeError when the snapshot does not fit */
  restore(state: unknown): void {
    const s = fields(state);
    this.#newest = s.newest === null ? Number.NEGATIVE_INFINITY : num(s.newest);
    this.#back = num(s.back);
    const signals = list(s.signals, this.#signals.length);
    for (const [i, own] of this.#signals.entries()) {
      const [timing, silent, flooding] = list(signals[i], 3);
      own.timing.restore(timing);
      own.silent = silent === true;
      own.flooding = flooding === true;
    }
  }
}

const usually = ({ interval: { value } }: Quality): string =>
  `a sample every ${value < 1000 ? `${Math.round(value)} ms` : span(value)} is usual`;

function named(signals: readonly Watched[]): string {
  const more = signals.length - NAMED;
  const labels = signals.slice(0, NAMED).map(({ signal }) => signal.label);
  return labels.join(", ") + (more > 0 ? ` and ${more} more` : "");
}

const info = (event: AnomalyEvent["event"], text: string): AnomalyEvent => ({
  event,
  severity: "info",
  text,
  about: "data",
});
const warning = (text: string): AnomalyEvent => ({ event: "raised", severity: "warning", text, about: "data" });
