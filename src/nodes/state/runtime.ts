import type { Action, ActionResult } from "../../lib/store/store.ts";
import { nowFor } from "../../lib/twin/asset.ts";
import { describe, type Envelope, isPlainObject, readEnvelope, TwinError } from "../../lib/twin/envelope.ts";
import { type Applied, TwinState } from "../../lib/twin/state.ts";
import { assetOf, requireMatch } from "../shared/asset-node.ts";
import { type Entry, KeyedStates } from "../shared/keyed-states.ts";
import type { Message, Node, Runtime, Send } from "../shared/node-red.ts";
import { shared } from "../shared/register.ts";
import { isAction, RecentSet, readAction } from "../shared/stage.ts";
import { migrate, type StateConfig } from "./migrations.ts";

const REFRESH_MS = 1000;

export function wire(RED: Runtime, node: Node, stored: Partial<StateConfig>): void {
  const config = migrate(stored);
  const { asset, store } = assetOf(RED, config.asset);
  // The values stay right whatever else changes in the asset: names and units are what gives them their meaning.
  const meaning = JSON.stringify(Array.from(asset.signals.values(), (s) => [s.name, s.unit]));
  const states = new KeyedStates<TwinState>(store, node.id, meaning, (ref) => new TwinState(asset, ref.branch, ref.id));
  const seenRequests = new RecentSet(1000);
  let rejected = 0;
  states.restoreAll();
  for (const entry of states.values()) if (entry.state.signalCount) put(entry.state.envelope([]));
  node.status({ fill: "grey", shape: "ring", text: `… ${RED._(shared("status.waiting"))}` });

  node.on("input", (msg, send, done) => {
    try {
      if (isAction(msg)) onActionMessage(msg, send);
      else onTwin(msg, send);
      done();
    } catch (error) {
      reject(msg, error, send, done);
    }
  });

  const unsubscribe = store.subscribe({ action: answerPerson });
  const timer = asset.clock === "wall" ? setInterval(refresh, REFRESH_MS) : undefined;
  node.on("close", (removed, done) => {
    clearInterval(timer);
    unsubscribe();
    states.close(removed);
    done();
  });

  function onTwin(msg: Message, send: Send): void {
    const update = readEnvelope(msg.twin);
    requireMatch(asset, update.id);
    const entry = states.get(update.branch, update.id);
    const now = nowFor(asset, update.branch, Math.max(update.time, entry.state.time), Date.now());
    const applied = entry.state.apply(update, now, msg.ifRev);
    publish(entry, applied, msg, send);
  }

  function publish(entry: Entry<TwinState>, applied: Applied, msg: Message, send: Send): void {
    for (const part of applied.history) store.append(entry.ref, part.time, part.values, part.status);
    states.touch(entry);
    if (!applied.twin) return;
    put(applied.twin);
    showStatus(entry);
    send(outputs(applied.twin, applied.deltaChanged, msg));
  }

  function outputs(twin: Envelope, deltaChanged: boolean, msg: Message): (Message | Message[] | null)[] {
    const { ifRev: _ifRev, ...kept } = msg;
    const state = { ...kept, topic: `${twin.id}/state`, payload: { ...twin.values }, twin };
    const delta = deltaChanged ? { topic: `${twin.id}/delta`, payload: { ...twin.delta }, twin } : null;
    const out: (Message | Message[] | null)[] = [state, delta, null];
    if (config.perSignal) out.push(twin.updated.map((name) => ({ topic: name, payload: twin.values[name]!, twin })));
    return out;
  }

  function reject(msg: Message, error: unknown, send: Send, done: (err?: Error) => void): void {
    if (!(error instanceof TwinError)) return done(error instanceof Error ? error : new Error(String(error)));
    rejected++;
    node.status({
      fill: "yellow",
      shape: "ring",
      text: `⚠ ${RED._("twin-state.status.rejected", { count: rejected })}`,
    });
    send([
      null,
      null,
      { ...msg, topic: "rejected", payload: error.message, error: { code: error.code, message: error.message } },
    ]);
    done(error);
  }

  function onActionMessage(msg: Message, send: Send): void {
    if (msg.action === undefined && !(isPlainObject(msg.twin) || (isPlainObject(msg.payload) && "id" in msg.payload))) {
      states.reset();
    } else {
      const action = readAction(RED, msg);
      if (asset.matches(action.id)) answer(action, send);
    }
    send([msg, null, null]);
  }

  /** A wrong wish from the live page is answered with its sentence: an exception would keep it from the other nodes. */
  function answerPerson(action: Action): ActionResult | undefined {
    try {
      return answer(action, (out) => node.send(out));
    } catch (error) {
      if (!(error instanceof TwinError)) throw error;
      return { node: node.name || node.type, ok: false, message: error.message };
    }
  }

  function answer(action: Action, send: Send): ActionResult | undefined {
    if (!asset.matches(action.id) || (action.action !== "desire" && action.action !== "reset")) return undefined;
    if (!seenRequests.add(action.requestId)) return undefined;
    const label = node.name || node.type;
    if (action.action === "reset") {
      const ref = { branch: action.branch, id: action.id };
      // A simulation that starts over leaves nothing of its last run behind; a real machine's history and audit stay.
      if (store.twin(ref)?.twin.simulated) store.forget(ref);
      states.reset(ref);
      return { node: label, ok: true, message: `${label} has forgotten ${action.id}.` };
    }
    const entry = states.get(action.branch, action.id);
    const wishes = isPlainObject(action.desired) ? action.desired : undefined;
    if (!wishes)
      throw new TwinError(
        "E_DESIRED",
        `The action desire needs payload.desired with signals and values, not ${describe(action.desired)}.`,
      );
    const applied = entry.state.desire(wishes);
    publish(entry, applied, {}, send);
    return { node: label, ok: true, message: `${Object.keys(wishes).join(", ")} of ${action.id} noted as desired.` };
  }

  function refresh(): void {
    const now = Date.now();
    for (const entry of states.values()) {
      if (entry.ref.branch !== "live") continue;
      const twin = entry.state.refresh(now);
      if (twin) publish(entry, { twin, deltaChanged: false, history: [] }, {}, (out) => node.send(out));
    }
  }

  function put(twin: Envelope): void {
    store.putState(twin, { name: asset.name, mimic: asset.mimic });
  }

  function showStatus(entry: Entry<TwinState>): void {
    const { state } = entry;
    const twins = states.size;
    const bad = state.notGood;
    const text =
      twins > 1
        ? RED._("twin-state.status.twins", { count: twins })
        : RED._("twin-state.status.rev", { rev: state.rev });
    if (entry.relearning && state.rev < 3)
      node.status({ fill: "blue", shape: "ring", text: `↻ ${RED._(shared("status.relearning"))}` });
    else if (bad)
      node.status({ fill: "yellow", shape: "ring", text: `△ ${RED._("twin-state.status.notGood", { count: bad })}` });
    else node.status({ fill: "green", shape: "dot", text: `● ${text}` });
  }
}
