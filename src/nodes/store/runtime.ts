import type { Store } from "../../lib/store/store.ts";
import type { Node, Runtime } from "../shared/node-red.ts";
import { openStore } from "../shared/stores.ts";

export interface StoreNode extends Node {
  store: Store;
}

export function wire(_RED: Runtime, node: Node, _config: { name?: string }): void {
  (node as StoreNode).store = openStore(node.id);
}
