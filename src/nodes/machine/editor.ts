import { assetChoice, assetSelect, assetSignals } from "../../editor/asset-select.ts";
import { livePageButton } from "../../editor/live-page-button.ts";
import { type ModelDialog, openModelDialog } from "../../editor/machine-model.ts";
import { type Row, type Table, table } from "../../editor/table.ts";
import { isEmpty, live, numberOf, type Verdict, verdict, verdictOfRows } from "../../editor/validate.ts";
import { readFault } from "../../lib/machine/faults.ts";
import { RECORDINGS } from "../../lib/machine/recordings.ts";

let faults: Table;
let model: ModelDialog | undefined;
const PUMP_FAULTS = ["strainer", "bearing", "drift", "stuck"];
const BEARING_FAULTS = ["outerRace", "innerRace", "ball", "cage"];

RED.nodes.registerType("twin-machine", {
  category: "digital twin",
  color: "#B8B8B8",
  icon: "twin-machine.svg",
  inputs: 1,
  outputs: 2,
  defaults: {
    version: { value: 1 },
    name: { value: "" },
    asset: { type: "twin-asset", value: "", required: true, label: "Asset" },
    source: { value: "simulation" },
    twinId: { value: "", validate: verdict(validId) },
    clock: { value: 360, validate: simulated(1, 3600, "clock") },
    period: { value: 60, validate: simulated(0.1, 86_400, "period") },
    seed: { value: "1" },
    noise: { value: 1, validate: simulated(0, 100, "noise") },
    faults: { value: [], validate: verdictOfRows(faultsAreRight) },
    start: {
      value: "",
      validate: verdict((_node, v) => isEmpty(v) || Number.isFinite(Date.parse(String(v))) || text("start")),
    },
    recording: { value: "machine-temperature" },
    file: { value: "", validate: verdict(fileIsNamed) },
    timeColumn: { value: "" },
    idColumn: { value: "" },
    speed: { value: "", validate: verdict((_node, v) => isEmpty(v) || inRange(v, 0.001, 1e9, "speed")) },
    loop: { value: false },
    autoplay: { value: true },
    model: { value: {}, validate: verdict(modelIsComplete) },
  },
  paletteLabel: "twin machine",
  label() {
    return this.name || this._("twin-machine.label.node");
  },
  labelStyle() {
    return this.name ? "node_label_italic" : "";
  },
  outputLabels(index: number) {
    return this._(`twin-machine.output.${["samples", "truth"][index]}`);
  },
  inputLabels() {
    return this._("twin-machine.input");
  },
  onadd() {
    assetSelect(this);
  },
  oneditprepare() {
    assetChoice(this);
    const select = $("#node-input-recording");
    for (const r of RECORDINGS) $("<option>", { value: r.name }).text(r.title).appendTo(select);
    $("<option>", { value: "file" }).text(this._("twin-machine.recording.file")).appendTo(select);
    select.val(this.recording ?? "machine-temperature");
    faults = faultTable(this, $("#twin-machine-faults"));
    faults.set(structuredClone(this.faults ?? []));
    model = openModelDialog(this.model ?? {}, (key) => this._(`twin-machine.${key}`));
    const show = () => {
      const source = $("#node-input-source").val();
      const recording = source === "recording";
      $(".twin-machine-simulation").toggle(!recording);
      $(".twin-machine-model").toggle(source === "model");
      $(".twin-machine-planned").toggle(source !== "model");
      $(".twin-machine-recording").toggle(recording);
      $(".twin-machine-file").toggle(select.val() === "file");
    };
    $("#node-input-source").on("change", show);
    select.on("change", show);
    show();
    const expert = String(this.seed) !== "1" || Number(this.noise) !== 1 || !isEmpty(this.start);
    $("#twin-machine-expert").prop("open", expert);
    livePageButton();
  },
  oneditsave() {
    const made = model?.get();
    // A machine without equations keeps none.
    if (made && $("#node-input-source").val() === "model" && JSON.stringify(made) !== JSON.stringify(this.model))
      this.model = made;
    model = undefined;
    const rows = faults.get();
    if (JSON.stringify(rows) !== JSON.stringify(this.faults ?? [])) this.faults = rows;
  },
});

