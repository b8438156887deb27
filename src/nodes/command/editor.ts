import { assetSelect } from "../../editor/asset-select.ts";

RED.nodes.registerType("twin-command", {
  category: "digital twin",
  color: "#A9C29B",
  icon: "twin-command.svg",
  inputs: 1,
  outputs: 3,
  defaults: {
    version: { value: 1 },
    name: { value: "" },
    asset: { type: "twin-asset", value: "" },
    mode: { value: "advise" },
    target: { value: "output" },
    broker: { type: "twin-mqtt", value: "", required: false },
    topic: { value: "{id}/command/{signal}" },
    format: { value: "value" },
    signals: { value: [] },
    rules: { value: [] },
    interlock: { value: "" },
    defaultSignal: { value: "" },
    expiry: { value: 60 },
    retries: { value: 2 },
    retryAfter: { value: 10 },
    freshness: { value: 30 },
    minInterval: { value: 5 },
    rearm: { value: 10 },
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
});
