/**
 * What the analysing nodes (physics, anomaly, RUL) have in common: read the envelope, find the twin's own state, let
 * lib compute, add one section, publish it to the store, send, answer actions, keep the state over restarts.
 */
import type { Action, ActionResult, TwinEvent } from "../../lib/store/store.ts";
import { type Asset, nowFor } from "../../lib/twin/asset.ts";
import {
  describe,
  type Envelope,
  isBranch,
  isPlainObject,
  isTwinId,
  LIVE,
  readEnvelope,
  type SectionName,
  TwinError,
  type Value,
} from "../../lib/twin/envelope.ts";
import { assetOf, requireMatch } from "./asset-node.ts";
import { type Entry, KeyedStates, type Snapshotable } from "./keyed-states.ts";
import type { Message, Node, Runtime, Send, Status } from "./node-red.ts";
import { shared } from "./register.ts";

export interface StageEvent {
  event: TwinEvent["event"];
  severity: TwinEvent["severity"];
  /** One complete sentence: display name, value, unit. */
  text: string;
}

export interface StageResult<N extends SectionName> {
  section: NonNullable<Envelope[N]>;
  /** The headline for `msg.payload`; null while there is no answer. */
  payload: Value | Record<string, Value>;
  /** Numbers worth a trend, by path below the section: `{ health: 98 }` is kept as `anomaly.health`. */
  history?: Record<string, Value>;
  events?: StageEvent[];
  status: Status;
}

export interface Stage<N extends SectionName, S extends Snapshotable> {
  section: N;
  /** Everything that gives the saved state its meaning. */
  meaning(asset: Asset): string;
  create(asset: Asset): S;
  step(state: S, twin: Envelope, now: number): StageResult<N>;
  /** Answers an action; `undefined` means that this node has nothing to do with it. */
  action?(
    state: S,
    action: Action,
    now: number,
    /** Says later, when work that goes on has changed the state, that it must be saved. */
    touch: () => void,
  ): { ok: boolean; message: string } | undefined;
  /** Number of outputs: 1 (result) or 2 (result and events). */
  outputs: 1 | 2;
}

/**
 * Wires a stage to its node.
 * @returns a look at the state of a twin that this node has in memory
 * @throws TwinError when the configuration is not usable (see register.ts)
 */
