import { FleetModel } from "../../lib/rul/fleet/model.ts";
import { makeIndicator } from "../../lib/rul/indicator.ts";
import { alignRecord, type Failure, FEWEST_FOR_MODEL } from "../../lib/rul/library.ts";
import type { RulOptions } from "../../lib/rul/predictor.ts";
import { TwinRul } from "../../lib/rul/twin-rul.ts";
import type { Action, TwinRef } from "../../lib/store/store.ts";
import { describe, LIVE, type RulSection, TwinError } from "../../lib/twin/envelope.ts";
import { assetOf } from "../shared/asset-node.ts";
import type { Node, Runtime, Status } from "../shared/node-red.ts";
import { type Stage, wireStage } from "../shared/stage.ts";
import { readNamed } from "./files.ts";
import { FleetStates } from "./fleet-states.ts";
import { givenLives, goalOf, LENGTH, positive } from "./goal.ts";
import { migrate, type RulConfig } from "./migrations.ts";
import { Training, type TrainSource } from "./training.ts";

/** The longest life that is stated, as a multiple of the horizon of the failure probability. */
const LONGEST = 20;
/** Rows of a recorded life, and points read for them per signal. */
const ROWS = 200;
const POINTS = 4000;
const NO_GOAL = { signal: "", threshold: Number.MAX_VALUE, direction: "rising", typicalLife: undefined } as const;

export function wire(RED: Runtime, node: Node, stored: Partial<RulConfig>): void {
  const config = migrate(stored);
  const { asset, store } = assetOf(RED, config.asset);
  const goal = goalOf(config, asset);
  const indicator = goal && makeIndicator(asset, { expression: goal.signal, onlyWhile: config.onlyWhile });
  const horizon = positive(config.horizon, "The horizon");
  const warnAt = positive(config.warnAt, "The warning probability") / 100;
  if (warnAt >= 1)
    throw new TwinError("E_CONFIG", `The warning probability is ${config.warnAt} %: it must be below 100.`);
  const { threshold, direction, typicalLife, fused } = goal ?? { ...NO_GOAL, fused: undefined };
  const rul: RulOptions = {
    label: fused ? RED._("twin-rul.fused") : (indicator?.label ?? ""),
    unit: fused ? "" : (indicator?.unit ?? ""),
    signal: indicator?.name ?? "",
    threshold,
    direction,
    timeUnit: config.unit,
    timeUnitLength: LENGTH[config.unit],
    horizon,
    longest: horizon * LONGEST,
    ...(typicalLife && { typicalLife }),
  };
  const given = givenLives(config);
  const fleet = new FleetStates(
    store,
    `${node.id}/fleet`,
    JSON.stringify([config.indicator, rul.signal, rul.threshold, direction, config.unit]),
    given,
  );
  if (config.model.trim() !== "") fleet.model = readModel(config.model.trim());
  const training = new Training();

  const stage: Stage<"rul", TwinRul> = {
    section: "rul",
    outputs: 2,
    meaning: () =>
      JSON.stringify([rul.signal, rul.unit, direction, config.unit, config.onlyWhile, fused?.settings ?? []]),
    create: () =>
      new TwinRul(
        {
          asset,
          unit: config.unit,
          indicator,
          rul,
          warnAt,
          cycles: config.unit === "cycles",
          ...(fused && { fused }),
        },
        fleet,
      ),
    step(state, twin) {
      const { section, event, failure } = state.step(twin);
      if (failure) remember({ branch: twin.branch, id: twin.id }, failure);
      const { p05, p50, p95 } = section;
      return {
        section,
        payload: p50,
        history: { p05, p50, p95 },
        ...(event && { events: [event] }),
        status: training.running ? trainingStatus() : status(RED, section),
      };
    },
    action(state, action) {
      switch (action.action) {
        case "maintenance":
          return begun(action, state.maintenance(action.failed === true || action.failed === "true"));
        case "confirmed": {
          const failure = state.confirm();
          return failure && { ok: true, message: remember(action, failure) };
        }
        case "train":
          return train(action);
        case "load-model":
          return load(action);
        default:
          return undefined;
      }
    },
  };
  wireStage(RED, node, config, stage);
  node.on("close", (removed, done) => {
    training.stop();
    fleet.close(removed);
    done();
  });

  function begun({ branch, id }: Action, failure: Failure | undefined): { ok: boolean; message: string } {
    const again = `The remaining life of ${id} begins again.`;
    return { ok: true, message: failure ? `${again} ${remember({ branch, id }, failure)}` : again };
  }

  /** A failure on the live branch joins the library, with what the store recorded of that life. */
  function remember({ branch, id }: TwinRef, failure: Failure): string {
    if (branch !== LIVE) return "A failure that was only imagined teaches nothing.";
    const series: Record<string, { time: number; value: number }[]> = {};
    for (const signal of asset.signals.keys()) {
      const points = store.history({ branch, id, signal, from: failure.begin, to: failure.time, points: POINTS });
      const numbers = points.flatMap((p) =>
        typeof p.value === "number" && p.status === 0 ? [{ time: p.time, value: p.value }] : [],
      );
      if (numbers.length > 0) series[signal] = numbers;
    }
    const unit = failure.unit.replace(asset.name, id);
    const record = alignRecord(series, failure.begin, failure.time, failure.life, ROWS);
    fleet.add({ ...failure, unit, ...(Object.keys(series).length > 0 && { record }) });
    const { count, late } = fleet.library.bookkeeping;
    return `Its life of ${Number(failure.life.toPrecision(4))} ${config.unit} joins ${fleet.library.all.length - 1} others. Of ${count} predictions in past lives ${late} were late by more than 10 %.`;
  }

  function train(action: Action): { ok: boolean; message: string } {
    if (action.stop === true) {
      training.stop();
      return { ok: true, message: "The training is stopped." };
    }
    if (training.running) return { ok: false, message: "A training is running already." };
    let source: TrainSource;
    try {
      source = sourceOf(action);
    } catch (error) {
      return { ok: false, message: (error as Error).message };
    }
    void training
      .run(source, () => node.status(trainingStatus()))
      .then(
        (model) => tell(action, "info", use(model), model),
        (error: Error) => tell(action, "warning", `The training ended without a model: ${untrainedWords(error)}`),
      );
    node.status(trainingStatus());
    const from = "csv" in source ? "the table" : `${source.failures.length} past failures`;
    return { ok: true, message: `Training on ${from} has begun.` };
  }

  /** What to learn from: the table that the message names, else the failures that this node has seen. */
  function sourceOf({ table: given, unit, time }: Action): TrainSource {
    if (given !== undefined) {
      if (typeof given !== "string")
        throw new TwinError(
          "E_ACTION",
          `payload.table is ${describe(given)}: it must be a CSV text, or the path of a CSV file.`,
        );
      const columns = { unit: nameOr(unit, "unit"), time: nameOr(time, "cycle") };
      return { csv: given.includes("\n") ? given : readNamed(given.trim(), ".csv", "table"), columns };
    }
    const teaching = fleet.library.teaching();
    const count = teaching.failures.length;
    if (count < FEWEST_FOR_MODEL)
      throw new TwinError(
        "E_FLEET",
        `A fleet model needs ${FEWEST_FOR_MODEL} recorded failures, and there are ${count}: until then the trend and the lives that are known must do. A table of past failures can be given in payload.table.`,
      );
    return teaching;
  }

  function load(action: Action): { ok: boolean; message: string } {
    const { model } = action;
    if (model === undefined)
      return { ok: false, message: "load-model needs the model, or the path of a MODEL.json, in payload.model." };
    try {
      const isPath = typeof model === "string" && !model.trim().startsWith("{");
      return { ok: true, message: use(isPath ? readModel(model) : FleetModel.fromJSON(model as string | object)) };
    } catch (error) {
      return { ok: false, message: (error as Error).message };
    }
  }

  function use(model: FleetModel): string {
    fleet.use(model);
    const { units, rmse } = model.content.promised;
    return `The model of ${units} past failures is in use; on units it had not seen it was ${Number(rmse.toPrecision(3))} ${config.unit} off (root mean square).`;
  }

  function tell({ branch, id }: TwinRef, severity: "info" | "warning", text: string, model?: FleetModel): void {
    const time = store.twin({ branch, id })?.twin.time ?? 0;
    store.putEvent({ branch, id, time, section: "rul", event: "changed", severity, text });
    const trained = model && { units: model.content.promised.units, rmse: model.content.promised.rmse };
    node.send([null, { topic: `${id}/rul`, payload: text, event: "changed", severity, ...(trained && { trained }) }]);
    node.status({
      fill: severity === "info" ? "green" : "yellow",
      shape: "dot",
      text: RED._(`twin-rul.status.${severity === "info" ? "trained" : "untrained"}`),
    });
  }

  function trainingStatus(): Status {
    const percent = Math.round(100 * (training.done ?? 0));
    return { fill: "blue", shape: "ring", text: `⚙ ${RED._("twin-rul.status.training", { percent })}` };
  }
}

