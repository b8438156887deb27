import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cellTime } from "../../lib/machine/csv.ts";
import { Player } from "../../lib/machine/player.ts";
import { type Recording, type RecordingOptions, readRecording } from "../../lib/machine/recording.ts";
import { findRecording, RECORDINGS } from "../../lib/machine/recordings.ts";
import type { Asset } from "../../lib/twin/asset.ts";
import { describe, type Envelope, isTwinId, TwinError, type Value } from "../../lib/twin/envelope.ts";
import { converter, isUnit, parseUnit } from "../../lib/twin/units.ts";
import type { Message } from "../shared/node-red.ts";
import { number } from "../shared/number.ts";
import type { MachineConfig } from "./migrations.ts";
import type { Machine } from "./runtime.ts";

/** Built code lies in dist/nodes/machine; the recordings in data/ at the top of the package. */
const DATA = join(__dirname, "..", "..", "..", "data");
const DEFAULT_SPEED = 60;

/** A recorded machine: plays a table of samples. */
export function recordedMachine(
  config: MachineConfig,
  asset: Asset,
  id: string,
  emit: (out: (Message | Message[] | null)[]) => void,
  text: (key: string, vars?: Record<string, unknown>) => string,
): Machine {
  const { recording, name, windows, speed: usual } = load(config);
  const branch = `replay:${name}`;
  const speed = config.speed === "" ? usual : number(config.speed, "Speed", 0.001, 1e9);
  const convert = converters(recording, asset);
  const ids = Array.from(new Set(recording.samples.map((s) => s.id ?? id)));
  if (recording.samples.some((s) => s.id === undefined) && !isTwinId(id))
    throw new TwinError(
      "E_CONFIG",
      "The recording is of one machine and the asset serves many: enter the twin id in this node.",
    );
  const player = new Player(recording, { speed, loop: config.loop });
  let seq = 0;
  const inside = new Set<number>();

  return {
    refs: ids.map((each) => ({ branch, id: each })),
    ...(recording.skipped && {
      warning: text("warning.skipped", { rows: recording.skipped.rows, why: recording.skipped.reason }),
    }),
    begin() {
      if (!config.autoplay) player.pause();
    },
    elapse: (wallMs) => player.elapse(wallMs),
    take() {
      const sample = player.take();
      if (!sample) return false;
      const twin = envelope(sample.id ?? id, sample.time, sample.values);
      emit([{ topic: `${twin.id}/samples`, payload: { ...twin.values }, twin }, null]);
      for (const message of windowMessages(twin)) emit([null, message]);
      return true;
    },
    command: () => {
      throw new TwinError("E_COMMAND", "A recorded machine takes no commands: what happened, happened.");
    },
    action(action) {
      if (action.action === "play") player.play();
      else if (action.action === "pause") player.pause();
      else if (action.action === "speed") player.speed = number(action.speed, "Speed", 0.001, 1e9);
      else return false;
      return true;
    },
    status() {
      const share = `${Math.floor(player.progress * 100)} %`;
      if (player.ended) return { fill: "grey", shape: "dot", text: `■ ${text("status.ended")}` };
      if (!player.playing) return { fill: "grey", shape: "ring", text: `⏸ ${share}` };
      return { fill: "green", shape: "dot", text: `▶ ×${player.speed} · ${share}` };
    },
    reset() {
      player.rewind();
      player.play();
      inside.clear();
      seq = 0;
    },
    snapshot: () => ({ player: player.snapshot(), seq, inside: Array.from(inside) }),
    restore(state) {
      const s = state as { player: ReturnType<Player["snapshot"]>; seq: number; inside: number[] };
      player.restore(s.player);
      seq = s.seq;
      for (const i of s.inside) inside.add(i);
    },
  };

  function envelope(twinId: string, time: number, values: Record<string, Value>): Envelope {
    const converted: Record<string, Value> = {};
    for (const [signal, value] of Object.entries(values)) {
      if (value === null) continue;
      const to = convert.get(signal);
      converted[signal] = to && typeof value === "number" ? to(value) : value;
    }
    return {
      v: 1,
      id: twinId,
      branch,
      time,
      source: `recording:${name}`,
      seq: seq++,
      simulated: true,
      values: converted,
      updated: Object.keys(converted),
    };
  }

  /** Labelled windows that this sample enters or leaves. */
  function windowMessages(twin: Envelope): Message[] {
    const messages: Message[] = [];
    for (const [i, window] of windows.entries()) {
      const [from, to] = window.map((time) => time + player.shift) as [number, number];
      const within = twin.time >= from && twin.time <= to;
      if (within === inside.has(i)) continue;
      if (within) inside.add(i);
      else inside.delete(i);
      const payload = { window: i + 1, windows: windows.length, state: within ? "entered" : "left", from, to };
      messages.push({
        topic: `${twin.id}/truth`,
        payload,
        twin: { v: 1, id: twin.id, branch, time: twin.time, simulated: true },
      });
    }
    return messages;
  }
}

interface Loaded {
  recording: Recording;
  name: string;
  windows: [from: number, to: number][];
  speed: number;
}

function load(config: MachineConfig): Loaded {
  const shipped = findRecording(config.recording);
  if (shipped) {
    const windows = shipped.windows ? readWindows(readFileSync(join(DATA, shipped.windows), "utf8")) : [];
    return {
      recording: readRecording(read(join(DATA, shipped.file)), shipped),
      name: shipped.name,
      windows,
      speed: shipped.speed,
    };
  }
  if (config.recording !== "file")
    throw new TwinError(
      "E_CONFIG",
      `The recording ${describe(config.recording)} does not exist: choose ${RECORDINGS.map((r) => r.name).join(", ")} or a file.`,
    );
  if (config.file.trim() === "")
    throw new TwinError("E_CONFIG", "No recording is chosen: enter the path of a CSV file.");
  const options: RecordingOptions = {
    ...(config.timeColumn && { timeColumn: config.timeColumn }),
    ...(config.idColumn && { idColumn: config.idColumn }),
  };
  const base = config.file
    .split(/[\\/]/)
    .at(-1)!
    .replace(/\.[^.]*$/, "")
    .replace(/\s+/g, "-")
    .slice(0, 100);
  return {
    recording: readRecording(read(config.file), options),
    name: base || "file",
    windows: [],
    speed: DEFAULT_SPEED,
  };
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new TwinError(
      "E_CONFIG",
      `The recording ${describe(path)} cannot be read (${(error as NodeJS.ErrnoException).code}): check the path and the file's permissions.`,
    );
  }
}

function readWindows(json: string): [number, number][] {
  return (JSON.parse(json) as (string | number)[][]).map(
    (pair) => pair.map((t) => cellTime(String(t))!) as [number, number],
  );
}

/** Converters from the recording's units to the asset's, for the signals where they differ. */
function converters(recording: Recording, asset: Asset): Map<string, (value: number) => number> {
  const result = new Map<string, (value: number) => number>();
  for (const [signal, typed] of Object.entries(recording.units)) {
    const unit = parseUnit(typed);
    const wanted = asset.signals.get(signal)?.unit;
    if (!wanted) continue;
    if (!isUnit(unit))
      throw new TwinError("E_CSV", `The unit of ${signal} in the recording's second row: ${unit.problem}`);
    if (unit.code !== wanted) result.set(signal, converter(unit.code, wanted));
  }
  return result;
}
