import type { Store } from "../../lib/store/store.ts";
import type { Asset } from "../../lib/twin/asset.ts";
import { describe, TwinError } from "../../lib/twin/envelope.ts";
import type { Node, Runtime } from "./node-red.ts";

/** What the config node twin-asset offers to the nodes that select it. */
export interface AssetNode extends Node {
  asset: Asset;
  store: Store;
}

/**
 * The asset that a node selected.
 * @throws TwinError `E_NO_ASSET` when none is selected or it is missing, `E_ASSET` when it has an error.
 */
export function assetOf(RED: Runtime, id: string | undefined): AssetNode {
  if (!id) throw new TwinError("E_NO_ASSET", "No asset is selected: open this node and choose or add one.");
  const node = RED.nodes.getNode(id) as AssetNode | null;
  if (!node) throw new TwinError("E_NO_ASSET", "The selected asset does not exist or is disabled: choose another one.");
  if (!node.asset)
    throw new TwinError("E_ASSET", `The asset ${describe(node.name || id)} has an error: open it and correct it.`);
  return node;
}

/** @throws TwinError `E_UNKNOWN_TWIN` when the twin's id does not belong to the asset. */
export function requireMatch(asset: Asset, id: string): void {
  if (!asset.matches(id))
    throw new TwinError(
      "E_UNKNOWN_TWIN",
      `Twin ${describe(id)} does not belong to the asset ${describe(asset.name)}, whose ids are ${describe(asset.idPattern)}. Correct the asset's id pattern or the message.`,
    );
}
