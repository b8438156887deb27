import { type AssetConfig, readAsset } from "../../lib/twin/asset-config.ts";
import type { AssetNode } from "../shared/asset-node.ts";
import type { Node, Runtime } from "../shared/node-red.ts";
import { acquireStore, DEFAULT_STORE, releaseStore } from "../shared/stores.ts";
import type { StoreNode } from "../store/runtime.ts";
import { migrate } from "./migrations.ts";

export function wire(RED: Runtime, node: Node, stored: Partial<AssetConfig>): void {
  const config = migrate(stored);
  const self = node as AssetNode;
  self.asset = readAsset(config);
  const chosen = (RED.nodes.getNode(config.store) as StoreNode | null)?.store;
  self.store =
    chosen ?? acquireStore(DEFAULT_STORE, { userDir: RED.settings.userDir, warn: (sentence) => node.warn(sentence) });
  node.on("close", (_removed, done) => {
    if (!chosen) releaseStore(DEFAULT_STORE);
    done();
  });
}
