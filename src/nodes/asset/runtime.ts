import type { Store } from "../../lib/store/store.ts";
import { type AssetConfig, readAsset } from "../../lib/twin/asset-config.ts";
import { TwinError } from "../../lib/twin/envelope.ts";
import type { AssetNode } from "../shared/asset-node.ts";
import type { Node, Runtime } from "../shared/node-red.ts";
import { acquireStore, DEFAULT_STORE, releaseStore } from "../shared/stores.ts";
import type { StoreNode } from "../store/runtime.ts";
import { migrate } from "./migrations.ts";

export function wire(RED: Runtime, node: Node, stored: Partial<AssetConfig>): void {
  const config = migrate(stored);
  const self = node as AssetNode;
  self.asset = readAsset(config);
  const chosen = config.store ? storeOf(RED, config.store) : undefined;
  self.store =
    chosen ?? acquireStore(DEFAULT_STORE, { userDir: RED.settings.userDir, warn: (sentence) => node.warn(sentence) });
  node.on("close", (_removed, done) => {
    if (!chosen) releaseStore(DEFAULT_STORE);
    done();
  });
}

/** @throws TwinError `E_ASSET`: falling back to the default store would quietly put twins where nobody looks for them. */
function storeOf(RED: Runtime, id: string): Store {
  const store = (RED.nodes.getNode(id) as StoreNode | null)?.store;
  if (!store)
    throw new TwinError(
      "E_ASSET",
      "The selected store does not exist, is disabled or has an error: open this asset and choose another one, or none.",
    );
  return store;
}
