/**
 * The distribution of a remaining life, on a logarithmic grid of time: weighted samples go in, and pooling, reweighing and
 * stretching cost the same however many there were. What never fails has a weight of its own.
 */

/** Cells per factor e, and factors of `scale` covered either way (e^±12: six seconds to thirty years around a week). */
const PER_E = 40;
const REACH = 12;
const CELLS = 2 * REACH * PER_E;
const LEVELS = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95] as const;

export class LifeDistribution {
  /** A typical time; the grid reaches from e⁻¹² to e¹² times it. */
  readonly scale: number;
  #cells = new Float64Array(CELLS);
  #now = 0;
  #never = 0;

  /** @param scale above zero, in the unit of the times */
  constructor(scale: number) {
    if (!(scale > 0 && Number.isFinite(scale))) throw new RangeError(`scale must be above zero, got ${scale}`);
    this.scale = scale;
  }

  /** Adds a time: zero or less is "now", Infinity is "never". */
  add(time: number, weight: number): void {
    if (!(weight > 0)) return;
    if (!(time > 0)) this.#now += weight;
    else if (time === Number.POSITIVE_INFINITY) this.#never += weight;
    else {
      // Shared between the two nearest cells, so that the mean of the logarithm is kept.
      const at = Math.max(0, Math.min(CELLS - 1.001, (Math.log(time / this.scale) + REACH) * PER_E - 0.5));
      const cell = Math.floor(at);
      const part = at - cell;
      this.#cells[cell]! += weight * (1 - part);
      this.#cells[cell + 1]! += weight * part;
    }
  }

  get total(): number {
    let sum = this.#now + this.#never;
    for (let i = 0; i < CELLS; i++) sum += this.#cells[i]!;
    return sum;
  }

  /** Share of the weight that is not "now". */
  get alive(): number {
    return 1 - this.#now / this.total;
  }

  /** Leaves out "now": the machine is known to live. */
  living(): LifeDistribution {
    const out = this.#copy();
    out.#now = 0;
    return out;
  }

  /** Adds another of the same scale, multiplied by `factor`. */
  merge(other: LifeDistribution, factor: number): void {
    if (other.scale !== this.scale) throw new RangeError("Only distributions of one scale can be merged.");
    for (let i = 0; i < CELLS; i++) this.#cells[i]! += factor * other.#cells[i]!;
    this.#now += factor * other.#now;
    this.#never += factor * other.#never;
  }

  /** Multiplies the density by `factor(time)`; time is Infinity for "never". */
  reweigh(factor: (time: number) => number): LifeDistribution {
    const out = this.#copy();
    for (let i = 0; i < CELLS; i++) if (out.#cells[i]! > 0) out.#cells[i]! *= factor(this.#time(i));
    out.#never *= this.#never > 0 ? factor(Number.POSITIVE_INFINITY) : 1;
    return out;
  }

  /** Widens (factor above one) or narrows the logarithm of the time around its median. */
  stretch(factor: number): LifeDistribution {
    const middle = this.quantile(0.5);
    if (factor === 1 || !(middle > 0) || middle === Number.POSITIVE_INFINITY) return this;
    const out = new LifeDistribution(this.scale);
    for (let i = 0; i < CELLS; i++) out.add(middle * (this.#time(i) / middle) ** factor, this.#cells[i]!);
    out.#now = this.#now;
    out.#never = this.#never;
    return out;
  }

  /** Multiplies all times by a factor above zero. */
  later(factor: number): LifeDistribution {
    if (factor === 1) return this;
    const out = new LifeDistribution(this.scale);
    for (let i = 0; i < CELLS; i++) out.add(factor * this.#time(i), this.#cells[i]!);
    out.#now = this.#now;
    out.#never = this.#never;
    return out;
  }

  /** Standard deviation of the logarithm, from the quantiles that hold two thirds; 0 where one of them is now or never. */
  get spread(): number {
    const [low, high] = [this.quantile(0.16), this.quantile(0.84)];
    return low > 0 && high < Number.POSITIVE_INFINITY ? Math.log(high / low) / 2 : 0;
  }

  /** Time by which the share `p` has failed; Infinity where it may never. */
  quantile(p: number): number {
    const target = p * this.total;
    let sum = this.#now;
    if (target <= sum) return 0;
    for (let i = 0; i < CELLS; i++) {
      const next = sum + this.#cells[i]!;
      if (next >= target) return this.#edge(i + (target - sum) / this.#cells[i]!);
      sum = next;
    }
    return Number.POSITIVE_INFINITY;
  }

  /** Share that has failed within `time`. */
  probability(time: number): number {
    if (!(time > 0)) return this.#now / this.total;
    const at = (Math.log(time / this.scale) + REACH) * PER_E;
    let sum = this.#now;
    const whole = Math.max(0, Math.min(CELLS, Math.floor(at)));
    for (let i = 0; i < whole; i++) sum += this.#cells[i]!;
    if (whole < CELLS && at > 0) sum += (at - whole) * this.#cells[whole]!;
    return Math.min(1, sum / this.total);
  }

  /** Mean of the lives, each counted as at most `cap`. */
  mean(cap: number): number {
    let sum = this.#never > 0 ? this.#never * cap : 0;
    for (let i = 0; i < CELLS; i++) if (this.#cells[i]! > 0) sum += this.#cells[i]! * Math.min(cap, this.#time(i));
    return sum / this.total;
  }

  /** Mean pinball loss (Koenker, Bassett 1978) at seven levels, relative to what came true. */
  loss(actual: number): number {
    let sum = 0;
    for (const p of LEVELS) {
      const x = Math.min(this.quantile(p), 5 * actual);
      sum += x < actual ? p * (actual - x) : (1 - p) * (x - actual);
    }
    return sum / LEVELS.length / actual;
  }

  #time(cell: number): number {
    return this.#edge(cell + 0.5);
  }

  #edge(at: number): number {
    return this.scale * Math.exp(at / PER_E - REACH);
  }

  #copy(): LifeDistribution {
    const out = new LifeDistribution(this.scale);
    out.#cells.set(this.#cells);
    out.#now = this.#now;
    out.#never = this.#never;
    return out;
  }
}

/** The linear opinion pool (Stone 1961): the weighted mean of distributions of one scale. An empty one has no opinion. */
export function poolOf(experts: readonly LifeDistribution[], weights: readonly number[]): LifeDistribution {
  const out = new LifeDistribution(experts[0]!.scale);
  for (const [k, expert] of experts.entries()) {
    const { total } = expert;
    if (weights[k]! > 0 && total > 0) out.merge(expert, weights[k]! / total);
  }
  return out;
}
