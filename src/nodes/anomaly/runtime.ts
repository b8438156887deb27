import { AnomalyEngine, type AnomalyResult } from "../../lib/anomaly/engine.ts";
import { meaningOf, readOptions } from "../../lib/anomaly/options.ts";
import type { AnomalySection } from "../../lib/twin/envelope.ts";
import { assetOf } from "../shared/asset-node.ts";
import type { Node, Runtime, Status } from "../shared/node-red.ts";
import { wireStage } from "../shared/stage.ts";
import { migrate, type NodeConfig } from "./migrations.ts";

const STATUS_LENGTH = 22;

/** @throws TwinError when the configuration is not usable */
export function wire(RED: Runtime, node: Node, stored: NodeConfig): void {
  const config = migrate(stored);
  const { asset } = assetOf(RED, config.asset);
  const options = readOptions(config, asset);
  new AnomalyEngine(asset, options);
  wireStage<"anomaly", AnomalyEngine>(RED, node, config, {
    section: "anomaly",
    outputs: 2,
    meaning: (a) => meaningOf(config, a),
    create: (a) => new AnomalyEngine(a, options),
    step(engine, twin) {
      const { section, events: told } = engine.update(twin);
      const events = told.map(({ event, severity, text }) => ({ event, severity, text }));
      return { section, events, payload: section.score, history: trends(section), status: status(RED, section) };
    },
    action: (engine, action, now) => engine.action(action.action, now),
  });
}

function trends({ score, health }: AnomalyResult["section"]): Record<string, number> {
  return { ...(score !== null && { score }), ...(health !== null && { health }) };
}

function status(RED: Runtime, section: AnomalySection): Status {
  const say = (key: string, vars?: Record<string, unknown>) => RED._(`twin-anomaly.status.${key}`, vars);
  const health = section.health === null ? "–" : Math.round(section.health);
  if (section.active) {
    const fill = section.severity === "alarm" ? "red" : "yellow";
    const mark = section.severity === "alarm" ? "■" : "▲";
    return { fill, shape: "ring", text: `${mark} ${shorten(say(section.severity, { why: section.why[0] ?? "" }))}` };
  }
  if (section.latched) return { fill: "yellow", shape: "dot", text: `△ ${say("latched", { health })}` };
  if (section.state === "learning")
    return {
      fill: "blue",
      shape: "ring",
      text: `◷ ${say("learning", { percent: Math.floor((section.progress ?? 0) * 100) })}`,
    };
  return { fill: "green", shape: "dot", text: `● ${say("health", { health })}` };
}

const shorten = (text: string): string => (text.length > STATUS_LENGTH ? `${text.slice(0, STATUS_LENGTH - 1)}…` : text);
