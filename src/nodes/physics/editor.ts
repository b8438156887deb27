import { assetSelect } from "../../editor/asset-select.ts";
import { openPhysicsDialog, type PhysicsDialog } from "../../editor/physics-dialog.ts";
import type { Row } from "../../editor/table.ts";

// Node-RED takes a string for an answer only from validators that declare two arguments.

/** Empty for the default, or a number in a range. */
const optional = (key: string, low: number, high: number) =>
  function (this: EditorNode, value: unknown, _opt: unknown): true | string {
    const x = Number(value);
    if (value === "" || value === undefined || value === null || (x >= low && x <= high)) return true;
    return this._("twin-physics.error.number", { label: this._(`twin-physics.label.${key}`), low, high });
  };

RED.nodes.registerType("twin-physics", {
  category: "digital twin",
  color: "#9DB4C0",
  icon: "twin-physics.svg",
  inputs: 1,
  outputs: 1,
  defaults: {
    version: { value: 1 },
    name: { value: "" },
    asset: { value: "", type: "twin-asset", required: true },
    preset: { value: "", validate: presetChosen },
    equations: { value: "", validate: equationsWritten },
    parameters: { value: [], validate: valuesAreNumbers },
    predictions: { value: [], validate: outputsComplete },
    learn: { value: "", validate: optional("learn", 15, 1e7) },
    correct: { value: true },
    floor: { value: "", validate: optional("floor", 0, 100) },
    follow: { value: "", validate: optional("follow", 0, 1e9) },
    settle: { value: "", validate: optional("settle", 0, 1e9) },
    maxGap: { value: "", validate: optional("maxGap", 0.001, 1e9) },
  },
  paletteLabel: "physics",
  label() {
    return this.name || (this.preset && this.preset !== "own" ? `physics: ${this.preset}` : "physics");
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
    dialog = openPhysicsDialog(this);
  },
  oneditsave() {
    dialog?.save();
    closeDialog();
  },
  oneditcancel() {
    closeDialog();
  },
});

function presetChosen(this: EditorNode, value: unknown, _opt: unknown): true | string {
  return value ? true : this._("twin-physics.error.preset");
}

function equationsWritten(this: EditorNode, value: unknown, _opt: unknown): true | string {
  return this.preset !== "own" || String(value ?? "").trim() !== "" || this._("twin-physics.error.equations");
}

function valuesAreNumbers(this: EditorNode, rows: Row[], _opt: unknown): true | string {
  const wrong = (rows ?? []).find((r) => r.value !== "" && !Number.isFinite(Number(r.value)));
  return !wrong || this._("twin-physics.error.parameter", { name: wrong.name, value: String(wrong.value) });
}

function outputsComplete(this: EditorNode, rows: Row[], _opt: unknown): true | string {
  return (rows ?? []).every((r) => r.signal && r.variable) || this._("twin-physics.error.output");
}

let dialog: PhysicsDialog | undefined;

function closeDialog(): void {
  dialog?.close();
  dialog = undefined;
}
