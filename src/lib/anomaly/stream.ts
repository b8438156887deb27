/**
 * The detector as node and command line use it: rows of one machine in, score and alarm out, everything automatic. One signal is
 * watched for novelty, several for averages and relations that are not as usual, each mode of operation with a baseline of
 * its own; one alert layer turns the surprise into an alarm at the budget. While an alarm stands nothing that takes part in it is learned.
 */
import type { Json } from "../store/store.ts";
import { AlertLayer, type AlertVerdict } from "./alarm/layer.ts";
import { type ChosenName, checkChannels, type DetectorName } from "./choice.ts";
import { fields, list, num } from "./json.ts";
import { type Lesson, Multivariate } from "./multivariate.ts";
import { Univariate, type UnivariateVerdict } from "./univariate.ts";

/** Samples after a change of mode during which the machine finds its level. */
const TRANSIENT = 10;
/** An alarm is over below this share of its threshold: signals seldom come back to exactly where they were. */
const CALM = 0.6;
/** Score at the threshold. */
const AT_THRESHOLD = 0.5;
/** What a row over the threshold adds to the score of the rows after it while the alarm stands, and how that fades per row. */
const FRESH = 0.1;
const FADE = 0.97;
/** Modes remembered; a rarer one replaces the one not seen for longest. */
const MODES = 8;

export interface StreamOptions {
  /** Signals per row. */
  channels: number;
  /** Rows that are taken as normal, per mode. */
  learning: number;
  falseAlarmsPerMonth: number;
  /** Consecutive rows over the threshold before the alarm is raised, calm rows before it is cleared, rows of rest after. */
  hold: number;
  clear: number;
  refractory: number;
  /** True when rows come with the mode of operation. */
  modal?: boolean;
  /** Smallest believable standard deviation per channel; 0 when nothing is known. */
  floors?: Float64Array;
  /** Smallest deviation that matters per channel, in its units; may be changed between rows. */
  bands?: Float64Array;
  /** Who judges; default "auto": what the number of signals asks for. */
  detector?: DetectorName;
}

export interface StreamVerdict extends AlertVerdict {
  /** False while learning, settling or between modes: then the score is the last one. */
  judged: boolean;
  /** Learned share of the present mode, 0 … 1. */
  progress: number;
  /** 0 … 1: how much of an event this row is. For one signal what has been told is not told again; else the score. */
  event: number;
  /** Share of each channel in the surprise, ≥ 0; sums to one, or to zero. */
  shares: Float64Array;
}

export class StreamDetector {
  readonly #options: Required<Omit<StreamOptions, "detector">> & { detector?: ChosenName | undefined };
  /** The watch over a single signal, which has an alert layer of its own. */
  #single: Univariate | undefined;
  #layer: AlertLayer;
  #usual: UnivariateVerdict | undefined;
  /** The alarm of a single signal has reached a deviation that matters; it has done so before a pause. */
  #told = false;
  #known = false;
  /** 1 at a row over the threshold, fading. */
  #fresh = 0;
  #modes = new Map<string, Multivariate>();
  #mode = "";
  /** Rows still to wait after a change of mode. */
  #transient = 0;
  #current: Multivariate;
  #verdict: StreamVerdict;

  /** @throws TwinError `E_ANOMALY` when the chosen detector cannot watch so few signals */
  constructor({ detector = "auto", ...options }: StreamOptions) {
    checkChannels(detector, options.channels);
    const zeros = () => new Float64Array(options.channels);
    const chosen = detector === "auto" ? undefined : detector;
    this.#options = { floors: zeros(), bands: zeros(), modal: false, ...options, detector: chosen };
    const { channels, modal, falseAlarmsPerMonth, hold, clear, refractory } = this.#options;
    this.#layer = new AlertLayer({ falseAlarmsPerMonth, hold, clear, refractory, calm: CALM });
    if (channels === 1 && !modal && !chosen) this.#watchAlone();
    this.#current = new Multivariate(this.#options);
    this.#modes.set("", this.#current);
    const { shares } = this.#current;
    this.#verdict = { ...this.#layer.verdict, judged: false, progress: 0, event: 0, shares };
  }

