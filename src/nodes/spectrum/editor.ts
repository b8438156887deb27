import { assetChoice, assetSelect, assetSignals } from "../../editor/asset-select.ts";
import { livePageButton } from "../../editor/live-page-button.ts";
import { spectrumLive } from "../../editor/spectrum-live.ts";
import { type Row, type Table, table } from "../../editor/table.ts";
import { type UnitPicker, unitPicker } from "../../editor/unit-picker.ts";
import { isEmpty, live, numberOf, type Verdict, verdict, verdictOfRows } from "../../editor/validate.ts";
import { BEARINGS, faultOrders } from "../../lib/signal/bearings.ts";
import { FEATURES } from "../../lib/signal/feature-names.ts";
import { MACHINE_CLASSES } from "../../lib/signal/severity.ts";

const NS = "@twinwire/node-red-digital-twin/twin-spectrum:";
const text = (key: string, vars?: Record<string, unknown>): string => RED._(`${NS}twin-spectrum.${key}`, vars);

/** An empty field is the default; anything else must be a number in the range. */
const number = (key: string, low: number, high: number) =>
  verdict(
    (_node, v) =>
      isEmpty(v) || (numberOf(v) >= low && numberOf(v) <= high) || text("error.range", { label: text(key), low, high }),
  );

/** A dimension of the bearing counts only while its geometry is entered by hand. */
const geometry = (key: string, low: number, high: number) =>
  verdict(
    (node, v) => live(node, "bearing") !== "own" || (numberOf(v) >= low && numberOf(v) <= high) || text(`error.${key}`),
  );

let mapping: Table | undefined;
let unit: UnitPicker | undefined;

RED.nodes.registerType("twin-spectrum", {
  category: "digital twin",
  color: "#9DBFB4",
  icon: "twin-spectrum.svg",
  inputs: 1,
  outputs: 2,
  defaults: {
    version: { value: 1 },
    name: { value: "" },
    asset: { type: "twin-asset", value: "", required: true, label: "Asset" },
    source: { value: "waveform" },
    signal: { value: "", validate: verdict(validSignal) },
    unit: { value: "m/s2" },
    speedSignal: { value: "" },
    rpm: { value: "", validate: number("label.speed", 0.1, 1e6) },
    machineClass: { value: "medium-rigid" },
    limits: { value: [], validate: verdict(validLimits) },
    bearing: { value: "" },
    elements: { value: "", validate: geometry("elements", 3, 200) },
    elementDiameter: { value: "", validate: geometry("elementDiameter", 0.01, 1e4) },
    pitchDiameter: { value: "", validate: geometry("pitchDiameter", 0.01, 1e5) },
    contactAngle: { value: "", validate: number("label.angle", 0, 89) },
    mapping: { value: [], validate: verdictOfRows(validMapping) },
    length: { value: 4096, validate: number("label.length", 64, 65_536) },
    overlap: { value: 50, validate: number("label.overlap", 0, 90) },
    fs: { value: "", validate: number("label.fs", 1e-6, 1e8) },
    bandLow: { value: "", validate: number("label.band", 0, 1e7) },
    bandHigh: { value: "", validate: number("label.band", 0, 1e7) },
  },
  paletteLabel: "twin spectrum",
  label() {
    return this.name || this._("twin-spectrum.label.node");
  },
  labelStyle() {
    return this.name ? "node_label_italic" : "";
  },
  outputLabels(index: number) {
    return this._(`twin-spectrum.output.${["features", "lines"][index]}`);
  },
  onadd() {
    assetSelect(this);
  },
  oneditprepare() {
    assetChoice(this);
    fillSelects(this);
    unit = unitPicker($("#twin-spectrum-unit"));
    unit.set(this.unit ?? "m/s2");
    mapping = mappingTable();
    mapping.set(structuredClone(this.mapping ?? []));
    for (const i of [0, 1, 2]) $(`#twin-spectrum-limit-${i}`).val(this.limits?.[i] ?? "");
    const show = () => {
      const samples = $("#node-input-source").val() === "samples";
      $(".twin-spectrum-waveform").toggle(!samples);
      $(".twin-spectrum-samples").toggle(samples);
      // How blocks are made is a first question of collected samples, and none of waveforms.
      if (samples) $("#twin-spectrum-expert").prop("open", true);
      showClass();
      showBearing();
    };
    $("#node-input-source, #node-input-machineClass, #node-input-bearing").on("change", show);
    $("#node-input-elements, #node-input-elementDiameter, #node-input-pitchDiameter, #node-input-contactAngle").on(
      "input",
      showBearing,
    );
    show();
    for (const id of ["signal", "speedSignal"]) suggestSignals($(`#node-input-${id}`));
    const expert = [this.fs, this.bandLow, this.bandHigh].some((v) => !isEmpty(v)) || Number(this.overlap) !== 50;
    if (expert) $("#twin-spectrum-expert").prop("open", true);
    spectrumLive($("#twin-spectrum-live"), this.id, text);
    livePageButton();
  },
  oneditsave() {
    if (unit) $("#node-input-unit").val(unit.get() || "m/s2");
    const rows = mapping?.get() ?? [];
    // Node-RED compares by identity: an untouched table must stay the same object.
    if (JSON.stringify(rows) !== JSON.stringify(this.mapping ?? [])) this.mapping = rows;
    const limits = [0, 1, 2].map((i) => String($(`#twin-spectrum-limit-${i}`).val() ?? "").replace(",", "."));
    const own = $("#node-input-machineClass").val() === "own" ? limits : [];
    if (JSON.stringify(own) !== JSON.stringify(this.limits ?? [])) this.limits = own;
  },
});

