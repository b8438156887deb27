import { type AnomalyPreview, anomalyPreview } from "../../editor/anomaly-preview.ts";
import { assetChoice, assetSelect, assetSignals } from "../../editor/asset-select.ts";
import { livePageButton } from "../../editor/live-page-button.ts";
import { type Row, type Table, table } from "../../editor/table.ts";
import { isEmpty, numberOf, type Verdict, verdict, verdictOfRows } from "../../editor/validate.ts";

/** A field that must be a number in a range; the sentence says what is wrong. */
const number = (key: string, low: number, high: number, whole = false) =>
  verdict((node, value) => {
    const x = isEmpty(value) ? Number.NaN : Number(value);
    return (x >= low && x <= high && (!whole || Number.isInteger(x))) || node._(`twin-anomaly.error.${key}`);
  });

RED.nodes.registerType("twin-anomaly", {
  category: "digital twin",
  color: "#E0B08C",
  icon: "twin-anomaly.svg",
  inputs: 1,
  outputs: 2,
  defaults: {
    name: { value: "" },
    asset: { value: "", type: "twin-asset", required: true, label: "Asset" },
    watch: { value: "auto" },
    detector: { value: "auto" },
    falseAlarmsPerMonth: { value: 1, validate: number("falseAlarms", 0.001, 100_000) },
    latch: { value: true },
    learning: { value: 200, validate: number("learning", 30, 20_000, true) },
    hold: { value: 1, validate: number("hold", 1, 1000, true) },
    clear: { value: 32, validate: number("clear", 1, 10_000, true) },
    refractory: { value: 0, validate: number("refractory", 0, 100_000, true) },
    excluded: { value: "" },
    mode: { value: "" },
    bands: { value: [], validate: verdictOfRows(bandsAreComplete) },
    limits: { value: [], validate: verdictOfRows(limitsAreComplete) },
    version: { value: 3 },
  },
  paletteLabel: "twin anomaly",
  onadd() {
    assetSelect(this);
  },
  label() {
    return this.name || "twin anomaly";
  },
  labelStyle() {
    return this.name ? "node_label_italic" : "";
  },
  oneditprepare() {
    assetChoice(this);
    limits = limitsTable(this);
    limits.set(this.limits ?? []);
    bands = bandsTable(this);
    bands.set(this.bands ?? []);
    $("#twin-anomaly-mode").val(this.mode ?? "");
    const choices = $("#twin-anomaly-modes").empty();
    for (const name of signals()) $("<option>").val(name).appendTo(choices);
    const hint = () => $("#twin-anomaly-detector-hint").text(this._(`twin-anomaly.hint.${detector()}`));
    $("#twin-anomaly-detector")
      .val(this.detector ?? "auto")
      .on("change", hint);
    hint();
    const expert =
      this.limits?.length > 0 ||
      this.bands?.length > 0 ||
      EXPERT.some(([key, standard]) => String(this[key] ?? standard) !== String(standard));
    $("#twin-anomaly-expert").prop("open", expert);
    lookBack = anomalyPreview(this, () => typed(this));
    livePageButton();
  },
  oneditsave() {
    const rows = limits?.get() ?? [];
    // Node-RED compares by identity: an untouched table must stay the same object.
    if (JSON.stringify(rows) !== JSON.stringify(this.limits ?? [])) this.limits = rows;
    const smallest = bands?.get() ?? [];
    if (JSON.stringify(smallest) !== JSON.stringify(this.bands ?? [])) this.bands = smallest;
    // A node of an earlier version has none: an untouched field must not change it.
    const mode = String($("#twin-anomaly-mode").val() ?? "").trim();
    if (mode !== (this.mode ?? "")) this.mode = mode;
    if (detector() !== (this.detector ?? "auto")) this.detector = detector();
    close();
  },
  oneditcancel() {
    close();
  },
  outputLabels(index: number) {
    return this._(index === 0 ? "twin-anomaly.output.result" : "twin-anomaly.output.events");
  },
});

let limits: Table | undefined;
let bands: Table | undefined;
let lookBack: AnomalyPreview | undefined;

