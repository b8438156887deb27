/** What the API sends. */
import type { Envelope } from "../../lib/twin/envelope.ts";
import type { QuantityView, SignalView, Summary } from "../shapes.ts";

export type { CurveView, QuantityView, SignalView, SpectrumView, Summary } from "../shapes.ts";

export interface Detail extends Omit<Summary, "proposals"> {
  twin: Envelope;
  proposals: NonNullable<Envelope["command"]>[];
  events: { time: number; section: string; event: string; severity: string; text: string }[];
  audits: { time: number; decision: string; reason: string }[];
  signals: SignalView[];
  quantities: QuantityView[];
  /** Nodes that make spectra of this twin. */
  spectra: number;
}

/** State in one word with a symbol: never colour alone. */
export function stateOf(s: Pick<Summary, "state" | "severity">): { key: string; symbol: string } {
  if (s.state === "active" || s.severity === "alarm" || s.severity === "warning") {
    if (s.state === "latched") return { key: "latched", symbol: "△" };
    if (s.severity === "alarm") return { key: "alarm", symbol: "■" };
    if (s.severity === "info") return { key: "info", symbol: "◇" };
    return { key: "warning", symbol: "▲" };
  }
  if (s.state === "latched") return { key: "latched", symbol: "△" };
  if (s.state === "learning") return { key: "learning", symbol: "◷" };
  return s.state === "normal" ? { key: "normal", symbol: "○" } : { key: "unknown", symbol: "?" };
}

/** The more urgent the lower: the order of the list. */
export const URGENCY: Record<string, number> = {
  alarm: 0,
  warning: 1,
  latched: 2,
  info: 3,
  learning: 5,
  normal: 6,
  life: 7,
  unknown: 8,
};

/** State of the whole twin: the more urgent of its anomaly and its remaining life. */
export function worstOf(s: Pick<Summary, "state" | "severity"> & { rul?: Summary["rul"] }): {
  key: string;
  symbol: string;
} {
  const anomaly = stateOf(s);
  const life = s.rul?.severity ?? "none";
  // A fleet without a detector is not unwatched while its lives are predicted.
  if (life === "none" && s.rul && anomaly.key === "unknown") return { key: "life", symbol: "○" };
  if (life === "none" || URGENCY[life]! >= URGENCY[anomaly.key]!) return anomaly;
  return { key: life, symbol: life === "alarm" ? "■" : "▲" };
}

/** Word for a status code that is not Good. */
export function qualityOf(status: number | undefined): "bad" | "stale" | "uncertain" | undefined {
  if (!status) return undefined;
  if (status >>> 31) return "bad";
  return status === 0x40900000 ? "stale" : "uncertain";
}

/** A live machine that has sent nothing for this long is not "normal", whatever its last state was. */
const SILENCE_MS = 60_000;

/** Milliseconds for which a real, live twin has been silent; 0 while it is not, and for simulations and recordings. */
export function silentFor(twin: Pick<Summary, "branch" | "simulated" | "time">, now: number): number {
  const age = now - twin.time;
  return twin.branch === "live" && !twin.simulated && age > SILENCE_MS ? age : 0;
}
