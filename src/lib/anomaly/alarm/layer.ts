/**
 * The alert layer: turns the raw score of any detector into a score from 0 to 1 and an alarm, at a budget of false alarms.
 *
 * The threshold is learned from the scores while all is well (budget.ts). An alarm is raised when the score has been above it for
 * `hold` samples; it stands until the score has stayed for `clear` samples, or longer (course.ts), where normal operation spends its time, so that
 * a lasting fault is one alarm. Its owner learns nothing while `frozen`, that is while it stands and in its probation afterwards: a fault never
 * becomes normal, until a person says so. Afterwards it rests for `refractory` samples and, if latched, stays on the list until acknowledged.
 */
import type { Json } from "../../store/store.ts";
import { fields, num } from "../json.ts";
import { Budget } from "./budget.ts";
import { Course } from "./course.ts";
import { Interval } from "./interval.ts";
import type { AlertLayerOptions, AlertVerdict } from "./verdict.ts";

const MONTH_MS = 30 * 86_400_000;
/** An alarm instead of a warning from this many thresholds on. */
const SEVERE = 2;
/** Share of long calms that normal operation breaks. */
const BROKEN = 0.1;
/** Surprise of about one in 160 000. */
const KNEE = 12;

export type { AlertLayerOptions, AlertVerdict } from "./verdict.ts";

export class AlertLayer {
  readonly verdict: AlertVerdict;
  /** Stays true after an alarm until acknowledged. */
  latched = false;
  readonly interval = new Interval();
  readonly #budget: Budget;
  readonly #options: Required<Omit<AlertLayerOptions, "calm">> & { calm?: number };
  readonly #course: Course;
  /** Samples still to rest. */
  #rest = 0;
  /** Highest surprise of the alarm that stands, or stood last; how it was counted when it was raised, and how it is counted now, 0 when not at all. */
  #peak = 0;
  #lasting = 0;
  #counted = 0;
  /** What stood last came and went. */
  #event = false;
  #threshold = Number.NaN;
  /** Level below which it is calm. */
  #usual = 0;
  /** The pauses that it was found for, samples. */
  #pauses = 0;
  /** The last `hold` raw scores, a ring. */
  #recent: Float64Array;
  #at = 0;

  constructor(options: AlertLayerOptions) {
    this.#options = { hold: 1, clear: 32, refractory: 0, assumed: 20, ...options };
    this.#budget = new Budget(this.#options.assumed);
    this.#course = new Course(this.#options.clear);
    this.#recent = new Float64Array(this.#options.hold);
    this.verdict = {
      score: 0,
      surprise: 0,
      threshold: Number.NaN,
      over: false,
      active: false,
      raised: false,
      resumed: false,
      severity: "none",
    };
  }

  /** True while an alarm stands, and as long as it may only be making a pause: nothing is to be learned. */
  get frozen(): boolean {
    return this.verdict.active || this.#course.probation;
  }

  /** Samples that are worth one independent value of the signal, (1 + φ) / (1 − φ): where they are many, an alarm is not over sooner. */
  set correlation(samples: number) {
    this.#course.correlation = samples;
  }

