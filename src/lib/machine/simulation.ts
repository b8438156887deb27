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

export class Simulation {
  #options: SimulationOptions;
  #station: PumpStation;
  #start: number;
  #seq = 0;
  /** Simulated seconds that are due but not yet emitted. */
  #owed = 0;
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

  /** The next due sample, or undefined. */
  take(): SimulatedSample | undefined {
    const { period, id } = this.#options;
    if (this.#owed < period) return undefined;
    this.#owed -= period;
    const repaired = this.#station.advance(period);
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
    return { station: this.#station.snapshot(), start: this.#start, seq: this.#seq, running: this.#running };
  }

  restore(state: Json): void {
    const s = state as { station: Json; start: number; seq: number; running: boolean };
    this.#station.restore(s.station);
    this.#start = s.start;
    this.#seq = s.seq;
    this.#running = s.running;
  }
}
