/**
 * The threshold that gives the wanted rate of false alarms, from the scores themselves while all is well.
 *
 * Peaks over threshold (e.g. Coles 2001, ch. 4 and 5): above a high quantile u of the score, the rate of separate
 * excursions and the distribution of the excess (generalised Pareto) are learned; the level that a false alarm per
 * budget would reach follows. Scores are surprises, whose excess is exponential with mean 1 for independent Gaussian
 * data: that is where the estimate starts from, so that a young model is sensible too. An excursion is learned only when it
 * is over, and one that became an alarm counts once, cut off at the threshold (censored): a fault, however slowly it
 * comes, does not raise the threshold that is to find it.
 */
import type { Json } from "../store/store.ts";
import { fields, num } from "./json.ts";

const QUANTILE = 0.97;
/** Rows below u that end an excursion. */
const RUN = 10;
/** Weight of the starting values, in exceedances and in rows. */
const PRIOR_EXCESSES = 20;
const PRIOR_ROWS = 300;
/** Exceedances after which old ones begin to fade. */
const MEMORY = 5000;
const MONTH_MS = 30 * 86_400_000;

export class Tail {
  /** The high quantile of the score. */
  u = 3.5;
  #rows = 0;
  /** Rows since the score was last above u. */
  #below = RUN;
  /** Sums over the exceedances: count, excess, excess². */
  #n = 0;
  #sum = 0;
  #squares = 0;
  #clusters = 0;
  #clusterRows = 0;
  /** The excursion that is going on: rows, exceedances, their sums; whether it has become an alarm. */
  #now = { rows: 0, n: 0, sum: 0, squares: 0, alarm: false };

  /** Starts from the scores of the learning stretch. */
  start(scores: number[]): void {
    if (scores.length < 20) return;
    const sorted = scores.slice().sort((a, b) => a - b);
    this.u = Math.max(1, sorted[Math.floor(QUANTILE * (sorted.length - 1))]!);
    for (const s of scores) this.learn(s, Number.POSITIVE_INFINITY);
  }

  /** Takes a score into account; `limit` is the threshold in force. */
  learn(score: number, limit: number): void {
    const now = this.#now;
    const excess = score - this.u;
    if (excess <= 0) this.#below++;
    else this.#below = 0;
    if (score > limit) now.alarm = true;
    if (!now.alarm) {
      now.rows++;
      if (excess > 0) {
        now.n++;
        now.sum += excess;
        now.squares += excess * excess;
      }
    }
    if (this.#below >= RUN) this.#commit(limit);
  }

  /** The excursion, or a single calm row, is over. */
  #commit(limit: number): void {
    const { rows, n, sum, squares, alarm } = this.#now;
    this.#now = { rows: 0, n: 0, sum: 0, squares: 0, alarm: false };
    this.#rows += rows;
    this.#clusterRows += rows;
    if (n > 0 || alarm) this.#clusters++;
    this.#n += n;
    this.#sum += sum + (alarm ? Math.max(0, limit - this.u) : 0);
    this.#squares += squares;
    const rate = Math.max(1 / (this.#rows + 200), 1e-4);
    this.u = Math.max(0.5, this.u + rate * 5 * this.#scale() * (n - (1 - QUANTILE) * rows));
    if (this.#n <= MEMORY) return;
    this.#n *= 0.5;
    this.#sum *= 0.5;
    this.#squares *= 0.5;
    this.#clusters *= 0.5;
    this.#clusterRows *= 0.5;
  }

  #scale(): number {
    return (this.#sum + PRIOR_EXCESSES) / (this.#n + PRIOR_EXCESSES);
  }

  /** Shape of the tail: 0 is exponential; heavier only when the data insist. Moment estimator, Hosking & Wallis 1987. */
  #shape(): number {
    if (this.#n < 50) return 0;
    const mean = this.#sum / this.#n;
    const variance = Math.max(this.#squares / this.#n - mean * mean, 1e-12);
    const xi = 0.5 * (1 - (mean * mean) / variance);
    return Math.max(0, Math.min(0.4, xi - 2 / Math.sqrt(this.#n)));
  }

  /**
   * Score that normal operation exceeds `perMonth` times per 30 days.
   * @param interval usual sampling interval, ms
   */
  threshold(perMonth: number, interval: number): number {
    const scale = this.#scale();
    const shape = this.#shape();
    const clustersPerRow = (this.#clusters + PRIOR_ROWS * (1 - QUANTILE) * 0.5) / (this.#clusterRows + PRIOR_ROWS);
    const perMonthAtU = (clustersPerRow * MONTH_MS) / Math.max(interval, 1);
    // Excursions of a smoothed score get shorter, so more numerous per exceedance, in proportion to the level (clump
    // rate of an Ornstein–Uhlenbeck process, Aldous 1989), until each exceedance is one of its own.
    const together = Math.min(1, clustersPerRow / (1 - QUANTILE));
    let level = this.u;
    for (let i = 0; i < 4; i++) {
      const apart = Math.min(1, (together * Math.max(level, this.u)) / this.u) / together;
      level = this.#reach(Math.log(Math.max(1, (perMonthAtU * apart) / perMonth)), scale, shape);
    }
    return level;
  }

  /** Level that is e^`levels` times rarer than u. */
  #reach(levels: number, scale: number, shape: number): number {
    if (shape < 1e-6) return this.u + scale * levels;
    // Same mean excess, so that the shape changes only how far the tail reaches.
    return this.u + ((scale * (1 - shape)) / shape) * Math.expm1(shape * levels);
  }

  snapshot(): Json {
    const sums = [
      this.u,
      this.#rows,
      this.#below,
      this.#n,
      this.#sum,
      this.#squares,
      this.#clusters,
      this.#clusterRows,
    ];
    return { sums, now: { ...this.#now } };
  }

  restore(state: unknown): void {
    const s = fields(state);
    if (!Array.isArray(s.sums) || s.sums.length !== 8) throw new RangeError("The snapshot does not fit.");
    const sums = s.sums.map(num);
    this.u = sums[0]!;
    this.#rows = sums[1]!;
    this.#below = sums[2]!;
    this.#n = sums[3]!;
    this.#sum = sums[4]!;
    this.#squares = sums[5]!;
    this.#clusters = sums[6]!;
    this.#clusterRows = sums[7]!;
    const now = fields(s.now);
    const [rows, n, sum, squares] = [now.rows, now.n, now.sum, now.squares].map(num) as [
      number,
      number,
      number,
      number,
    ];
    this.#now = { rows, n, sum, squares, alarm: now.alarm === true };
  }
}
