RED.nodes.registerType("twin-store", {
  category: "config",
  defaults: { name: { value: "" } },
  label() {
    return this.name || "twin store";
  },
});
