/** GET twin/api/stream: one line of JSON per change, for the live page. Slow readers skip, they never make a queue. */
import type { Store, StoreListener, TwinRef } from "../lib/store/store.ts";
import { twinKey } from "../lib/twin/envelope.ts";
import type { Runtime } from "../nodes/shared/node-red.ts";
import { openStores } from "../nodes/shared/stores.ts";
import { fresh, type Request, type Response, refOf } from "./http.ts";
import { detail, find, summary } from "./view.ts";

const PACE_MS = 250;
const HEARTBEAT_MS = 5000;
const MOST_CLIENTS = 50;
let clients = 0;

export function stream(RED: Runtime, req: Request, res: Response): void {
  if (clients >= MOST_CLIENTS)
    return fresh(res).status(503).json({ message: "Too many live pages are open: close some." });
  clients++;
  const one = refOf(req.query);
  const changed = new Map<string, TwinRef>();
  const subscriptions = new Map<Store, () => void>();
  let free = true;
  let last = Date.now();
  fresh(res).type("application/x-ndjson").set({ "X-Accel-Buffering": "no" });
  res.flushHeaders();

  const write = (line: object): void => {
    last = Date.now();
    free = res.write(`${toLine(line)}\n`) !== false;
  };
  const mine = (ref: TwinRef): boolean => !one || (ref.branch === one.branch && ref.id === one.id);
  const mark = (ref: TwinRef): void => {
    if (mine(ref)) changed.set(twinKey(ref.branch, ref.id), { branch: ref.branch, id: ref.id });
  };
  const listener: StoreListener = {
    change: mark,
    event: mark,
    audit: mark,
    forget: () => free && write({ type: "forget" }),
  };
  const follow = (): void => {
    const open = new Set(openStores());
    for (const store of open) if (!subscriptions.has(store)) subscriptions.set(store, store.subscribe(listener));
    for (const [store, stop] of subscriptions)
      if (!open.has(store)) {
        stop();
        subscriptions.delete(store);
      }
  };
  const send = (): void => {
    follow();
    if (!free) return;
    for (const [key, ref] of changed) {
      changed.delete(key);
      const found = find(ref);
      if (found)
        write({
          type: "twin",
          twin: one ? detail(RED, found.store, found.record) : summary(found.store, found.record),
        });
      if (!free) return;
    }
    if (Date.now() - last > HEARTBEAT_MS) write({ type: "heartbeat" });
  };

  write({ type: "hello" });
  if (one) mark(one);
  else for (const store of openStores()) for (const { twin } of store.twins()) mark(twin);
  send();
  const timer = setInterval(send, PACE_MS);
  timer.unref();
  res.on("drain", () => (free = true));
  res.on("close", () => {
    clients--;
    clearInterval(timer);
    for (const stop of subscriptions.values()) stop();
  });
}

/** Twins are plain JSON; should one ever not be, the page must not take Node-RED down with it. */
function toLine(line: object): string {
  try {
    return JSON.stringify(line);
  } catch {
    return JSON.stringify({ type: "heartbeat" });
  }
}
