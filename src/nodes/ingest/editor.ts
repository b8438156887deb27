import { assetChoice, assetSelect, assetSignals } from "../../editor/asset-select.ts";
import { livePageButton } from "../../editor/live-page-button.ts";
import { type Row, type Table, table } from "../../editor/table.ts";
import { isEmpty, live, type Verdict, verdict, verdictOfRows } from "../../editor/validate.ts";
import { readMapping } from "../../lib/ingest/mapping.ts";
import { readTopicPattern } from "../../lib/ingest/topic.ts";

RED.nodes.registerType("twin-ingest", {
  category: "digital twin",
  color: "#7FB7BE",
  icon: "twin-ingest.svg",
  inputs: 1,
  outputs: 2,
  defaults: {
    name: { value: "" },
    asset: { value: "", type: "twin-asset", required: true, label: "Asset" },
    source: { value: "messages" },
    broker: { value: "", type: "twin-mqtt", validate: verdict(brokerIsChosen) },
    topic: { value: "", validate: verdict(topicIsValid) },
    qos: { value: "1" },
    mapping: { value: [], validate: verdictOfRows((_node, rows) => mappingProblem(rows) ?? true) },
    clockTolerance: { value: 60, validate: verdict(toleranceIsValid) },
    version: { value: 1 },
  },
  paletteLabel: "twin ingest",
  onadd() {
    assetSelect(this);
  },
  label() {
    return this.name || (this.source === "mqtt" && this.topic) || "twin ingest";
  },
  labelStyle() {
    return this.name ? "node_label_italic" : "";
  },
  oneditprepare() {
    assetChoice(this);
    mapping = mappingTable(this);
    mapping.set(this.mapping ?? []);
    const source = $("#node-input-source");
    source.on("change", () => $(".twin-ingest-mqtt").toggle(source.val() === "mqtt"));
    source.trigger("change");
    $("#twin-ingest-expert").prop("open", Number(this.clockTolerance) !== 60);
    livePageButton();
  },
  oneditsave() {
    const rows = mapping?.get() ?? [];
    // Node-RED compares by identity: an untouched table must stay the same object.
    if (JSON.stringify(rows) !== JSON.stringify(this.mapping ?? [])) this.mapping = rows;
    mapping = undefined;
  },
  oneditcancel() {
    mapping = undefined;
  },
  outputLabels(index: number) {
    return this._(index === 0 ? "twin-ingest.output.accepted" : "twin-ingest.output.refused");
  },
});

let mapping: Table | undefined;

function mappingTable(node: EditorNode): Table {
  const column = (key: string, width: number) => ({
    key,
    width,
    label: node._(`twin-ingest.label.column.${key}`),
    placeholder: node._(`twin-ingest.placeholder.${key === "topic" ? "rowTopic" : key}`),
  });
  const check = (value: unknown, row: Row): true | string => {
    const problem = mappingProblem([row]);
    return problem && value !== "" ? problem.replace(/^.*row 1: /, "") : true;
  };
  const signals = () => assetSignals(String($("#node-input-asset").val() ?? "")).map((s) => s.name);
  return table(
    $("#twin-ingest-mapping"),
    [
      { ...column("topic", 3), type: "text", validate: check },
      { ...column("path", 1.6), type: "text", validate: check },
      { ...column("signal", 1.8), type: "text", suggest: signals, validate: check },
      { ...column("unit", 1), type: "unit" },
      { ...column("id", 1.5), type: "text", more: true, validate: check },
      { ...column("time", 1.5), type: "text", more: true, validate: check },
    ],
    {
      addLabel: node._("twin-ingest.label.addRow"),
      newRow: { topic: "", path: "", signal: "", unit: "", id: "", time: "" },
    },
  );
}

function mappingProblem(rows: Row[]): string | undefined {
  try {
    readMapping(rows as Parameters<typeof readMapping>[0]);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function topicIsValid(node: EditorNode, value: unknown): Verdict {
  if (live(node, "source") !== "mqtt") return true;
  if (isEmpty(value)) return node._("twin-ingest.error.topic");
  try {
    readTopicPattern(String(value));
    return true;
  } catch (error) {
    return (error as Error).message;
  }
}

function brokerIsChosen(node: EditorNode, value: unknown): Verdict {
  const missing = !value || value === "_ADD_" || !RED.nodes.node(String(value));
  return live(node, "source") !== "mqtt" || !missing || node._("twin-ingest.error.broker");
}

function toleranceIsValid(node: EditorNode, value: unknown): Verdict {
  const seconds = isEmpty(value) ? Number.NaN : Number(value);
  return (Number.isFinite(seconds) && seconds >= 0) || node._("twin-ingest.error.clockTolerance");
}
