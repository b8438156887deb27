/** POST twin/api/store/forget: forgets everything in a store, from its dialog. */
import { isPlainObject } from "../lib/twin/envelope.ts";
import type { Runtime } from "../nodes/shared/node-red.ts";
import { findStore } from "../nodes/shared/stores.ts";

interface Response {
  status(code: number): Response;
  json(body: unknown): void;
}

export function storeRoute(RED: Pick<Runtime, "httpAdmin" | "auth">): void {
  RED.httpAdmin.post(
    "/twin/api/store/forget",
    RED.auth.needsPermission("twin.write"),
    (request: { body?: unknown }, response: Response) => {
      const name = isPlainObject(request.body) ? request.body.store : undefined;
      const store = typeof name === "string" ? findStore(name) : undefined;
      if (!store) return response.status(404).json({ message: "This store is not open: deploy it first." });
      const count = store.twins().length;
      store.forget();
      response.json({ message: `${count} twins forgotten.` });
    },
  );
}
