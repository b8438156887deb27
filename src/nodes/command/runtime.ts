import { Desk } from "../../lib/command/desk.ts";
import type { Effect, Outcome } from "../../lib/command/effects.ts";
import { branchObjection } from "../../lib/command/guard.ts";
import { readCommandAction, readSetPoints } from "../../lib/command/intake.ts";
import { type CommandConfig, readSettings } from "../../lib/command/settings.ts";
import { compileExpression } from "../../lib/expression/compile.ts";
import type { Action, ActionResult } from "../../lib/store/store.ts";
import { nowFor } from "../../lib/twin/asset.ts";
import { type Envelope, isPlainObject, LIVE, readEnvelope, TwinError } from "../../lib/twin/envelope.ts";
import { assetOf, requireMatch } from "../shared/asset-node.ts";
import { type Entry, KeyedStates } from "../shared/keyed-states.ts";
import type { Message, Node, Runtime, Send } from "../shared/node-red.ts";
import { isAction, RecentSet, readAction } from "../shared/stage.ts";
import { KillSwitch } from "./kill-switch.ts";
import { bare, hasId, proposalId, rest, shortHash } from "./messages.ts";
import { migrate } from "./migrations.ts";
import { StatusLine } from "./status.ts";
import { makeTarget } from "./target.ts";

const OURS = new Set(["command", "accept", "reject", "kill", "release", "reset"]);
const TICK = 1000;

