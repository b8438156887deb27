import { assetChoice, assetSelect } from "../../editor/asset-select.ts";
import { livePageButton } from "../../editor/live-page-button.ts";
import { type Row, type Table, table } from "../../editor/table.ts";
import { isEmpty, live, numberOf, type Verdict, verdict, verdictOfRows } from "../../editor/validate.ts";

const NS = "@twinwire/node-red-digital-twin/twin-planner:";
const text = (key: string, vars?: Record<string, unknown>): string => RED._(`${NS}twin-planner.${key}`, vars);

/** An empty field is the default; anything else must be a number in the range. */
const number = (key: string, low: number, high: number) =>
  verdict(
    (_node, v) =>
      isEmpty(v) ||
      (numberOf(v) >= low && numberOf(v) <= high) ||
      text("error.range", { label: text(`label.${key}`), low, high }),
  );

/** Fields behind "More settings", with what they are as delivered. */
const EXPERT = {
  margin: "",
  setupCost: "0",
  grouping: "0",
  horizon: "90",
  interval: "",
  cycleHours: "",
  silence: "",
} as const;

let lives: Table | undefined;

RED.nodes.registerType("twin-planner", {
  category: "digital twin",
  color: "#C7BC8F",
  icon: "twin-planner.svg",
  inputs: 1,
  outputs: 3,
  defaults: {
    version: { value: 2 },
    name: { value: "" },
    asset: { type: "twin-asset", value: "", required: true, label: "Asset" },
    plannedCost: { value: 1, validate: number("plannedCost", 1e-6, 1e12) },
    failureCost: { value: 10, validate: number("failureCost", 1e-6, 1e12) },
    setupCost: { value: 0, validate: number("setupCost", 0, 1e12) },
    currency: { value: "" },
    lead: { value: 48, validate: number("lead", 0, 100_000) },
    margin: { value: "", validate: number("margin", 0, 100_000) },
    duration: { value: 4, validate: number("duration", 0.1, 1000) },
    crews: { value: 1, validate: number("crews", 1, 1000) },
    days: {
      value: [0, 1, 2, 3, 4, 5, 6],
      validate: verdict((_node, v) => (Array.isArray(v) && v.length > 0) || text("error.days")),
    },
    from: { value: 0, validate: number("windows", 0, 23.5) },
    to: { value: 24, validate: verdict(validEnd) },
    grouping: { value: 0, validate: number("setupCost", 0, 10_000) },
    horizon: { value: 90, validate: number("horizon", 1, 3650) },
    interval: { value: "", validate: number("interval", 0.01, 1e7) },
    cycleHours: { value: "", validate: number("cycleHours", 1e-6, 1e6) },
    silence: { value: "", validate: number("silence", 0.01, 100_000) },
    lives: { value: [], validate: verdictOfRows(validLives) },
  },
  paletteLabel: "twin planner",
  label() {
    return this.name || this._("twin-planner.label.node");
  },
  labelStyle() {
    return this.name ? "node_label_italic" : "";
  },
  outputLabels(index: number) {
    return this._(`twin-planner.output.${["plan", "events", "calendar"][index]}`);
  },
  onadd() {
    assetSelect(this);
  },
  oneditprepare() {
    assetChoice(this);
    const chosen = new Set((this.days ?? []).map(Number));
    // The week begins on Monday.
    for (const day of [1, 2, 3, 4, 5, 6, 0]) {
      const box = $("<input>", { type: "checkbox", value: day, id: `twin-planner-day-${day}` })
        .prop("checked", chosen.has(day))
        .css({ width: "auto", margin: "0 3px 0 0", verticalAlign: "baseline" });
      $("<label>", { for: `twin-planner-day-${day}` })
        .css({ width: "auto", marginRight: "9px" })
        .append(box, document.createTextNode(text(`day.${day}`)))
        .appendTo("#twin-planner-days");
    }
    lives = table(
      $("#twin-planner-lives"),
      [
        {
          key: "age",
          label: text("life.age"),
          type: "number",
          required: true,
          validate: (v) => numberOf(v) > 0 || text("error.age"),
        },
        { key: "failed", label: text("life.failed"), type: "checkbox" },
      ],
      { addLabel: text("life.add"), newRow: { age: "", failed: true } },
    );
    lives.set(structuredClone(this.lives ?? []));
    const expert =
      Object.entries(EXPERT).some(([key, usual]) => String(this[key] ?? "") !== usual) || this.lives?.length > 0;
    $("#twin-planner-expert").prop("open", expert);
    livePageButton();
  },
  oneditsave() {
    const days = [0, 1, 2, 3, 4, 5, 6].filter((day) => $(`#twin-planner-day-${day}`).prop("checked"));
    // Node-RED compares by identity: what was not changed must stay the same object.
    if (JSON.stringify(days) !== JSON.stringify([...(this.days ?? [])].map(Number).sort())) this.days = days;
    const rows = lives?.get() ?? [];
    if (JSON.stringify(rows) !== JSON.stringify(this.lives ?? [])) this.lives = rows;
    lives = undefined;
  },
  oneditcancel() {
    lives = undefined;
  },
});

function validEnd(node: EditorNode, value: unknown): Verdict {
  const to = isEmpty(value) ? 24 : numberOf(value);
  const from = isEmpty(live(node, "from")) ? 0 : numberOf(live(node, "from"));
  return (to > from && to <= 24) || text("error.to");
}

function validLives(_node: EditorNode, rows: Row[]): Verdict {
  const wrong = rows.findIndex((row) => !(numberOf(row.age) > 0));
  return wrong < 0 || text("error.life", { row: wrong + 1 });
}