/** What the trainer says, and what a person at the node can do instead. */
const untrainedWords = ({ message, code }: Error & { code?: string }): string =>
  code === "E_FEW_FAILURES"
    ? `${message} Until there are more, the trend of the indicator and a typical life must do: enter both in the dialog.`
    : message;

const readModel = (name: string): FleetModel => FleetModel.fromJSON(readNamed(name, ".json", "model"));

const nameOr = (name: unknown, usual: string): string => (typeof name === "string" && name !== "" ? name : usual);

function status(RED: Runtime, section: RulSection): Status {
  const { p05, p50, p95, unit, failureProbability, censored, unknown } = section;
  if (p50 === 0) return { fill: "red", shape: "ring", text: `▼ ${RED._("twin-rul.status.reached")}` };
  if (p50 === null && censored !== null && !unknown)
    return { fill: "green", shape: "dot", text: `● > ${short(censored)} ${unit}` };
  if (p50 === null) return { fill: "grey", shape: "dot", text: `◷ ${RED._("twin-rul.status.none")}` };
  const near = (failureProbability.value ?? 0) >= 0.5;
  const text = `${near ? "▼" : "●"} ${short(p50)} ${unit} (${short(p05)}–${p95 === null ? "…" : short(p95)})`;
  return { fill: near ? "yellow" : "green", shape: near ? "ring" : "dot", text };
}

const short = (x: number | null): string => (x === null ? "…" : String(Number(x.toPrecision(3))));