function faultTable(node: EditorNode, container: JQuery): Table {
  const label = (key: string) => node._(`twin-machine.fault.${key}`);
  const option = (kind: string) => ({ value: kind, label: label(kind) });
  const number = (low: number, high: number) => (v: unknown) => inRange(v, low, high, "fault");
  return table(
    container,
    [
      {
        key: "fault",
        label: label("kind"),
        type: "select",
        width: 2,
        options: [...PUMP_FAULTS, ...BEARING_FAULTS].map(option),
      },
      { key: "onset", label: label("onset"), type: "number", required: true, validate: number(0, 1e9) },
      { key: "ramp", label: label("ramp"), type: "number", placeholder: label("usual"), validate: number(0, 1e6) },
      {
        key: "severity",
        label: label("severity"),
        type: "number",
        placeholder: label("usual"),
        more: true,
        validate: number(0, 1),
      },
      {
        key: "signal",
        label: label("signal"),
        type: "text",
        more: true,
        suggest: () => assetSignals(String($("#node-input-asset").val() ?? "")).map((s) => s.name),
      },
      {
        key: "repairedAt",
        label: label("repairedAt"),
        type: "number",
        more: true,
        placeholder: label("never"),
        validate: number(0, 1e9),
      },
    ],
    { addLabel: label("add"), moreLabel: label("more"), newRow: { fault: "strainer", onset: 1 } as Row },
  );
}

function validId(_node: EditorNode, value: unknown): Verdict {
  return isEmpty(value) || /^[^\s+#*]{1,256}$/.test(String(value)) || text("twinId");
}

/** The file of a recording must have a name; whether it is there is seen at deploy. */
function fileIsNamed(node: EditorNode, value: unknown): Verdict {
  const fromFile = live(node, "source") === "recording" && live(node, "recording") === "file";
  return !fromFile || !isEmpty(value) || text("file");
}

/** A fault's own sentence: which of its numbers is wrong, and what it must be. */
function faultsAreRight(node: EditorNode, rows: Row[]): Verdict {
  const source = live(node, "source");
  if (source === "recording" || source === "model") return true;
  for (const [i, row] of rows.entries()) {
    const say = (why: string) => RED._(`${NS}twin-machine.error.faultRow`, { row: i + 1, why });
    if (BEARING_FAULTS.includes(String(row.fault)) !== (source === "bearing")) return say(text("otherMachine"));
    if (!Number.isFinite(numberOf(row.onset))) return say(text("onset"));
    if (source === "bearing") continue;
    try {
      readFault(row, 0);
    } catch (error) {
      return say((error as Error).message);
    }
  }
  return true;
}

/** What can be seen without compiling: rows that lack something. */
function modelIsComplete(node: EditorNode, value: unknown): Verdict {
  if (live(node, "source") !== "model") return true;
  const m = (value ?? {}) as { preset?: string; equations?: string; inputs?: Row[]; faults?: Row[] };
  if (!m.preset || (m.preset === "own" && isEmpty(m.equations))) return text("model");
  if (m.inputs?.some((row) => isEmpty(row.signal) || isEmpty(row.expression))) return text("modelInput");
  return !m.faults?.some((row) => isEmpty(row.parameter) || isEmpty(row.becomes)) || text("modelFault");
}

/** A number that counts for a simulation only. */
function simulated(low: number, high: number, key: string) {
  return verdict((node, value) => live(node, "source") === "recording" || inRange(value, low, high, key));
}

function inRange(value: unknown, low: number, high: number, key: string): Verdict {
  const number = isEmpty(value) ? Number.NaN : Number(value);
  return (
    (number >= low && number <= high) ||
    RED._(`${NS}twin-machine.error.range`, { label: RED._(`${NS}twin-machine.error.${key}`), low, high })
  );
}

const NS = "@twinwire/node-red-digital-twin/twin-machine:";
const text = (key: string): string => RED._(`${NS}twin-machine.error.${key}`);
