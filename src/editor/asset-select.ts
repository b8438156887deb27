/** The asset of a node: chosen when there is no other, and otherwise asked for in the dialog. */

/** Nodes whose asset was chosen for them; their dialog says so. */
const chosenFor = new Set<string>();

/** With exactly one asset that the node can use, a newly dropped node selects it. Use it as `onadd` of a node definition. */
export function assetSelect(node: EditorNode): void {
  if (node.asset) return;
  const [only, ...others] = usable(node);
  if (!only || others.length > 0) return;
  node.asset = only.id;
  chosenFor.add(node.id);
}

/**
 * The line below the asset's field: that the only asset was chosen, or that one must be. Use it first in `oneditprepare`.
 * A node without an asset shows none, whatever Node-RED's list begins with.
 */
export function assetChoice(node: EditorNode): void {
  const field = $("#node-input-asset");
  const line = $("<div>", { class: "twin-asset-choice", role: "status", style: "margin:4px 0 0 104px" }).appendTo(
    field.closest(".form-row"),
  );
  const assets = usable(node);
  const given = node.asset;
  if (!given && assets.length === 1) field.val(assets[0]!.id);
  else if (!given && assets.length > 1) field.val("_ADD_");
  const show = () => {
    const id = String(field.val() ?? "");
    const name = String(RED.nodes.node(id)?.name || RED.nodes.node(id)?.idPattern || "");
    if (name === "") return say(assets.length > 1 ? "several" : assets.length === 1 ? "one" : "none", true);
    if (assets.length === 1 && id === assets[0]!.id && (!given || chosenFor.has(node.id))) return say("only", false);
    line.hide();

    function say(key: string, wrong: boolean): void {
      const sentence = RED._(`${NS}${key}`, { name, count: assets.length });
      line
        .text(sentence)
        .css("color", wrong ? "var(--red-ui-text-color-error)" : "var(--red-ui-secondary-text-color)")
        .show();
    }
  };
  field.on("change", show);
  show();
}

const NS = "@twinwire/node-red-digital-twin/twin-asset:shared.asset.";

/** Assets that are not disabled, of all flows or of the node's own. */
function usable(node: EditorNode): EditorNode[] {
  const assets: EditorNode[] = [];
  RED.nodes.eachConfig((config) => {
    if (config.type === "twin-asset" && config.d !== true && (!config.z || config.z === node.z)) assets.push(config);
    return undefined;
  });
  return assets;
}

/** The signals of the asset that a dialog has selected, for suggestions; empty while none is selected. */
export function assetSignals(assetId: string | undefined): { name: string; unit: string; label?: string }[] {
  const asset = assetId ? RED.nodes.node(assetId) : null;
  return Array.isArray(asset?.signals) ? asset.signals : [];
}