export function wire(RED: Runtime, node: Node, given: CommandConfig): void {
  const config = migrate(given);
  const { asset, store } = assetOf(RED, config.asset);
  const settings = readSettings(config, asset, compileExpression);
  const target = makeTarget(RED, config);
  const label = node.name || node.type;
  const killSwitch = new KillSwitch(store, node.id);
  const tag = shortHash(node.id);
  const desks = new KeyedStates<Desk>(
    store,
    node.id,
    // Limits and rules are asked anew for every command, so nothing the desk remembers depends on the dialog.
    "command/1",
    ({ branch }) => new Desk({ asset, settings, branch, tag, killedAll: () => killSwitch.sentence }),
  );
  desks.restoreAll();
  for (const { ref, state } of desks.values()) store.putProposals(ref, node.id, state.pending);
  const status = new StatusLine(RED, node);
  const seenRequests = new RecentSet(1000);
  const refusedBranches = new RecentSet(1000);
  let matching: number | undefined;
  const counted = new WeakMap<Desk, { pending: number; open: number }>();
  let pending = 0;
  let open = 0;
  let closed = false;
  showIdle();

  node.on("input", (msg, send, done) => {
    try {
      if (isAction(msg)) onAction(msg, send);
      else if (msg.twin !== undefined) onTwin(msg, send);
      else onSetPoint(msg, send);
      done();
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  });

  const nodeSend: Send = (out) => node.send(out);
  const unsubscribe = store.subscribe({ action: (action) => answer(action, {}, nodeSend) });
  const timer = asset.clock === "wall" ? setInterval(tick, TICK) : undefined;
  timer?.unref();

  node.on("close", (removed, done) => {
    closed = true;
    clearInterval(timer);
    unsubscribe();
    if (removed) for (const { ref } of desks.values()) store.putProposals(ref, node.id, []);
    desks.close(removed);
    killSwitch.close(removed);
    done();
  });

  function onTwin(msg: Message, send: Send): void {
    const twin = readEnvelope(msg.twin);
    requireMatch(asset, twin.id);
    if (refuseBranch(twin, msg, send)) return;
    const entry = desks.get(twin.branch, twin.id);
    const outcome = entry.state.see(twin, now(entry, twin.time));
    matching = outcome.matching;
    carryOut(entry, outcome.effects, msg, send);
  }

  function onSetPoint(msg: Message, send: Send): void {
    try {
      const entry = desks.get(LIVE, onlyTwin());
      for (const setPoint of readSetPoints(msg.payload, settings.defaultSignal))
        carryOut(entry, entry.state.request(setPoint, now(entry)).effects, msg, send);
    } catch (error) {
      if (!(error instanceof TwinError)) throw error;
      const { code, message } = error;
      status.refused("limits");
      send([null, { ...rest(msg), payload: message, error: { code, message } }, null]);
    }
  }

  function onAction(msg: Message, send: Send): void {
    const name = msg.action ?? "reset";
    if (typeof name === "string" && !OURS.has(name)) return;
    const toAll = typeof name === "string" && ["kill", "release", "reset"].includes(name) && !hasId(msg);
    if (toAll) answerForAll(name, msg, send);
    else {
      const action = readAction(RED, msg);
      if (asset.matches(action.id)) answer(action, msg, send);
    }
  }

  function answer(action: Action, msg: Message, send: Send): ActionResult | undefined {
    if (!OURS.has(action.action) || !asset.matches(action.id) || !seenRequests.add(action.requestId)) return undefined;
    if (action.action !== "reset" && refuseBranch(action, msg, send))
      return { node: label, ok: false, message: branchObjection(action.branch, settings)! };
    const entry = desks.get(action.branch, action.id);
    const outcome = perform(entry.state, action, now(entry), msg);
    carryOut(entry, outcome.effects, msg, send);
    return { node: label, ...outcome.reply };
  }

  function perform(desk: Desk, action: Action, at: number, msg: Message): Outcome {
    const by = typeof action.by === "string" ? action.by : undefined;
    switch (action.action) {
      case "command":
        try {
          return desk.request(readCommandAction(action), at, by);
        } catch (error) {
          if (!(error instanceof TwinError)) throw error;
          return desk.misread(error.code, error.message, at);
        }
      case "accept":
        return desk.accept(proposalId(action, msg), at, by);
      case "reject":
        return desk.reject(proposalId(action, msg), at, by);
      case "kill":
        return desk.kill(at, by);
      case "release":
        return killSwitch.sentence
          ? {
              effects: [],
              reply: { ok: false, message: "All twins of this node are stopped: send release without an id." },
            }
          : desk.release();
      default:
        return desk.reset(at);
    }
  }

  function answerForAll(action: string, msg: Message, send: Send): void {
    if (action === "kill")
      killSwitch.set("The kill switch of all twins is on: nothing is written until it is released without an id.");
    if (action === "release") killSwitch.set("");
    for (const entry of desks.values()) {
      const at = now(entry);
      if (action === "kill") carryOut(entry, entry.state.stopAll("the kill switch was used.", at), msg, send);
      if (action === "release") carryOut(entry, entry.state.release().effects, msg, send);
      if (action === "reset") carryOut(entry, entry.state.reset(at).effects, msg, send);
    }
    showIdle(true);
  }

  /** Every message of a branch that may not write is refused; the audit gets one line per branch and twin. */
  function refuseBranch(ref: { branch: string; id: string }, msg: Message, send: Send): boolean {
    const message = branchObjection(ref.branch, settings);
    if (message === undefined) return false;
    const { branch, id } = ref;
    if (refusedBranches.add(`${branch}\n${id}`))
      store.putAudit({
        ...{ branch, id, time: timeOf(ref), node: label, command: "", signal: "", value: null, was: null },
        decision: "refused",
        reason: message,
      });
    status.refused("branch");
    const twin = isPlainObject(msg.twin) && msg.twin.v === 1 ? msg.twin : bare(ref);
    const error = { code: "E_BRANCH", message };
    send([null, { ...rest(msg), topic: `${id}/command`, payload: message, error, twin }, null]);
    return true;
  }

  function carryOut(entry: Entry<Desk>, effects: Effect[], msg: Message, send: Send): void {
    const { ref, state: desk } = entry;
    for (const effect of effects) {
      if (effect.kind === "proposals") store.putProposals(ref, node.id, desk.pending);
      else if (effect.kind === "section") store.putSection(ref, "command", effect.command, timeOf(ref));
      else if (effect.kind === "audit") putAudit(ref, effect);
      else say(entry, effect, msg, send);
    }
    desks.touch(entry);
    status.decided(effects);
    showIdle(false, entry);
  }

  function say(
    entry: Entry<Desk>,
    effect: Extract<Effect, { kind: "send" | "refuse" | "event" }>,
    msg: Message,
    send: Send,
  ): void {
    const { ref, state: desk } = entry;
    const twin: Envelope = RED.util.cloneMessage(desk.twin ?? bare(ref));
    // A request that could not be read is no command.
    if (effect.command.signal) twin.command = effect.command;
    const out: Message = { ...rest(msg), topic: `${ref.id}/command`, twin };
    if (effect.kind === "event") {
      const { event, severity, text } = effect;
      store.putEvent({ ...ref, time: now(entry), section: "command", event, severity, text });
      send([null, null, { ...out, payload: text, event, severity }]);
    } else if (effect.kind === "refuse") {
      const { code, sentence: message } = effect.refusal;
      send([null, { ...out, payload: message, error: { code, message } }, null]);
    } else {
      const { id, value } = effect.command;
      const taken = target.write(ref.id, effect.command);
      if (taken) {
        const answered = (error?: string) => {
          if (!closed) carryOut(entry, desk.delivered(id, error, now(entry)), msg, nodeSend);
        };
        taken.then(
          () => answered(),
          (error) => answered(String(error?.message ?? error)),
        );
        return;
      }
      send([{ ...out, payload: value }, null, null]);
      carryOut(entry, desk.delivered(id, undefined, now(entry)), msg, send);
    }
  }

  function tick(): void {
    for (const entry of desks.values())
      if (entry.ref.branch === LIVE) {
        const effects = entry.state.advance(Date.now());
        if (effects.length) carryOut(entry, effects, {}, nodeSend);
      }
    showIdle();
  }

  /** After a change of one twin only that one is counted again: a fleet of thousands must not cost thousands. */
  function showIdle(atOnce = false, changed?: Entry<Desk>): void {
    for (const entry of changed ? [changed] : desks.values()) {
      const before = counted.get(entry.state) ?? { pending: 0, open: 0 };
      const now = { pending: entry.state.pending.length, open: entry.state.openCount };
      pending += now.pending - before.pending;
      open += now.open - before.open;
      counted.set(entry.state, now);
    }
    const only = desks.size === 1 ? desks.values().next().value!.state : undefined;
    status.idle(
      {
        off: settings.mode === "off",
        killed: settings.killed || killSwitch.sentence !== undefined || (only !== undefined && only.killed !== ""),
        unusable: settings.signals.size === 0,
        pending,
        open,
        matching,
      },
      atOnce,
    );
  }

  function putAudit(ref: { branch: string; id: string }, effect: Extract<Effect, { kind: "audit" }>): void {
    const { time, command, decision, reason } = effect;
    const { id, signal, value, was } = command;
    store.putAudit({
      branch: ref.branch,
      id: ref.id,
      time,
      node: label,
      command: id,
      signal,
      value,
      was,
      decision,
      reason,
    });
  }

  /** What this node has seen decides, not how far the store is: the same messages give the same answers. */
  function now({ ref, state }: Entry<Desk>, time = state.newest ?? timeOf(ref)): number {
    return nowFor(asset, ref.branch, Math.max(state.newest ?? time, time), Date.now());
  }

  /** The newest source time known of a twin. */
  function timeOf(ref: { branch: string; id: string }): number {
    return store.twin({ branch: ref.branch, id: ref.id })?.twin.time ?? 0;
  }

  /** The twin that a message without an envelope means. */
  function onlyTwin(): string {
    if (!asset.idPattern.includes("*")) return asset.idPattern;
    const live = [...desks.values()].filter((e) => e.ref.branch === LIVE);
    if (live.length === 1) return live[0]!.ref.id;
    throw new TwinError(
      "E_WHICH_TWIN",
      'This asset serves several twins: send msg.action = "command" with msg.twin.id and payload { signal, value }.',
    );
  }
}
