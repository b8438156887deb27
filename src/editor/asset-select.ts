/** With exactly one asset in the flow, a newly dropped node selects it. Use it as `onadd` of a node definition. */
export function assetSelect(node: EditorNode): void {
  if (node.asset) return;
  const assets: string[] = [];
  RED.nodes.eachConfig((config) => {
    if (config.type === "twin-asset" && config.d !== true) assets.push(config.id);
    return undefined;
  });
  if (assets.length === 1) node.asset = assets[0];
}

/** The signals of the asset that a dialog has selected, for suggestions; empty while none is selected. */
export function assetSignals(assetId: string | undefined): { name: string; unit: string; label?: string }[] {
  const asset = assetId ? RED.nodes.node(assetId) : null;
  return Array.isArray(asset?.signals) ? asset.signals : [];
}
