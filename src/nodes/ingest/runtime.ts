import { TwinIngest } from "../../lib/ingest/ingest.ts";
import { readMapping } from "../../lib/ingest/mapping.ts";
import { type Batch, decode, readMessage } from "../../lib/ingest/message.ts";
import type { Refusal } from "../../lib/ingest/refusal.ts";
import { type Envelope, isPlainObject } from "../../lib/twin/envelope.ts";
import { assetOf } from "../shared/asset-node.ts";
import { count, countersOf, forgetCounters } from "../shared/counters.ts";
import { KeyedStates } from "../shared/keyed-states.ts";
import type { Message, Node, Runtime, Send } from "../shared/node-red.ts";
import { arrived, arrivedPayload } from "../shared/recent.ts";
import { isAction, readAction } from "../shared/stage.ts";
import { type IngestConfig, migrate } from "./migrations.ts";
import { listenToBroker } from "./source.ts";
import { startStatus } from "./status.ts";

/** While the asset has an error nothing is accepted, but its dialog can still be filled from what arrives. */
export function refused(msg: Message): void {
  const now = Date.now();
  const id = isPlainObject(msg.twin) && typeof msg.twin.id === "string" ? msg.twin.id : "";
  const values = isPlainObject(msg.twin) && isPlainObject(msg.twin.values) ? msg.twin.values : undefined;
  const topic = typeof msg.topic === "string" ? msg.topic : "";
  if (values) for (const [signal, value] of Object.entries(values)) arrived(topic, id, signal, value, undefined, now);
  else arrivedPayload(topic, msg.payload, now);
}

export function wire(RED: Runtime, node: Node, raw: Partial<IngestConfig>): void {
  const config = migrate(raw);
  const { asset, store } = assetOf(RED, config.asset);
  const mappings = readMapping(config.mapping);
  const options = { clockTolerance: config.clockTolerance * 1000 };
  const meaning = JSON.stringify(Array.from(asset.signals.values(), (s) => [s.name, s.unit]));
  const states = new KeyedStates<TwinIngest>(store, node.id, meaning, () => new TwinIngest(asset, options));
  const counters = countersOf(node.id, node.name || node.type);
  const status = startStatus(RED, node, counters);
  const broker = config.source === "mqtt" ? listenToBroker(RED, node, config, receive, status) : undefined;
  const context = { asset, mappings, ...(broker && { source: broker.source }) };

  node.on("input", (msg, send, done) => {
    try {
      if (isAction(msg)) onAction(msg, send);
      else handle(msg, send);
      done();
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  });
  const unsubscribe = store.subscribe({
    action: (action) => {
      if (action.action !== "reset" || !states.has(action.branch, action.id)) return undefined;
      states.reset({ branch: action.branch, id: action.id });
      return { node: node.name || node.type, ok: true, message: `Ingest starts again with ${action.id}.` };
    },
  });
  node.on("close", (removed, done) => {
    unsubscribe();
    status.stop();
    broker?.stop(removed);
    states.close(removed);
    if (removed) forgetCounters(node.id);
    done();
  });

  /** A message from the broker: handed on before it is acknowledged. */
  function receive(msg: Message): void {
    try {
      handle(msg, (out) => node.send(out));
    } catch (error) {
      node.error(error, msg);
    }
  }

  function handle(msg: Message, send: Send): void {
    const now = Date.now();
    const { batches, refused } = readMessage(msg, context);
    remember(msg, batches, now);
    for (const { reason } of refused) count(counters, undefined, { refused: { [reason]: 1 } });
    const envelopes: Envelope[] = [];
    for (const batch of batches) {
      const entry = states.get(batch.branch, batch.id);
      const result = entry.state.accept(batch, now);
      states.touch(entry);
      envelopes.push(...result.envelopes);
      refused.push(...result.refused);
      const { accepted, converted, uncertain, late } = result;
      count(counters, batch, { accepted, converted, uncertain, late, refused: tally(result.refused) });
    }
    status.counted();
    // The refused message is a copy, so that its payload stays the original.
    const original = refused.length ? { ...msg, ...reasons(refused) } : null;
    const accepted = envelopes.map((twin, i) => acceptedMessage(msg, twin, i));
    if (accepted.length || original) send([accepted.length === 1 ? accepted[0]! : accepted, original]);
  }

  function onAction(msg: Message, send: Send): void {
    if (msg.action === undefined || msg.action === "reset") {
      const target = msg.action === undefined && !hasId(msg) ? undefined : readAction(RED, msg);
      if (!target) states.reset();
      else if (asset.matches(target.id)) states.reset({ branch: target.branch, id: target.id });
    }
    send([msg, null]);
  }
}

function acceptedMessage(msg: Message, twin: Envelope, i: number): Message {
  const out = i === 0 ? msg : { ...msg };
  // A waveform is its payload; everything else shows its values.
  if (twin.wave === undefined) out.payload = { ...twin.values };
  out.topic = `${twin.id}/samples`;
  out.twin = twin;
  return out;
}

/** What leaves output 2: the first reason as `msg.error`, all of them in `msg.refused`. */
function reasons(refused: Refusal[]): { error: { code: string; message: string }; refused: Refusal[] } {
  const { code, message } = refused[0]!;
  const more = refused.length > 1 ? ` (${refused.length - 1} more in msg.refused)` : "";
  return { error: { code, message: message + more }, refused };
}

function tally(refused: Refusal[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { reason } of refused) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}

function remember(msg: Message, batches: Batch[], now: number): void {
  const topic = typeof msg.topic === "string" ? msg.topic : "";
  for (const batch of batches)
    for (const sample of batch.samples.slice(0, 500))
      arrived(topic, batch.id, sample.signal, sample.value, sample.unit, now);
  if (batches.length > 0 || msg.twin !== undefined) return;
  const decoded = decode(msg.payload);
  if ("value" in decoded) arrivedPayload(topic, decoded.value, now);
}

const hasId = (msg: Message): boolean =>
  [msg.twin, msg.payload].some((part) => typeof part === "object" && part !== null && "id" in part);
