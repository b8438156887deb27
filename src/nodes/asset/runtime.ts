import { type AssetConfig, readAsset } from "../../lib/twin/asset-config.ts";
import type { AssetNode } from "../shared/asset-node.ts";
import type { Node, Runtime } from "../shared/node-red.ts";
import { DEFAULT_STORE, openStore } from "../shared/stores.ts";
import type { StoreNode } from "../store/runtime.ts";

export function wire(RED: Runtime, node: Node, config: AssetConfig): void {
  const self = node as AssetNode;
  self.asset = readAsset(config);
  self.store = (RED.nodes.getNode(config.store) as StoreNode | null)?.store ?? openStore(DEFAULT_STORE);
}
