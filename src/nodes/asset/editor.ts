RED.nodes.registerType("twin-asset", {
  category: "config",
  defaults: { name: { value: "" } },
  label() {
    return this.name || "twin asset";
  },
});