  /**
   * One sample.
   * @param time source time, ms
   * @param raw the detector's score: ≥ 0, about −ln p of normal operation; NaN when there is none (missing, still learning)
   * @param learn false when normal operation is not to be learned from it
   * @returns the same object each time
   */
  update(time: number, raw: number, learn: boolean): AlertVerdict {
    const v = this.verdict;
    this.interval.update(time);
    v.raised = v.resumed = false;
    if (Number.isNaN(raw)) return v;
    if (Number.isNaN(this.#threshold)) this.#renew();
    const surprise = (v.surprise = this.#hold(tame(raw)));
    v.threshold = this.#threshold;
    v.score = surprise / (surprise + this.#threshold);
    v.over = surprise > this.#threshold;
    if (this.#rest > 0) this.#rest--;
    if (v.active) this.#stand(tame(raw));
    else if (v.over && this.#rest === 0) this.#raise();
    else if (this.#course.probation) this.#wait();
    else if (learn && this.#budget.learn(Math.min(surprise, this.#threshold))) this.#renew();
    return v;
  }

  /** A score that is declared normal, of a learning record: it counts as high as it is and raises nothing. */
  declare(time: number, raw: number): void {
    this.interval.update(time);
    if (!Number.isNaN(raw) && this.#budget.learn(this.#hold(tame(raw)))) this.#renew();
  }

  /** The smallest of the last `hold` scores. */
  #hold(raw: number): number {
    if (this.#recent.length === 1) return raw;
    this.#recent[this.#at] = raw;
    this.#at = (this.#at + 1) % this.#recent.length;
    return Math.min(...this.#recent);
  }

  #renew(): void {
    const { falseAlarmsPerMonth } = this.#options;
    this.#threshold = Math.max(1e-9, this.#budget.level((falseAlarmsPerMonth * this.interval.value) / MONTH_MS));
    this.#findCalm();
  }

  /** A calm that must last longer must be as likely in normal operation, so its level is higher. */
  #findCalm(): void {
    const { calm, clear } = this.#options;
    const level =
      calm === undefined
        ? Math.min(this.#budget.usual, 0.6 * this.#threshold)
        : Math.max(calm * this.#threshold, Math.log(10 * clear));
    const { pauses } = this.#course;
    const long = pauses > 0 ? this.#budget.level(BROKEN / pauses) : 0;
    this.#usual = Math.min(this.#threshold, Math.max(level, long));
    this.#pauses = pauses;
  }

  #raise(): void {
    const v = this.verdict;
    v.active = true;
    this.latched = true;
    v.raised = this.#course.begin();
    v.resumed = !v.raised;
    // Events that come and go count one by one, what lasts counts once.
    if (v.raised || this.#event) {
      this.#peak = v.surprise;
      this.#counted = this.#lasting = this.#budget.alarm(this.#threshold);
    } else this.#peak = Math.max(this.#peak, v.surprise);
    v.severity = v.surprise > SEVERE * this.#threshold ? "alarm" : "warning";
  }

  #stand(raw: number): void {
    const v = this.verdict;
    if (v.surprise > this.#peak) this.#peak = v.surprise;
    if (v.surprise > SEVERE * this.#threshold) v.severity = "alarm";
    if (this.#course.pauses !== this.#pauses) this.#findCalm();
    if (!this.#course.stand(raw <= this.#usual, v.over)) return;
    // What came and went is how this signal is; what lasted may have been a fault.
    this.#event = this.#course.brief;
    if (this.#course.again) this.#count(this.#event);
    this.#end();
  }

  #end(): void {
    this.verdict.active = false;
    this.verdict.severity = "none";
    this.#rest = this.#options.refractory;
    this.#renew();
  }

  /** The alarm may only be making a pause. */
  #wait(): void {
    if (!this.#course.wait()) return;
    this.#count(this.#event);
    this.#renew();
  }

  /** @param real the height that the alarm reached was normal after all, so that it counts as it was; else as a little above the threshold then */
  #count(real: boolean): void {
    if (this.#counted === 0) return;
    const height = real ? this.#peak : this.#lasting;
    this.#budget.count(this.#counted, -1);
    this.#budget.count(height, 1);
    this.#counted = height;
  }

  /** A person says that it is over. */
  #settle(): void {
    this.#count(true);
    this.#course.forget();
    this.#renew();
  }

  /** What comes back is a habit of the machine, no fault that made a pause: the alarm that is over is over for good. */
  habitual(): void {
    if (this.verdict.active || !this.#course.probation) return;
    this.#course.forget();
    this.#renew();
  }

  acknowledge(): void {
    this.latched = false;
  }

  /** The detector judges by something else from now on, so that its scores may have another law. */
  doubt(): void {
    this.#budget.doubt();
    this.#renew();
  }

  /** The state is accepted as normal: the alarm ends, what was learned about the scores stays. */
  relearn(): void {
    if (this.frozen) this.#settle();
    if (this.verdict.active) this.#end();
    this.#recent.fill(0);
  }

  /** A person called the alarm that stands, or stood last, false: its real height counts as normal from now on. */
  falseAlarm(): void {
    if (this.#counted === 0) return;
    this.#settle();
    this.#end();
    this.#counted = 0;
    this.acknowledge();
    this.relearn();
  }

  /** A person confirmed it: it does not count as a false alarm. */
  confirmed(): void {
    if (this.#counted === 0) return;
    this.#budget.count(this.#counted, -1);
    this.#counted = 0;
    this.acknowledge();
    this.#renew();
  }

  snapshot(): Json {
    const { active, surprise, over, score, severity } = this.verdict;
    return {
      verdict: { active, surprise, over, score, severity },
      latched: this.latched,
      interval: this.interval.snapshot(),
      budget: this.#budget.snapshot(),
      falseAlarmsPerMonth: this.#options.falseAlarmsPerMonth,
      course: this.#course.snapshot(),
      event: this.#event,
      state: [this.#rest, this.#peak, this.#lasting, this.#counted, this.#usual, this.#pauses, this.#at],
      threshold: Number.isNaN(this.#threshold) ? null : this.#threshold,
      recent: Array.from(this.#recent),
    };
  }

  restore(state: unknown): void {
    const s = fields(state);
    const v = fields(s.verdict);
    if (!Array.isArray(s.state) || s.state.length !== 7) throw new RangeError("The snapshot does not fit.");
    const [rest, peak, lasting, counted, usual, pauses, at] = s.state.map(num);
    this.latched = s.latched === true;
    this.interval.restore(s.interval);
    this.#budget.restore(s.budget);
    this.#course.restore(s.course);
    this.#event = s.event === true;
    this.#rest = rest!;
    this.#peak = peak!;
    this.#lasting = lasting!;
    this.#counted = counted!;
    this.#usual = usual!;
    this.#pauses = pauses!;
    this.#threshold = s.threshold === null ? Number.NaN : num(s.threshold);
    if (Array.isArray(s.recent) && s.recent.length === this.#recent.length) {
      this.#recent.set(s.recent.map(num));
      this.#at = at!;
    }
    Object.assign(this.verdict, {
      active: v.active === true,
      surprise: num(v.surprise),
      over: v.over === true,
      score: num(v.score),
      severity: v.severity === "alarm" || v.severity === "warning" ? v.severity : "none",
      threshold: this.#threshold,
      raised: false,
      resumed: false,
    });
    // The sensitivity may have been changed since.
    if (!Number.isNaN(this.#threshold) && num(s.falseAlarmsPerMonth) !== this.#options.falseAlarmsPerMonth)
      this.#renew();
  }
}

/** No signal is normal far out, and a hundred deviations are not a hundred times as odd as ten: beyond the knee the surprise grows with its logarithm. */
const tame = (raw: number): number => (raw <= KNEE ? raw : KNEE * (1 + Math.log(raw / KNEE)));
