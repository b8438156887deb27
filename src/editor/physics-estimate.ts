/** The part of twin-physics's dialog that follows the machine: filter, drifting parameters, noise, calibration. */
import type { Text } from "./physics-check.ts";
import { type Column, type Row, type Table, table } from "./table.ts";
import { isEmpty, numberOf } from "./validate.ts";

export interface EstimateNames {
  parameters(): string[];
  outputs(): string[];
  states(): string[];
  inputs(): string[];
}

const KEYS = ["drifting", "noise", "process", "calibrate"] as const;

export interface EstimateDialog {
  get(): Record<(typeof KEYS)[number], Row[]> & { correctionInputs: string[] };
}

export function openEstimate(node: EditorNode, names: EstimateNames, text: Text): EstimateDialog {
  const positive = (v: unknown) => isEmpty(v) || numberOf(v) >= 0 || text("error.negative");
  const name = (suggest: () => string[], key = "name"): Column => ({
    key,
    label: text(`estimate.${key}`),
    type: "text",
    width: 2,
    required: true,
    suggest,
  });
  const bound = (key: "low" | "high", more: boolean): Column => ({
    key,
    label: text(`estimate.${key}`),
    type: "number",
    more,
    placeholder: text("estimate.usual"),
  });
  const tables: Record<(typeof KEYS)[number], Table> = {
    drifting: table(
      $("#twin-physics-drifting"),
      [
        name(names.parameters),
        {
          key: "startSd",
          label: text("estimate.startSd"),
          type: "number",
          placeholder: text("estimate.usual"),
          validate: positive,
        },
        {
          key: "driftSd",
          label: text("estimate.driftSd"),
          type: "number",
          placeholder: text("estimate.usual"),
          validate: positive,
        },
        bound("low", true),
        bound("high", true),
      ],
      {
        addLabel: text("estimate.addParameter"),
        moreLabel: text("estimate.bounds"),
        newRow: { name: "", startSd: "", driftSd: "", low: "", high: "" },
      },
    ),
    noise: table(
      $("#twin-physics-noise"),
      [
        name(names.outputs, "signal"),
        { key: "sd", label: text("estimate.sd"), type: "number", required: true, validate: positive },
      ],
      { addLabel: text("estimate.addSignal"), newRow: { signal: "", sd: "" } },
    ),
    process: table(
      $("#twin-physics-process"),
      [
        name(names.states, "state"),
        { key: "sd", label: text("estimate.perHour"), type: "number", required: true, validate: positive },
      ],
      { addLabel: text("estimate.addState"), newRow: { state: "", sd: "" } },
    ),
    calibrate: table(
      $("#twin-physics-calibrate"),
      [name(names.parameters), bound("low", false), bound("high", false)],
      {
        addLabel: text("estimate.addParameter"),
        newRow: { name: "", low: "", high: "" },
      },
    ),
  };
  for (const key of KEYS) tables[key].set(structuredClone(node[key] ?? []));
  $("#twin-physics-correctionInputs").val((node.correctionInputs ?? []).join(", "));
  const show = () => {
    const filter = ["ekf", "ukf"].includes(String($("#node-input-estimate").val()));
    $(".twin-physics-filter").toggle(filter);
    $(".twin-physics-following").toggle($("#node-input-estimate").val() === "follow");
  };
  $("#node-input-estimate").on("change", show);
  show();
  return {
    get() {
      const rows = Object.fromEntries(KEYS.map((key) => [key, tables[key].get()])) as Record<
        (typeof KEYS)[number],
        Row[]
      >;
      const list = String($("#twin-physics-correctionInputs").val() ?? "").split(/[\s,;]+/);
      return { ...rows, correctionInputs: list.filter((n) => n !== "") };
    },
  };
}
