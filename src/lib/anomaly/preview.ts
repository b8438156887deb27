/** The dialog's look back: what the detector, with the settings typed, would have said of a twin's recorded history. */
import { type AssetConfig, readAsset } from "../twin/asset-config.ts";
import { type AnomalySection, type Envelope, TwinError } from "../twin/envelope.ts";
import { displayUnit } from "../twin/units.ts";
import { AnomalyEngine } from "./engine.ts";
import { type AnomalyConfig, type AnomalyOptions, readOptions } from "./options.ts";
import { Drawing } from "./preview-drawing.ts";
import { poissonInterval } from "./preview-rate.ts";
import { messages, type Recording, rowTimes } from "./preview-recording.ts";
import type { Preview, PreviewAlarm, PreviewSensor } from "./preview-shapes.ts";

export interface PreviewRequest {
  config: Partial<AnomalyConfig>;
  /** As the asset's dialog stores it. */
  asset: Partial<AssetConfig>;
  recording: Recording;
}

const MONTH_MS = 30 * 86_400_000;
const PANELS = 4;
/** A pause longer than this many usual intervals is not watched time. */
const PAUSE = 10;

/**
 * Replays a recording through the engine of the node, from a fresh start.
 * @throws TwinError with a sentence when the settings cannot be used, or nothing has been recorded
 */
export function preview({ config, asset, recording }: PreviewRequest): Preview {
  const machine = readAsset(asset);
  const options = readOptions(config, machine);
  const engine = new AnomalyEngine(machine, options);
  const { times, cut } = rowTimes(recording);
  if (times.length === 0)
    throw new TwinError("E_PREVIEW", "Nothing has been recorded of this twin yet: deploy, let it run, then try again.");
  const names = Array.from(machine.signals.keys()).filter((name) => recording.series[name]);
  const tracks = new Map(names.map((name) => [name, new Track(times.length)]));
  const score = new Float64Array(times.length).fill(Number.NaN);
  const pause = PAUSE * usualInterval(times);
  const alarms: PreviewAlarm[] = [];
  let standing: PreviewAlarm | undefined;
  const sensors: PreviewSensor[] = [];
  let wrong: { name: string; stretch: PreviewSensor } | undefined;
  let learned: number | null = null;
  let progress = 1;
  let calm = 0;
  /** Highest score of the changes of the alarm that stands. */
  let worst = 0;
  let i = 0;
  for (const twin of messages(recording, times)) {
    const { section, events } = engine.update(twin);
    for (const [name, track] of tracks) track.take(i, twin, name, section);
    score[i] = section.score ?? Number.NaN;
    progress = section.progress ?? 1;
    if (learned === null && section.progress === undefined) learned = twin.time;
    if (learned !== null && !section.active && i > 0) calm += Math.min(pause, twin.time - times[i - 1]!);
    const { sensor } = section;
    if (wrong && sensor !== wrong.name) {
      wrong.stretch.to = twin.time;
      wrong = undefined;
    }
    if (sensor !== undefined && !wrong) {
      const label = machine.signals.get(sensor)?.label ?? sensor;
      wrong = { name: sensor, stretch: { label, from: twin.time, to: null } };
      sensors.push(wrong.stretch);
    }
    if (section.active && !standing)
      alarms.push((standing = { from: twin.time, to: null, severity: "info", text: [] }));
    if (standing) {
      for (const e of events)
        if (e.about === "data") continue;
        else if (e.event === "raised") standing.text.push(e.text);
        else if (e.event === "changed" && (section.score ?? 0) >= worst) {
          worst = section.score ?? 0;
          standing.later = e.text;
        }
      if (section.severity === "alarm" || standing.severity === "info")
        standing.severity = section.severity === "none" ? standing.severity : section.severity;
      if (!section.active) {
        standing.to = twin.time;
        standing = undefined;
        worst = 0;
      }
    }
    i++;
  }
  const drawing = new Drawing(times);
  // A sensor that ingest has flagged is told of whether watched or not.
  const watched = names.filter(
    (name) => tracks.get(name)!.blame > 0 || isWatched(name, options, recording, tracks.get(name)!),
  );
  const shown = Array.from(watched)
    .sort((a, b) => tracks.get(b)!.blame - tracks.get(a)!.blame)
    .slice(0, PANELS);
  return {
    from: times[0]!,
    to: times.at(-1)!,
    rows: times.length,
    cut: cut || recording.cut,
    learned,
    progress,
    alarms,
    sensors,
    perMonth: calm > 0 ? perMonth(alarms.filter((a) => a.from >= learned!).length, calm) : null,
    times: drawing.times,
    score: drawing.line(score),
    panels: shown.map((name) => {
      const { label, unit } = machine.signals.get(name)!;
      const track = tracks.get(name)!;
      const expected = options.watch !== "signals" && track.modelled ? { expected: drawing.line(track.expected) } : {};
      return { label, unit: displayUnit(unit), values: drawing.line(track.values), ...expected };
    }),
    watched: watched.length,
  };
}

/** What is drawn of one signal. */
class Track {
  readonly values: Float64Array;
  readonly expected: Float64Array;
  modelled = false;
  /** Its share in the alarms, summed over their rows. */
  blame = 0;

  constructor(rows: number) {
    this.values = new Float64Array(rows).fill(Number.NaN);
    this.expected = new Float64Array(rows).fill(Number.NaN);
  }

  take(row: number, twin: Envelope, name: string, { active, contributions, sensor }: AnomalySection): void {
    const value = twin.values[name];
    if (typeof value === "number") this.values[row] = value;
    else if (typeof value === "boolean") this.values[row] = Number(value);
    const expected = twin.model?.expected[name];
    if (typeof expected === "number") {
      this.expected[row] = expected;
      this.modelled = true;
    }
    if (active) this.blame += (contributions[name] ?? 0) + (sensor === name ? 1 : 0);
  }
}

function isWatched(name: string, { watch, excluded }: AnomalyOptions, { desired }: Recording, track: Track): boolean {
  if (excluded.has(name) || track.values.every(Number.isNaN)) return false;
  if (track.modelled) return true;
  return watch === "auto" ? !Object.hasOwn(desired ?? {}, name) : watch !== "residuals";
}

function perMonth(count: number, ms: number): Preview["perMonth"] {
  const months = ms / MONTH_MS;
  const { low, high } = poissonInterval(count);
  return { estimate: count / months, low: low / months, high: high / months };
}

/** Median of the intervals between rows, ms. */
function usualInterval(times: readonly number[]): number {
  const gaps = Float64Array.from(times.slice(1), (t, i) => t - times[i]!).sort();
  return gaps[gaps.length >> 1] ?? 0;
}
