/** A field that must be a number in a range; the sentence says what is wrong. */
const number = (key: string, low: number, high: number, whole = false) =>
  function (this: EditorNode, value: unknown): true | string {
    const x = Number(value);
    const good = value !== "" && Number.isFinite(x) && x >= low && x <= high && (!whole || Number.isInteger(x));
    return good || this._(`twin-anomaly.error.${key}`);
  };

RED.nodes.registerType("twin-anomaly", {
  category: "digital twin",
  color: "#E0B08C",
  icon: "twin-anomaly.svg",
  inputs: 1,
  outputs: 2,
  defaults: {
    name: { value: "" },
    asset: { value: "", type: "twin-asset", required: true },
    watch: { value: "auto" },
    falseAlarmsPerMonth: { value: 1, validate: number("falseAlarms", 0.001, 100_000) },
    latch: { value: true },
    learning: { value: 200, validate: number("learning", 30, 20_000, true) },
    hold: { value: 3, validate: number("hold", 1, 1000, true) },
    clear: { value: 10, validate: number("clear", 1, 10_000, true) },
    refractory: { value: 20, validate: number("refractory", 0, 100_000, true) },
    excluded: { value: "" },
    limits: { value: [] },
    version: { value: 1 },
  },
  paletteLabel: "anomaly",
  label() {
    return this.name || "anomaly";
  },
  labelStyle() {
    return this.name ? "node_label_italic" : "";
  },
  outputLabels(index: number) {
    return this._(index === 0 ? "twin-anomaly.output.result" : "twin-anomaly.output.events");
  },
});
