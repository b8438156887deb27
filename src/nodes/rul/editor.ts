import { assetChoice, assetSelect } from "../../editor/asset-select.ts";
import { livePageButton } from "../../editor/live-page-button.ts";
import { openRulDialog, type RulDialog } from "../../editor/rul-dialog.ts";
import { isEmpty, live, numberOf, type Verdict, verdict, verdictOfRows } from "../../editor/validate.ts";

const NS = "@twinwire/node-red-digital-twin/twin-rul:";
const text = (key: string, vars?: Record<string, unknown>): string => RED._(`${NS}twin-rul.${key}`, vars);

let dialog: RulDialog | undefined;

RED.nodes.registerType("twin-rul", {
  category: "digital twin",
  color: "#C9A7C7",
  icon: "twin-rul.svg",
  inputs: 1,
  outputs: 2,
  defaults: {
    version: { value: 2 },
    name: { value: "" },
    asset: { type: "twin-asset", value: "", required: true, label: "Asset" },
    indicator: { value: "asset" },
    expression: { value: "", validate: verdict(validExpression) },
    threshold: { value: "", validate: verdict(validThreshold) },
    direction: { value: "rising" },
    unit: { value: "h" },
    horizon: { value: 168, validate: verdict((_node, v) => above(v) || text("error.horizon")) },
    warnAt: { value: 50, validate: verdict((_node, v) => (above(v) && Number(v) < 100) || text("error.warnAt")) },
    onlyWhile: { value: "" },
    typicalLife: { value: "", validate: verdict((_node, v) => isEmpty(v) || above(v) || text("error.typicalLife")) },
    failures: {
      value: [],
      validate: verdictOfRows((_node, rows) => rows.every((r) => numberOf(r.life) > 0) || text("error.failures")),
    },
    operating: { value: "" },
    model: { value: "" },
  },
  paletteLabel: "twin rul",
  label() {
    return this.name || this._("twin-rul.label.node");
  },
  labelStyle() {
    return this.name ? "node_label_italic" : "";
  },
  outputLabels(index: number) {
    return this._(`twin-rul.output.${["result", "events"][index]}`);
  },
  onadd() {
    assetSelect(this);
  },
  oneditprepare() {
    assetChoice(this);
    const show = () => {
      const source = $("#node-input-indicator").val();
      $(".twin-rul-own").toggle(source === "own" || source === "fused");
      $(".twin-rul-fused").toggle(source === "fused");
      $("#node-input-direction").toggle(source === "own");
      $("#node-input-threshold").attr("placeholder", source === "fused" ? text("placeholder.distance") : "");
      $("#node-input-expression").attr(
        "placeholder",
        text(`placeholder.${source === "fused" ? "signals" : "expression"}`),
      );
      $("#twin-rul-preview").toggle(source === "own" || source === "asset");
      if (source === "model") $("#twin-rul-fleet").prop("open", true);
      $(".twin-rul-goal")
        .toggle(source === "asset")
        .text(goal(String($("#node-input-asset").val() ?? "")));
    };
    $("#node-input-indicator, #node-input-asset").on("change", show);
    show();
    const showUnit = () => $(".twin-rul-unit").text(text(`unit.${$("#node-input-unit").val()}`));
    $("#node-input-unit").on("change", showUnit);
    showUnit();
    const expert = String(this.warnAt) !== "50" || !isEmpty(this.onlyWhile) || !isEmpty(this.typicalLife);
    $("#twin-rul-expert").prop("open", expert);
    $("#twin-rul-fleet").prop(
      "open",
      (this.failures ?? []).length > 0 || !isEmpty(this.model) || this.indicator === "model",
    );
    dialog = openRulDialog(this, text);
    livePageButton();
  },
  oneditsave() {
    const rows = dialog?.failures() ?? [];
    // Node-RED compares by identity: an untouched table must stay the same object.
    if (JSON.stringify(rows) !== JSON.stringify(this.failures ?? [])) this.failures = rows;
    dialog = undefined;
  },
  oneditcancel() {
    dialog = undefined;
  },
});

/** What the chosen asset says about failure, in words. */
function goal(assetId: string): string {
  const failure = RED.nodes.node(assetId)?.failure as
    | { signal?: string; threshold?: unknown; direction?: string }
    | undefined;
  if (!failure?.signal) return text("tip.noGoal");
  return text(`tip.${failure.direction === "falling" ? "falling" : "rising"}`, {
    signal: failure.signal,
    threshold: String(failure.threshold),
  });
}

const above = (v: unknown): boolean => v !== "" && Number(v) > 0 && Number(v) < 1e9;

function validExpression(node: EditorNode, v: unknown): Verdict {
  const source = live(node, "indicator");
  if (source === "fused") return String(v ?? "").includes(",") || text("error.signals");
  return source !== "own" || !isEmpty(v) || text("error.expression");
}

function validThreshold(node: EditorNode, v: unknown): Verdict {
  if (live(node, "indicator") === "fused") return isEmpty(v) || above(v) || text("error.distance");
  return live(node, "indicator") !== "own" || (!isEmpty(v) && Number.isFinite(Number(v))) || text("error.threshold");
}
