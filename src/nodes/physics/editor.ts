import { assetChoice, assetSelect } from "../../editor/asset-select.ts";
import { livePageButton } from "../../editor/live-page-button.ts";
import { openPhysicsDialog, type PhysicsDialog } from "../../editor/physics-dialog.ts";
import type { Row } from "../../editor/table.ts";
import { isEmpty, type Verdict, verdict, verdictOfRows } from "../../editor/validate.ts";
import { ownName } from "../../lib/physics/presets/choice.ts";

/** Empty for the default, or a number in a range. */
const optional = (key: string, low: number, high: number) =>
  verdict((node, value) => {
    const x = Number(value);
    if (isEmpty(value) || (x >= low && x <= high)) return true;
    return node._("twin-physics.error.number", { label: node._(`twin-physics.label.${key}`), low, high });
  });

RED.nodes.registerType("twin-physics", {
  category: "digital twin",
  color: "#9DB4C0",
  icon: "twin-physics.svg",
  inputs: 1,
  outputs: 1,
  defaults: {
    version: { value: 2 },
    name: { value: "" },
    asset: { value: "", type: "twin-asset", required: true, label: "Asset" },
    preset: { value: "", validate: verdict(presetChosen) },
    presetCopy: { value: null },
    equations: { value: "", validate: verdict(equationsWritten) },
    parameters: { value: [], validate: verdictOfRows(valuesAreNumbers) },
    reduced: { value: "", validate: verdict(descriptionWritten) },
    files: { value: [] },
    checkUnits: { value: false },
    units: { value: [] },
    predictions: { value: [], validate: verdictOfRows(outputsComplete) },
    learn: { value: "", validate: optional("learn", 15, 1e7) },
    correct: { value: true },
    floor: { value: "", validate: optional("floor", 0, 100) },
    follow: { value: "", validate: optional("follow", 0, 1e9) },
    settle: { value: "", validate: optional("settle", 0, 1e9) },
    maxGap: { value: "", validate: optional("maxGap", 0.001, 1e9) },
    estimate: { value: "follow" },
    drifting: { value: [], validate: verdictOfRows(rowsNamed("name")) },
    noise: { value: [], validate: verdictOfRows(rowsNamed("signal")) },
    process: { value: [], validate: verdictOfRows(rowsNamed("state")) },
    gate: { value: "", validate: optional("gate", 0, 1e9) },
    calibrate: { value: [], validate: verdictOfRows(rowsNamed("name")) },
    correction: { value: true },
    correctionInputs: { value: [] },
  },
  paletteLabel: "twin physics",
  label() {
    return (
      this.name ||
      (this.preset && this.preset !== "own" ? `twin physics: ${ownName(this.preset) ?? this.preset}` : "twin physics")
    );
  },
  labelStyle() {
    return this.name ? "node_label_italic" : "";
  },
  outputLabels() {
    return this._("twin-physics.output.result");
  },
  onadd() {
    assetSelect(this);
  },
  oneditprepare() {
    assetChoice(this);
    dialog = openPhysicsDialog(this);
    livePageButton();
  },
  oneditsave() {
    dialog?.save();
    closeDialog();
  },
  oneditcancel() {
    closeDialog();
  },
});

function presetChosen(node: EditorNode, value: unknown): Verdict {
  return value ? true : node._("twin-physics.error.preset");
}

function equationsWritten(node: EditorNode, value: unknown): Verdict {
  return node.preset !== "own" || !isEmpty(value) || node._("twin-physics.error.equations");
}

function descriptionWritten(node: EditorNode, value: unknown): Verdict {
  return node.preset !== "reduced" || !isEmpty(value) || node._("twin-physics.error.reduced");
}

function rowsNamed(key: string) {
  return (node: EditorNode, rows: Row[]): Verdict =>
    rows.every((row) => !isEmpty(row[key])) ||
    node._("twin-physics.error.rows", { column: node._(`twin-physics.estimate.${key}`) });
}

function valuesAreNumbers(node: EditorNode, rows: Row[]): Verdict {
  const wrong = rows.find((r) => !isEmpty(r.value) && !Number.isFinite(Number(r.value)));
  return !wrong || node._("twin-physics.error.parameter", { name: wrong.name, value: String(wrong.value) });
}

function outputsComplete(node: EditorNode, rows: Row[]): Verdict {
  return rows.every((r) => r.signal && r.variable) || node._("twin-physics.error.output");
}

let dialog: PhysicsDialog | undefined;

function closeDialog(): void {
  dialog?.close();
  dialog = undefined;
}