function fillSelects(node: EditorNode): void {
  const classes = $("#node-input-machineClass");
  $("<option>", { value: "" }).text(text("class.none")).appendTo(classes);
  for (const c of MACHINE_CLASSES) $("<option>", { value: c.id }).text(c.title).appendTo(classes);
  $("<option>", { value: "own" }).text(text("class.own")).appendTo(classes);
  classes.val(node.machineClass ?? "");
  const bearings = $("#node-input-bearing");
  $("<option>", { value: "" }).text(text("bearing.none")).appendTo(bearings);
  for (const b of BEARINGS) $("<option>", { value: b.name }).text(b.name).appendTo(bearings);
  $("<option>", { value: "own" }).text(text("bearing.own")).appendTo(bearings);
  bearings.val(node.bearing ?? "");
}

/** The limits of the chosen class with their source; only one's own can be typed. */
function showClass(): void {
  const id = String($("#node-input-machineClass").val() ?? "");
  const known = MACHINE_CLASSES.find((c) => c.id === id);
  $(".twin-spectrum-zones").toggle(id !== "");
  for (const i of [0, 1, 2]) {
    const field = $(`#twin-spectrum-limit-${i}`).prop("disabled", known !== undefined);
    if (known) field.val(String(known.limits[i]));
  }
  $("#twin-spectrum-class-source").text(known?.source ?? "");
}

/** The bearing's frequencies as multiples of the speed, so that they can be compared with a data sheet. */
function showBearing(): void {
  const name = String($("#node-input-bearing").val() ?? "");
  $(".twin-spectrum-own").toggle(name === "own");
  const value = (id: string) => numberOf($(`#node-input-${id}`).val());
  const chosen =
    BEARINGS.find((b) => b.name === name) ??
    (name === "own" && {
      elements: value("elements"),
      elementDiameter: value("elementDiameter"),
      pitchDiameter: value("pitchDiameter"),
      contactAngle: value("contactAngle") || 0,
    });
  let line = "";
  try {
    if (chosen) {
      const o = faultOrders(chosen);
      line = text("orders", {
        bpfo: o.BPFO.toFixed(3),
        bpfi: o.BPFI.toFixed(3),
        bsf: o.BSF2.toFixed(3),
        ftf: o.FTF.toFixed(3),
      });
    }
  } catch {
    // Geometry that is not complete yet has no frequencies.
  }
  $("#twin-spectrum-orders").text(line);
}

function suggestSignals(input: JQuery): void {
  input.autoComplete({
    search: (typed: string, done: (found: { value: string; label: string }[]) => void) =>
      done(
        assetSignals(String($("#node-input-asset").val() ?? ""))
          .filter((s) => s.name.toLowerCase().includes(typed.toLowerCase()))
          .map((s) => ({ value: s.name, label: s.label ? `${s.name} — ${s.label}` : s.name })),
      ),
    minLength: 0,
  });
}

const mappingTable = (): Table =>
  table(
    $("#twin-spectrum-mapping"),
    [
      {
        key: "feature",
        label: text("map.feature"),
        type: "select",
        width: 2,
        options: Object.keys(FEATURES).map((value) => ({ value, label: text(`feature.${value}`) })),
      },
      {
        key: "signal",
        label: text("map.signal"),
        type: "text",
        width: 2,
        required: true,
        suggest: () => assetSignals(String($("#node-input-asset").val() ?? "")).map((s) => s.name),
      },
    ],
    { addLabel: text("map.add"), newRow: { feature: "velocityRms", signal: "" } },
  );

function validSignal(node: EditorNode, value: unknown): Verdict {
  if (live(node, "source") !== "samples") return true;
  const known = assetSignals(String(live(node, "asset") ?? ""));
  return known.length === 0 || known.some((s) => s.name === value) || text("error.signal");
}

function validLimits(node: EditorNode, value: unknown): Verdict {
  if (node.machineClass !== "own") return true;
  const [a, b, c] = (Array.isArray(value) ? value : []).map(numberOf);
  return (a !== undefined && b !== undefined && c !== undefined && a < b && b < c) || text("error.limits");
}

function validMapping(node: EditorNode, rows: Row[]): Verdict {
  const known = assetSignals(node.asset).map((s) => s.name);
  const wrong = rows.findIndex((r) => isEmpty(r.signal) || (known.length > 0 && !known.includes(String(r.signal))));
  return wrong < 0 || text("error.mapping", { row: wrong + 1 });
}
