/** The part of twin-machine's dialog for a machine made of equations. */
import type { PresetFile } from "../lib/physics/presets/file.ts";
import { displayUnit } from "../lib/twin/units.ts";
import { assetSignals } from "./asset-select.ts";
import { presetPicker } from "./preset-picker.ts";
import { type Column, type Row, type Table, table } from "./table.ts";
import { isEmpty, numberOf } from "./validate.ts";

export interface ModelDialog {
  /** What is in the dialog, in the shape of the node's `model`. */
  get(): Record<string, unknown>;
}

type Text = (key: string) => string;

export function openModelDialog(saved: Record<string, unknown>, text: Text): ModelDialog {
  const select = $("#twin-machine-preset");
  $("<option>", { value: "own" }).text(text("model.own")).appendTo(select);
  const kept = (saved.presetCopy as PresetFile | undefined) ?? null;
  const picker = presetPicker(select, { preset: String(saved.preset || "tank"), copy: kept }, () => show());
  const { chosen } = picker;
  $("#twin-machine-equations").val(String(saved.equations ?? ""));
  const signals = () => assetSignals(String($("#node-input-asset").val() ?? "")).map((s) => s.name);
  const parameters = () => chosen()?.parameters.map((p) => p.name) ?? [];
  const tables = {
    inputs: make("inputs", inputColumns(text, signals), { signal: "", expression: "" }, text),
    faults: make(
      "modelFaults",
      faultColumns(text, parameters),
      { parameter: "", onset: 1, ramp: 24, becomes: "×0.7" },
      text,
    ),
    parameters: make("parameters", parameterColumns(text, parameters), { name: "", value: "", unit: "" }, text),
    noise: make("modelNoise", noiseColumns(text, signals), { signal: "", sd: "" }, text),
  };
  for (const [key, t] of Object.entries(tables)) t.set(structuredClone((saved[key] as Row[] | undefined) ?? []));
  const show = () => {
    const preset = chosen();
    $("#twin-machine-own").toggle(select.val() === "own");
    $("#twin-machine-diagram").text(preset ? `${preset.diagram}\n${needs(preset.units)}` : "");
  };
  select.on("change", show);
  show();
  return {
    get() {
      const rows = Object.fromEntries(Object.entries(tables).map(([key, t]) => [key, t.get()]));
      const presetCopy = picker.copy();
      return {
        preset: String(select.val() ?? ""),
        ...(presetCopy && { presetCopy }),
        equations: String($("#twin-machine-equations").val() ?? ""),
        ...rows,
      };
    },
  };
}

/** The signals of a preset, with their units: what the asset should be made of. */
const needs = (units: Readonly<Record<string, string>>): string =>
  Object.entries(units)
    .map(([name, unit]) => `${name}${unit === "1" ? "" : ` (${displayUnit(unit)})`}`)
    .join(", ");

const make = (id: string, columns: Column[], newRow: Row, text: Text): Table =>
  table($(`#twin-machine-${id}`), columns, { addLabel: text(`model.add.${id}`), newRow });

const inputColumns = (text: Text, signals: () => string[]): Column[] => [
  { key: "signal", label: text("model.signal"), type: "text", width: 2, required: true, suggest: signals },
  {
    key: "expression",
    label: text("model.expression"),
    type: "text",
    width: 4,
    required: true,
    placeholder: "20 + 5 * sin(t / 3600)",
  },
];

const faultColumns = (text: Text, parameters: () => string[]): Column[] => [
  { key: "parameter", label: text("model.parameter"), type: "text", width: 2, required: true, suggest: parameters },
  { key: "becomes", label: text("model.becomes"), type: "text", required: true, placeholder: "×0.7" },
  { key: "onset", label: text("fault.onset"), type: "number", required: true },
  { key: "ramp", label: text("fault.ramp"), type: "number", placeholder: "24" },
];

const parameterColumns = (text: Text, parameters: () => string[]): Column[] => [
  { key: "name", label: text("model.parameter"), type: "text", width: 2, required: true, suggest: parameters },
  { key: "value", label: text("model.value"), type: "number", required: true },
  { key: "unit", label: text("model.unit"), type: "text" },
];

const noiseColumns = (text: Text, signals: () => string[]): Column[] => [
  { key: "signal", label: text("model.signal"), type: "text", width: 2, required: true, suggest: signals },
  {
    key: "sd",
    label: text("model.sd"),
    type: "number",
    required: true,
    validate: (v) => isEmpty(v) || numberOf(v) >= 0 || text("model.negative"),
  },
];
