import { type NodeCounts, refusedInAll } from "../shared/counters.ts";
import type { Node, Runtime, Status } from "../shared/node-red.ts";
import { shared } from "../shared/register.ts";

export interface IngestStatus {
  /** To be called after every message. */
  counted(): void;
  /** What the broker's connection says; undefined when all is well. */
  connection(problem: Status | undefined): void;
  stop(): void;
}

const PERIOD = 1000;

/** Shows once a second how much arrives: `● 12/s`, and what is refused: `● 12/s ⊘ 3`. */
export function startStatus(RED: Runtime, node: Node, counters: NodeCounts): IngestStatus {
  const text = (key: string, vars?: Record<string, unknown>) => RED._(`twin-ingest.status.${key}`, vars);
  let before = { ...snapshot(counters), time: Date.now() };
  let problem: Status | undefined;
  let shown = "";
  let timer: NodeJS.Timeout | undefined;

  const show = (status: Status): void => {
    const now = JSON.stringify(status);
    if (now !== shown) node.status(status);
    shown = now;
  };
  const tick = (): void => {
    timer = undefined;
    const now = { ...snapshot(counters), time: Date.now() };
    const seconds = Math.max(0.001, (now.time - before.time) / 1000);
    const accepted = now.accepted - before.accepted;
    const refused = now.refused - before.refused;
    before = now;
    if (problem) show(problem);
    else if (accepted > 0) {
      const rate = rateText(accepted / seconds);
      show({
        fill: refused ? "yellow" : "green",
        shape: "dot",
        text: refused ? `● ${rate} ⊘ ${now.refused}` : `● ${rate}`,
      });
    } else if (refused > 0)
      show({ fill: "yellow", shape: "ring", text: `⊘ ${text("refused", { count: now.refused })}` });
    else return show({ fill: "grey", shape: "ring", text: `◌ ${text("quiet")}` });
    later();
  };
  const later = (): void => {
    timer ??= setTimeout(tick, PERIOD);
    timer.unref();
  };

  show({ fill: "grey", shape: "ring", text: `… ${RED._(shared("status.waiting"))}` });
  return {
    counted() {
      if (timer) return;
      // After a pause the rate is that of the next second.
      before.time = Date.now();
      later();
    },
    connection(now) {
      problem = now;
      if (problem) show(problem);
      else show({ fill: "green", shape: "ring", text: `… ${text("connected")}` });
    },
    stop() {
      clearTimeout(timer);
    },
  };
}

const snapshot = ({ total }: NodeCounts) => ({ accepted: total.accepted, refused: refusedInAll(total) });

const rateText = (rate: number): string =>
  rate >= 9.95 ? `${Math.round(rate)}/s` : `${Number(rate.toPrecision(2))}/s`;
