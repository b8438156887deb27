import { assetChoice, assetSelect } from "../../editor/asset-select.ts";
import { livePageButton } from "../../editor/live-page-button.ts";

RED.nodes.registerType("twin-state", {
  category: "digital twin",
  color: "#86B3D1",
  icon: "twin-state.svg",
  inputs: 1,
  outputs: 3,
  defaults: {
    version: { value: 1 },
    name: { value: "" },
    asset: { type: "twin-asset", value: "", required: true, label: "Asset" },
    perSignal: { value: false },
    outputs: { value: 3 },
  },
  paletteLabel: "twin state",
  label() {
    return this.name || this._("twin-state.label.node");
  },
  labelStyle() {
    return this.name ? "node_label_italic" : "";
  },
  outputLabels(index: number) {
    return this._(`twin-state.output.${["state", "delta", "rejected", "signals"][index]}`);
  },
  onadd() {
    assetSelect(this);
  },
  oneditprepare() {
    assetChoice(this);
    livePageButton();
  },
  oneditsave() {
    const perSignal = $("#node-input-perSignal").prop("checked") === true;
    const outputs = perSignal ? 4 : 3;
    if (this.outputs !== outputs) this.outputs = outputs;
  },
});