function close(): void {
  lookBack?.close();
  limits = bands = lookBack = undefined;
}

/** The settings as they stand in the dialog now. */
function typed(node: EditorNode): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  for (const key of Object.keys(node._def.defaults)) {
    const field = $(`#node-input-${key}`);
    settings[key] = field.length === 0 ? node[key] : field.is(":checkbox") ? field.prop("checked") : field.val();
  }
  const mode = String($("#twin-anomaly-mode").val() ?? "").trim();
  return { ...settings, mode, detector: detector(), limits: limits?.get() ?? [], bands: bands?.get() ?? [] };
}

const detector = (): string => String($("#twin-anomaly-detector").val() ?? "auto");

const EXPERT = [
  ["detector", "auto"],
  ["learning", 200],
  ["hold", 1],
  ["clear", 32],
  ["refractory", 0],
  ["excluded", ""],
  ["mode", ""],
] as const;

function limitsTable(node: EditorNode): Table {
  const text = (key: string) => node._(`twin-anomaly.limit.${key}`);
  return table(
    $("#twin-anomaly-limits"),
    [
      {
        key: "path",
        label: text("path"),
        type: "text",
        width: 3,
        required: true,
        suggest: quantities,
        placeholder: text("pathHint"),
      },
      {
        key: "direction",
        label: text("direction"),
        type: "select",
        width: 1.3,
        options: [
          { value: "below", label: text("below") },
          { value: "above", label: text("above") },
        ],
      },
      { key: "limit", label: text("value"), type: "number", width: 1, required: true },
      { key: "text", label: text("text"), type: "text", width: 4 },
      { key: "unit", label: text("unit"), type: "unit", more: true },
      {
        key: "hysteresis",
        label: text("hysteresis"),
        type: "number",
        more: true,
        placeholder: text("hysteresisHint"),
        validate: (v) => numberOf(v) >= 0 || node._("twin-anomaly.error.notNegative"),
      },
      {
        key: "severity",
        label: text("severity"),
        type: "select",
        more: true,
        options: ["warning", "alarm", "info"].map((value) => ({ value, label: text(value) })),
      },
    ],
    { newRow: { path: "", direction: "below", limit: "", text: "", unit: "", hysteresis: "", severity: "warning" } },
  );
}

/** Smallest deviation that matters, by signal. */
function bandsTable(node: EditorNode): Table {
  const text = (key: string) => node._(`twin-anomaly.band.${key}`);
  return table(
    $("#twin-anomaly-bands"),
    [
      { key: "signal", label: text("signal"), type: "text", width: 3, required: true, suggest: signals },
      {
        key: "band",
        label: text("band"),
        type: "number",
        width: 2,
        required: true,
        validate: (v) => numberOf(v) >= 0 || node._("twin-anomaly.error.notNegative"),
      },
    ],
    { newRow: { signal: "", band: "" } },
  );
}

function bandsAreComplete(node: EditorNode, rows: Row[]): Verdict {
  const wrong = rows.findIndex((r) => !r.signal || !(numberOf(r.band) >= 0));
  return wrong < 0 || node._("twin-anomaly.error.bands", { row: wrong + 1 });
}

/** Names of the asset's signals. */
const signals = (): string[] => assetSignals(String($("#node-input-asset").val() ?? "")).map((s) => s.name);

/** What can have a limit: the signals, and what models usually derive. */
function quantities(): string[] {
  const names = signals();
  return [...names, "model.derived.npshMargin", "model.derived.head", ...names.map((s) => `model.residual.${s}`)];
}

function limitsAreComplete(node: EditorNode, rows: Row[]): Verdict {
  const incomplete = rows.findIndex((r) => !r.path || !Number.isFinite(numberOf(r.limit)));
  if (incomplete >= 0) return node._("twin-anomaly.error.limits", { row: incomplete + 1 });
  const wrong = rows.findIndex((r) => !isEmpty(r.hysteresis) && !(numberOf(r.hysteresis) >= 0));
  return wrong < 0 || node._("twin-anomaly.error.hysteresis", { row: wrong + 1 });
}
