import { FAULT_KINDS, type FaultKind, readFault } from "../../lib/machine/faults.ts";
import { Simulation } from "../../lib/machine/simulation.ts";
import type { Asset } from "../../lib/twin/asset.ts";
import { describe, TwinError } from "../../lib/twin/envelope.ts";
import type { Message } from "../shared/node-red.ts";
import { number } from "../shared/number.ts";
import type { MachineConfig } from "./migrations.ts";
import type { Machine } from "./runtime.ts";

/** The pump station, simulated. */
export function simulatedMachine(
  config: MachineConfig,
  _asset: Asset,
  id: string,
  emit: (out: (Message | Message[] | null)[]) => void,
  text: (key: string, vars?: Record<string, unknown>) => string,
): Machine {
  const clock = number(config.clock, "Clock speed", 1, 3600);
  const start = startTime(config);
  const options = {
    id,
    clock,
    period: number(config.period, "Sample period", 0.1, 86_400),
    seed: config.seed,
    noise: number(config.noise, "Noise", 0, 100),
    faults: config.faults.map((row) => readFault(row, 0)),
  };
  const create = (from = start ?? Date.now()) => new Simulation({ ...options, start: from });
  let simulation = create();

  return {
    refs: [{ branch: "live", id }],
    // Without a start time of its own a new run goes on after the last one, so that the twin's time never runs back.
    begin(after) {
      if (start === undefined && after > Date.now()) simulation = create(after);
      simulation.running = config.autoplay;
    },
    elapse: (wallMs) => simulation.elapse(wallMs),
    take() {
      const due = simulation.take();
      if (!due) return false;
      const { twin, truth, repaired } = due;
      const hidden = {
        topic: `${id}/truth`,
        payload: truth,
        twin: { v: 1, id, branch: "live", time: twin.time, simulated: true },
      };
      emit([{ topic: `${id}/samples`, payload: { ...twin.values }, twin }, hidden]);
      for (const kind of repaired) announceRepair(kind);
      return true;
    },
    command: (signal, value) => simulation.command(signal, value),
    action(action) {
      if (action.action === "fault") simulation.fault(action);
      else if (action.action === "repair") {
        const kind = faultKind(action.fault);
        simulation.repair(kind);
        announceRepair(kind);
      } else if (action.action === "play" || action.action === "pause") simulation.running = action.action === "play";
      else return false;
      return true;
    },
    status() {
      if (!simulation.running) return { fill: "grey", shape: "ring", text: `⏸ ${text("status.paused")}` };
      const faults = simulation.activeFaults;
      const pace = `● ×${clock}`;
      return faults
        ? { fill: "yellow", shape: "dot", text: `${pace} · ${text("status.faults", { count: faults })}` }
        : { fill: "green", shape: "dot", text: `${pace} · ${text("status.healthy")}` };
    },
    reset() {
      simulation = create();
      simulation.running = true;
    },
    snapshot: () => simulation.snapshot(),
    restore: (state) => simulation.restore(state),
  };

  /** A repair is told to the twin, so that the alarm clears and the trend starts again. */
  function announceRepair(kind: FaultKind | undefined): void {
    const what = kind ?? "all";
    emit([
      {
        topic: `${id}/maintenance`,
        action: "maintenance",
        payload: { id, what, simulated: true },
        twin: { v: 1, id, branch: "live", time: simulation.time, simulated: true },
      },
      null,
    ]);
  }
}

function faultKind(x: unknown): FaultKind | undefined {
  if (x === undefined || x === null || x === "" || x === "all") return undefined;
  if (!FAULT_KINDS.includes(x as FaultKind))
    throw new TwinError("E_FAULT", `The fault ${describe(x)} is not known: use one of ${FAULT_KINDS.join(", ")}.`);
  return x as FaultKind;
}

/** Source time of the start, if one is set. @throws TwinError `E_CONFIG` */
export function startTime({ start }: MachineConfig): number | undefined {
  const time = start === "" ? undefined : Date.parse(start);
  if (time === undefined || Number.isFinite(time)) return time;
  throw new TwinError("E_CONFIG", `The start time ${describe(start)} is not a time such as 2026-01-01T00:00:00Z.`);
}
