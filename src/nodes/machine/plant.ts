import type { Action, Json } from "../../lib/store/store.ts";
import type { Envelope } from "../../lib/twin/envelope.ts";
import type { Message } from "../shared/node-red.ts";
import { number } from "../shared/number.ts";
import type { MachineConfig } from "./migrations.ts";
import type { Machine } from "./runtime.ts";
import { startTime } from "./simulated.ts";

const HOUR = 3_600_000;

/** A simulated machine without a clock: it is told how much time has passed. */
export interface Plant {
  /** Simulated hours since the start. */
  readonly hours: number;
  /** Faults that are present. */
  readonly faults: number;
  advance(seconds: number): void;
  /** What is measured now: parts of the envelope, and the payload where it is not the values. */
  measure(): {
    twin: Pick<Envelope, "values" | "updated"> & Record<string, unknown>;
    payload: unknown;
    truth: Record<string, unknown>;
  };
  /** @throws TwinError with a sentence when it cannot be obeyed */
  command(signal: string, value: unknown): void;
  /** @throws TwinError with a sentence */
  fault(action: Action): void;
  /** @returns what was repaired, for the message to the twin; @throws TwinError with a sentence */
  repair(action: Action): string;
  snapshot(): Json;
  restore(state: Json): void;
}

export interface PlantOptions {
  source: string;
  /** Part of the topic of what output 1 sends. */
  topic: string;
  create(): Plant;
  /** Simulated seconds that one call may compute. */
  longest?: number;
  /** Longest arrears, in intervals: what takes long to make must not pile up. */
  mostBehind?: number;
}

type Emit = (out: (Message | Message[] | null)[]) => void;
type Text = (key: string, vars?: Record<string, unknown>) => string;

/** Runs a plant on a clock of its own, as fast as the node is set, and tells the twin of repairs. */
export function clockedMachine(
  config: MachineConfig,
  id: string,
  emit: Emit,
  text: Text,
  options: PlantOptions,
): Machine {
  const clock = number(config.clock, "Clock speed", 1, 3600);
  const period = number(config.period, "Sample period", 0.1, 86_400);
  const start = startTime(config);
  const { source, topic, create, longest = Number.POSITIVE_INFINITY, mostBehind = Number.POSITIVE_INFINITY } = options;
  let plant = create();
  let from = start ?? Date.now();
  let running = config.autoplay;
  /** Simulated seconds that are due, and that are done of the next interval. */
  let owed = 0;
  let done = 0;
  let seq = 0;
  const time = () => Math.round(from + plant.hours * HOUR);
  const hidden = { v: 1, id, branch: "live", simulated: true } as const;

  function send(): void {
    const { twin, payload, truth } = plant.measure();
    const envelope = { ...hidden, time: time(), source, seq: seq++, ...twin };
    emit([
      { topic: `${id}/${topic}`, payload, twin: envelope },
      { topic: `${id}/truth`, payload: truth, twin: { ...hidden, time: time() } },
    ]);
  }

  return {
    refs: [{ branch: "live", id }],
    // Without a start time of its own a new run goes on after the last one, so that the twin's time never runs back.
    begin(after) {
      if (start === undefined && after > from) from = after;
      running = config.autoplay;
    },
    elapse(wallMs) {
      if (running) owed = Math.min(owed + (wallMs / 1000) * clock, mostBehind * period);
    },
    take() {
      if (!running || owed < period) return false;
      const step = Math.min(period - done, longest);
      plant.advance(step);
      done += step;
      if (done < period - 1e-9) return true;
      owed -= period;
      done = 0;
      send();
      return true;
    },
    command: (signal, value) => plant.command(signal, value),
    action(action) {
      if (action.action === "fault") plant.fault(action);
      else if (action.action === "repair") {
        const twin = { ...hidden, time: time() };
        const payload = { id, what: plant.repair(action), simulated: true };
        emit([{ topic: `${id}/maintenance`, action: "maintenance", payload, twin }, null]);
      } else if (action.action === "play" || action.action === "pause") running = action.action === "play";
      else return false;
      return true;
    },
    status() {
      if (!running) return { fill: "grey", shape: "ring", text: `⏸ ${text("status.paused")}` };
      return plant.faults
        ? { fill: "yellow", shape: "dot", text: `● ×${clock} · ${text("status.faults", { count: plant.faults })}` }
        : { fill: "green", shape: "dot", text: `● ×${clock} · ${text("status.healthy")}` };
    },
    reset() {
      plant = create();
      owed = 0;
      done = 0;
      running = true;
    },
    snapshot: () => ({ plant: plant.snapshot(), from, running, seq, done }),
    restore(state) {
      const s = state as { plant: Json; from: number; running: boolean; seq: number; done: number };
      plant.restore(s.plant);
      from = s.from;
      running = s.running;
      seq = s.seq;
      done = s.done;
    },
  };
}