  #watchAlone(): void {
    const { learning, falseAlarmsPerMonth, hold, clear, refractory } = this.#options;
    this.#single = new Univariate({ learning, falseAlarmsPerMonth, alarm: { hold, clear, refractory } });
    this.#layer = this.#single.alert;
  }

  /** What is usual of a single signal, and what is odd; undefined for several. */
  get usual(): Readonly<UnivariateVerdict> | undefined {
    return this.#usual;
  }

  /** What is known of the present mode. */
  get current(): Multivariate {
    return this.#current;
  }

  /** True when the present mode has been learned. */
  get ready(): boolean {
    return this.#single ? this.#verdict.progress >= 1 : this.#current.ready;
  }

  get mode(): string {
    return this.#mode;
  }

  get verdict(): StreamVerdict {
    return this.#verdict;
  }

  /**
   * One row, judged by what came before it.
   * @param time source time, ms; at least that of the row before
   * @param x values, NaN where there is no new one
   * @param learn false to judge only
   * @param mode name of the mode of operation; the same for a machine with one mode; undefined on the way between two, when nothing is judged
   * @returns the same object each time
   */
  update(time: number, x: Float64Array, learn: boolean, mode: string | undefined): StreamVerdict {
    if (this.#single) return this.#alone(this.#single, time, x[0]!, learn);
    if (mode !== undefined && mode !== this.#mode) this.#change(mode);
    const lesson: Lesson = !learn ? "nothing" : this.#layer.frozen || this.#layer.verdict.over ? "bystanders" : "all";
    let raw = Number.NaN;
    if (mode === undefined) this.#transient = TRANSIENT;
    else if (this.#transient > 0) this.#transient--;
    else raw = this.#current.update(time, x, lesson);
    this.#first();
    const { progress, shares } = this.#current;
    const v = this.#layer.update(time, raw, lesson === "all");
    const verdict = Object.assign(this.#verdict, v, { judged: !Number.isNaN(raw), progress, shares });
    verdict.score = this.#standing(v);
    verdict.event = verdict.score;
    return verdict;
  }

  #alone(single: Univariate, time: number, x: number, learn: boolean): StreamVerdict {
    this.#usual = single.update(time, x, !learn);
    const { score, alarm, learned } = this.#usual;
    const { shares } = this.#current;
    const matters =
      Math.abs(this.#usual.z) * this.#usual.scale >= this.#options.bands[0]! || this.#usual.cause === "stuck";
    if (alarm.raised) this.#known = false;
    const now = alarm.active && !this.#told && matters;
    const raised = now && !this.#known;
    const resumed = now && this.#known;
    this.#told = alarm.active && (this.#told || now);
    if (now) this.#known = true;
    const judged = learned >= 1 && !Number.isNaN(x) && alarm.threshold > 0;
    shares[0] = 1;
    const shown = { active: this.#told, raised, resumed, judged, progress: learned, event: score, shares };
    Object.assign(this.#verdict, alarm, shown);
    this.#verdict.score = this.#standing({ ...alarm, active: this.#told });
    return this.#verdict;
  }

  /** While the alarm stands the score says so: at its threshold at least, and the more the fresher the last row over it. */
  #standing({ active, over, score }: Pick<AlertVerdict, "active" | "over" | "score">): number {
    this.#fresh = over ? 1 : this.#fresh * FADE;
    return active ? Math.max(AT_THRESHOLD + FRESH * this.#fresh, score) : score;
  }

  /**
   * One row that is declared normal: it teaches everything, its scores count as normal however high, and it raises nothing.
   * @param mode as in `update`
   */
  declare(time: number, x: Float64Array, mode: string | undefined = ""): void {
    if (this.#single) {
      this.#alone(this.#single, time, x[0]!, true);
      if (this.#layer.verdict.raised) this.#single.alert.falseAlarm();
      this.#told = false;
      Object.assign(this.#verdict, this.#layer.verdict);
      return;
    }
    if (mode !== undefined && mode !== this.#mode) this.#change(mode);
    if (mode === undefined) return;
    const raw = this.#current.update(time, x, "all");
    this.#first();
    this.#layer.declare(time, raw);
    this.#verdict.progress = this.#current.progress;
  }

  /** Nothing more is declared normal: what was seen is enough, even where the learning phase wanted more. */
  learned(): void {
    if (this.#single) return;
    this.#current.finish();
    this.#first();
    this.#verdict.progress = this.#current.progress;
  }

  /** The scores of a learning phase that has just ended teach the threshold. */
  #first(): void {
    for (const { time, surprise } of this.#current.first) this.#layer.declare(time, surprise);
    this.#current.first = [];
  }

  #change(mode: string): void {
    let next = this.#modes.get(mode);
    // The mode of the first rows had no name yet.
    if (!next && this.#mode === "" && this.#current.progress === 0) next = this.#current;
    next ??= new Multivariate(this.#options);
    next.resume();
    if (this.#mode !== "" || this.#current.progress > 0) this.#transient = TRANSIENT;
    if (next === this.#current) this.#modes.delete(this.#mode);
    // Seen last, kept longest.
    this.#modes.delete(mode);
    this.#modes.set(mode, next);
    if (this.#modes.size > MODES) this.#modes.delete(this.#modes.keys().next().value!);
    this.#mode = mode;
    this.#current = next;
  }

  /** A channel measures something else from now on. */
  forget(channel: number): void {
    if (this.#single) {
      this.#watchAlone();
      Object.assign(this.#verdict, this.#layer.verdict, { judged: false, progress: 0, event: 0 });
    } else for (const m of this.#modes.values()) m.forget(channel);
  }

  /** Ends the alarm and looks at the levels again. @param trust take the new level whatever it is */
  recentre(trust: boolean): void {
    if (this.#single) this.#single.relearn(trust);
    else this.#layer.relearn();
    this.#told = false;
    this.#current.recentre(trust);
    Object.assign(this.#verdict, this.#layer.verdict);
  }

  /** A person called the alarm false: its height counts as normal from now on, and so do the present levels. */
  falseAlarm(): void {
    this.#layer.falseAlarm();
    this.recentre(true);
  }

  /** A person confirmed the alarm: it does not count as a false one. */
  confirmed(): void {
    this.#layer.confirmed();
  }

  snapshot(): Json {
    return {
      single: this.#single?.snapshot() ?? null,
      layer: this.#single ? null : this.#layer.snapshot(),
      mode: this.#mode,
      transient: this.#transient,
      told: this.#told,
      known: this.#known,
      fresh: this.#fresh,
      modes: Array.from(this.#modes, ([name, m]) => [name, m.snapshot()]),
      verdict: [this.#verdict.score, this.#verdict.event, this.#verdict.progress],
      judged: this.#verdict.judged,
    };
  }

  /** @throws RangeError when the snapshot does not fit */
  restore(state: unknown): void {
    const s = fields(state);
    if (this.#single) this.#single.restore(s.single);
    else this.#layer.restore(s.layer);
    this.#mode = String(s.mode);
    this.#transient = num(s.transient);
    this.#told = s.told === true;
    this.#known = s.known === true;
    this.#fresh = num(s.fresh);
    this.#modes = new Map();
    for (const entry of list(s.modes)) {
      const [name, saved] = list(entry, 2);
      const m = new Multivariate(this.#options);
      m.restore(saved);
      this.#modes.set(String(name), m);
    }
    const current = this.#modes.get(this.#mode);
    if (!current) throw new RangeError("The snapshot does not fit.");
    this.#current = current;
    const { shares } = current;
    const [score, event, progress] = list(s.verdict, 3).map(num);
    Object.assign(this.#verdict, this.#layer.verdict, { score, event, progress, judged: s.judged === true, shares });
    if (this.#single) this.#verdict.active = this.#told;
  }
}
