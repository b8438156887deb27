/** A simulated machine on its own clock: it is told how much wall time has passed and gives the samples that are due. */
import type { Json } from "../store/store.ts";
import type { Envelope } from "../twin/envelope.ts";
import { type FaultKind, readFault } from "./faults.ts";
import { PumpStation, type PumpStationOptions, type PumpTruth } from "./pump-station.ts";

export interface SimulationOptions extends PumpStationOptions {
  id: string;
  /** Simulated seconds per wall second. */
  clock: number;
  /** Simulated seconds between two samples. */
  period: number;
  /** Source time of the start, milliseconds UTC. */
  start: number;
}

export interface SimulatedSample {
  twin: Envelope;
  truth: PumpTruth;
  /** Faults that the machine's own plan repaired in this step. */
  repaired: FaultKind[];
}

/** Simulated seconds that one call may compute: 3 ms at most. */
const LONGEST = 400;

export class Simulation {
  #options: SimulationOptions;
  #station: PumpStation;
  #start: number;
  #seq = 0;
  /** Simulated seconds that are due but not yet emitted. */
  #owed = 0;
  /** Simulated seconds already done of the next sample's period, and what was repaired in them. */
  #done = 0;
  #repaired: FaultKind[] = [];
  #running = true;

  constructor(options: SimulationOptions) {
    this.#options = options;
    this.#start = options.start;
    this.#station = new PumpStation(options);
  }

  get running(): boolean {
    return this.#running;
  }

  set running(running: boolean) {
    this.#running = running;
  }

  get activeFaults(): number {
    return this.#station.activeFaults;
  }

  /** Simulated hours since the start. */
  get hours(): number {
    return this.#station.hours;
  }

  /** Source time now, milliseconds UTC. */
  get time(): number {
    return Math.round(this.#start + this.#station.hours * 3_600_000);
  }

  elapse(wallMs: number): void {
    if (this.#running) this.#owed += (wallMs / 1000) * this.#options.clock;
  }

  /** The next due sample, or undefined. A long period is computed in several calls, so that no call takes long. */
  take(): SimulatedSample | undefined {
    const { period, id } = this.#options;
    if (!this.#running || this.#owed < period) return undefined;
    const left = period - this.#done;
    this.#repaired.push(...this.#station.advance(Math.min(left, LONGEST)));
    if (left > LONGEST) {
      this.#done += LONGEST;
      return undefined;
    }
    this.#owed -= period;
    this.#done = 0;
    const repaired = this.#repaired.splice(0);
    const values = this.#station.sample();
    const twin: Envelope = {
      v: 1,
      id,
      branch: "live",
      time: this.time,
      source: "simulation:pump-station",
      seq: this.#seq++,
      simulated: true,
      values,
      updated: Object.keys(values),
    };
    return { twin, truth: this.#station.truth(), repaired };
  }

  command(signal: string, value: unknown): void {
    this.#station.command(signal, value);
  }

  /** Starts a fault now, or as the row says. */
  fault(row: Record<string, unknown>): void {
    this.#station.fault(readFault(row, this.hours));
  }

  repair(kind?: FaultKind): void {
    this.#station.repair(kind);
  }

  snapshot(): Json {
    return {
      station: this.#station.snapshot(),
      start: this.#start,
      seq: this.#seq,
      running: this.#running,
      done: this.#done,
      repaired: this.#repaired.slice(),
    };
  }

  restore(state: Json): void {
    const s = state as {
      station: Json;
      start: number;
      seq: number;
      running: boolean;
      done?: number;
      repaired?: FaultKind[];
    };
    this.#station.restore(s.station);
    this.#start = s.start;
    this.#seq = s.seq;
    this.#running = s.running;
    this.#done = s.done ?? 0;
    this.#repaired = (s.repaired ?? []).slice();
  }
}