export function wireStage<N extends SectionName, S extends Snapshotable>(
  RED: Runtime,
  node: Node,
  config: { asset?: string; name?: string },
  stage: Stage<N, S>,
): { peek(branch: string, id: string): S | undefined } {
  const { asset, store } = assetOf(RED, config.asset);
  const states = new KeyedStates<S>(store, node.id, stage.meaning(asset), () => stage.create(asset));
  const newest = new Map<string, number>();
  const seenRequests = new RecentSet(1000);
  const paths = new Map<string, string>();
  node.status({ fill: "grey", shape: "ring", text: `… ${RED._(shared("status.waiting"))}` });

  node.on("input", (msg, send, done) => {
    try {
      if (isAction(msg)) onActionMessage(msg, send);
      else onTwin(msg, send);
      done();
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  });

  const unsubscribe = store.subscribe({ action: (action) => answer(action) });
  node.on("close", (removed, done) => {
    unsubscribe();
    states.close(removed);
    done();
  });

  return { peek: (branch, id) => (states.has(branch, id) ? states.get(branch, id).state : undefined) };

  function onTwin(msg: Message, send: Send): void {
    const twin = readEnvelope(msg.twin);
    requireMatch(asset, twin.id);
    const entry = states.get(twin.branch, twin.id);
    const key = `${twin.branch}\n${twin.id}`;
    newest.set(key, Math.max(newest.get(key) ?? Number.NEGATIVE_INFINITY, twin.time));
    const result = stage.step(entry.state, twin, nowFor(asset, twin.branch, newest.get(key)!, Date.now()));
    states.touch(entry);
    publish(entry, twin, result, msg, send);
  }

  function publish(entry: Entry<S>, twin: Envelope, result: StageResult<N>, msg: Message, send: Send): void {
    const { branch, id } = entry.ref;
    const out: Envelope = { ...twin, [stage.section]: result.section };
    store.putSection(entry.ref, stage.section, result.section, twin.time);
    if (result.history) {
      const values: Record<string, Value> = {};
      for (const path in result.history) values[pathOf(path)] = result.history[path]!;
      store.append(entry.ref, twin.time, values);
    }
    msg.twin = out;
    msg.topic = `${id}/${stage.section}`;
    msg.payload = result.payload;
    const events = (result.events ?? []).map((e) => {
      store.putEvent({ branch, id, time: twin.time, section: stage.section, ...e });
      return { topic: msg.topic, payload: e.text, event: e.event, severity: e.severity, twin: out };
    });
    const relearn = entry.relearning && result.status.fill === "blue";
    node.status(relearn ? { ...result.status, text: `↻ ${RED._(shared("status.relearning"))}` } : result.status);
    send(stage.outputs === 2 ? [msg, events.length ? events : null] : msg);
  }

  /** `health` → `anomaly.health`; put together once, because a stage sends the same names with every message. */
  function pathOf(name: string): string {
    let path = paths.get(name);
    if (path === undefined) paths.set(name, (path = `${stage.section}.${name}`));
    return path;
  }

  function onActionMessage(msg: Message, send: Send): void {
    if (msg.reset !== undefined && msg.action === undefined && !hasTarget(msg)) states.reset();
    else {
      const action = readAction(RED, msg);
      if (asset.matches(action.id)) answer(action);
    }
    // An action travels on, so that one Inject can reach the whole pipeline.
    send(stage.outputs === 2 ? [msg, null] : msg);
  }

  function answer(action: Action): ActionResult | undefined {
    if (!asset.matches(action.id) || !seenRequests.add(action.requestId)) return undefined;
    const label = node.name || node.type;
    if (action.action === "reset") {
      states.reset({ branch: action.branch, id: action.id });
      return { node: label, ok: true, message: `${label} starts learning ${action.id} again.` };
    }
    const entry = states.get(action.branch, action.id);
    const time = newest.get(`${action.branch}\n${action.id}`) ?? store.twin(entry.ref)?.twin.time;
    const result = stage.action?.(
      entry.state,
      action,
      nowFor(asset, action.branch, time ?? Number.NEGATIVE_INFINITY, Date.now()),
      () => states.touch(entry),
    );
    if (!result) return undefined;
    states.touch(entry);
    return { node: label, ...result };
  }
}

/** True when a message asks for something instead of reporting something. */
export const isAction = (msg: Message): boolean => msg.action !== undefined || msg.reset !== undefined;

const hasTarget = (msg: Message): boolean =>
  (isPlainObject(msg.twin) && msg.twin.id !== undefined) ||
  (isPlainObject(msg.payload) && msg.payload.id !== undefined);

/**
 * Reads `msg.action` with `msg.twin.id` (or `msg.payload.id`) and branch (default live); the payload's other properties are the details.
 * @throws TwinError `E_ACTION` with a sentence that says what is missing.
 */
export function readAction(RED: Pick<Runtime, "util">, msg: Message): Action {
  const name = msg.action ?? "reset";
  if (typeof name !== "string" || name === "")
    throw new TwinError("E_ACTION", `msg.action is ${describe(name)}: it must be the name of an action.`);
  const details = isPlainObject(msg.payload) ? msg.payload : {};
  const twin = isPlainObject(msg.twin) ? msg.twin : {};
  const id = twin.id ?? details.id;
  const branch = twin.branch ?? details.branch ?? LIVE;
  if (!isTwinId(id))
    throw new TwinError(
      "E_ACTION",
      `The action ${describe(name)} needs the twin's id in msg.twin.id or msg.payload.id.`,
    );
  if (!isBranch(branch))
    throw new TwinError("E_ACTION", `The branch ${describe(branch)} must be live, whatif:…, replay:… or attack:….`);
  // The same message may reach a node on two wires: its id makes the request one.
  const requestId = typeof msg._msgid === "string" ? `${msg._msgid}/${name}` : RED.util.generateId();
  return { ...details, action: name, branch, id, requestId };
}

/** Remembers the last n keys. */
export class RecentSet {
  #keys = new Set<string>();
  #size: number;
  constructor(size: number) {
    this.#size = size;
  }
  /** False when the key is already known. */
  add(key: string): boolean {
    if (this.#keys.has(key)) return false;
    this.#keys.add(key);
    if (this.#keys.size > this.#size) this.#keys.delete(this.#keys.values().next().value!);
    return true;
  }
}
