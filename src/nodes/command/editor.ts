import { assetChoice, assetSelect, assetSignals } from "../../editor/asset-select.ts";
import { broker, commandSignals, defaultSignal, rules, seconds, topic } from "../../editor/command-validate.ts";
import { expressionNames, expressionProblem } from "../../editor/expression-check.ts";
import { livePageButton } from "../../editor/live-page-button.ts";
import { type Cell, type Table, table } from "../../editor/table.ts";

RED.nodes.registerType("twin-command", {
  category: "digital twin",
  color: "#A9C29B",
  icon: "twin-command.svg",
  inputs: 1,
  outputs: 3,
  defaults: {
    version: { value: 1 },
    name: { value: "" },
    asset: { type: "twin-asset", value: "", required: true, label: "Asset" },
    mode: { value: "advise" },
    target: { value: "output" },
    broker: { type: "twin-mqtt", value: "", validate: broker },
    topic: { value: "{id}/command/{signal}", validate: topic },
    format: { value: "value" },
    signals: { value: [], validate: commandSignals },
    rules: { value: [], validate: rules },
    interlock: { value: "" },
    defaultSignal: { value: "", validate: defaultSignal },
    expiry: { value: 60, validate: seconds("expiry", 0.001) },
    retries: { value: 2, validate: seconds("retries", 0, true) },
    retryAfter: { value: 10, validate: seconds("seconds", 0) },
    freshness: { value: 30, validate: seconds("expiry", 0.001) },
    minInterval: { value: 5, validate: seconds("seconds", 0) },
    rearm: { value: 10, validate: seconds("seconds", 0) },
    simulatedTarget: { value: false },
    killed: { value: false },
  },
  paletteLabel: "twin command",
  label() {
    return this.name || this._("twin-command.label.node");
  },
  labelStyle() {
    return this.name ? "node_label_italic" : "";
  },
  outputLabels(index: number) {
    return this._(`twin-command.output.${["command", "refused", "events"][index]}`);
  },
  onadd() {
    assetSelect(this);
  },
  oneditprepare() {
    assetChoice(this);
    addStyle();
    open = { signals: signalsTable(this), rules: rulesTable(this) };
    open.signals.set(this.signals ?? []);
    open.rules.set(this.rules ?? []);
    $("#node-input-mode").on("change", () => explainMode(this));
    explainMode(this);
    const showTarget = () => $(".twin-command-mqtt").toggle($("#node-input-target").val() === "mqtt");
    $("#node-input-target").on("change", showTarget);
    showTarget();
    $("#node-input-interlock").on("change blur", showProblem);
    $("#node-input-asset").on("change", showProblem);
    showProblem();
    livePageButton();
    const expert =
      this.simulatedTarget || this.killed || EXPERT.some(([key, standard]) => String(this[key]) !== standard);
    $("#twin-command-expert").prop("open", expert);
  },
  oneditsave() {
    // Node-RED compares what is stored: an untouched table must stay as it is.
    for (const key of ["signals", "rules"] as const) {
      const rows = open?.[key].get() ?? [];
      if (JSON.stringify(rows) !== JSON.stringify(this[key] ?? [])) this[key] = rows;
    }
    open = undefined;
  },
  oneditcancel() {
    open = undefined;
  },
});

/** The tables of the dialog that is open. */
let open: { signals: Table; rules: Table } | undefined;

const EXPERT = [
  ["defaultSignal", ""],
  ["expiry", "60"],
  ["retries", "2"],
  ["retryAfter", "10"],
  ["freshness", "30"],
  ["minInterval", "5"],
  ["rearm", "10"],
] as const;

const assetId = (): string => String($("#node-input-asset").val() ?? "");

/** The sentence about an expression; when the runtime answers later, the dialog is checked again. */
const check = (text: Cell): true | string => expressionProblem(String(text ?? ""), assetId(), showProblem);

function explainMode(node: EditorNode): void {
  $("#twin-command-mode-text").text(node._(`twin-command.mode.${$("#node-input-mode").val()}Text`));
}

function showProblem(): void {
  if (!open) return;
  const input = $("#node-input-interlock");
  const interlock = check(input.val() as string);
  input.toggleClass("input-error", interlock !== true);
  const problem = [interlock, open.signals.validate(), open.rules.validate()].find((p) => p !== true);
  $("#twin-command-problem").text(problem ? `⚠ ${problem}` : "");
}

function signalsTable(node: EditorNode): Table {
  const text = (key: string) => node._(`twin-command.column.${key}`);
  const unit = () => assetSignals(assetId()).map((s) => s.name);
  const positive = (value: Cell) => Number(value) > 0 || node._("twin-command.error.positive");
  return table(
    $("#twin-command-signals"),
    [
      { key: "signal", label: text("signal"), type: "text", width: 2, required: true, suggest: unit },
      { key: "low", label: text("low"), type: "number", required: true },
      { key: "high", label: text("high"), type: "number", required: true },
      { key: "step", label: text("step"), type: "number", placeholder: text("any"), validate: positive },
      { key: "tolerance", label: text("tolerance"), type: "number", placeholder: "1 %", validate: positive },
      {
        key: "perMinute",
        label: text("perMinute"),
        type: "number",
        placeholder: text("any"),
        more: true,
        validate: positive,
      },
    ],
    {
      addLabel: node._("twin-command.label.addSignal"),
      moreLabel: node._("twin-command.label.more"),
      newRow: { signal: "", low: "", high: "", step: "", tolerance: "", perMinute: "" },
      onChange: showProblem,
    },
  );
}

function rulesTable(node: EditorNode): Table {
  const text = (key: string) => node._(`twin-command.column.${key}`);
  const names = () => expressionNames(assetId());
  const commandable = () => (open?.signals.get() ?? []).map((r) => String(r.signal));
  const isCommandable = (value: Cell) => commandable().includes(String(value)) || node._("twin-command.error.set");
  return table(
    $("#twin-command-rules"),
    [
      {
        key: "when",
        label: text("when"),
        type: "expression",
        width: 3,
        required: true,
        placeholder: "flow < 30",
        validate: check,
        suggest: names,
      },
      { key: "hold", label: text("hold"), type: "number", width: 0.8, placeholder: "0" },
      {
        key: "set",
        label: text("set"),
        type: "text",
        width: 1.4,
        required: true,
        suggest: commandable,
        validate: isCommandable,
      },
      {
        key: "to",
        label: text("to"),
        type: "expression",
        width: 1.4,
        required: true,
        placeholder: "1410",
        validate: check,
        suggest: names,
      },
      { key: "why", label: text("why"), type: "text", more: true, placeholder: text("whyHint") },
    ],
    {
      addLabel: node._("twin-command.label.addRule"),
      moreLabel: node._("twin-command.label.more"),
      newRow: { when: "", hold: "", set: "", to: "", why: "" },
      onChange: showProblem,
    },
  );
}

function addStyle(): void {
  if (document.getElementById("twin-command-style")) return;
  $("<style>", { id: "twin-command-style" })
    .text(
      `.twin-command-hint{color:var(--red-ui-secondary-text-color)}
.twin-command-heading{margin-bottom:4px !important}
.twin-command-problem{min-height:1.4em;color:var(--red-ui-text-color-error)}
#twin-command-expert label{width:150px}
#twin-command-rules .twin-table-more{grid-template-columns:1fr}`,
    )
    .appendTo(document.head);
}
