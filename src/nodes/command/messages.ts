import type { Action } from "../../lib/store/store.ts";
import { type Envelope, isPlainObject } from "../../lib/twin/envelope.ts";
import type { Message } from "../shared/node-red.ts";

/** True when an action names a twin. */
export const hasId = (msg: Message): boolean =>
  (isPlainObject(msg.twin) && msg.twin.id !== undefined) ||
  (isPlainObject(msg.payload) && msg.payload.id !== undefined);

/** The id of a proposal in an accept or reject: `command` in the action, or the payload itself as text. */
export function proposalId(action: Action, msg: Message): string | undefined {
  if (typeof action.command === "string") return action.command;
  if (typeof msg.payload === "string" && msg.payload.startsWith("c-")) return msg.payload;
  const own = isPlainObject(msg.twin) && isPlainObject(msg.payload) ? msg.payload.id : undefined;
  return typeof own === "string" && own !== action.id ? own : undefined;
}

/** The envelope of a twin of which nothing is known yet. */
export const bare = ({ branch, id }: { branch: string; id: string }): Envelope => ({
  v: 1,
  id,
  branch,
  time: 0,
  values: {},
  updated: [],
});

/** A message without what this node says anew: a command that travels on must not look like a request. */
export function rest(msg: Message): Message {
  const { action: _action, reset: _reset, payload: _payload, twin: _twin, event: _event, ...others } = msg;
  return others;
}

/** Four hexadecimal digits that tell nodes apart (FNV-1a, folded). */
export function shortHash(text: string): string {
  let hash = 0x811c9dc5;
  for (const c of text) hash = Math.imul(hash ^ c.codePointAt(0)!, 0x01000193) >>> 0;
  return ((hash >>> 16) ^ (hash & 0xffff)).toString(16).padStart(4, "0");
}
