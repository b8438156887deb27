/**
 * Where twins live. Nodes write what they know, the live page and the API read it, and actions travel back through it.
 * Every engine (memory now, a durable one later) implements this interface.
 */
import type { Envelope, SectionName, Value } from "../twin/envelope.ts";

/** Plain JSON: what snapshots are made of. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export interface TwinRef {
  branch: string;
  id: string;
}

/** A twin as the store knows it: the newest envelope with the newest section of every node. */
export interface TwinRecord {
  twin: Envelope;
  /** Display name of its asset, and the picture to draw. */
  asset: string;
  mimic: string;
  /** Commands that wait for accept or reject, oldest first. */
  proposals: readonly NonNullable<Envelope["command"]>[];
  /** The newest event sentences, newest last, at most 100. */
  events: readonly TwinEvent[];
}

export interface TwinEvent extends TwinRef {
  time: number;
  /** Which node speaks: anomaly, rul, command, ingest, state. */
  section: string;
  event: "raised" | "changed" | "cleared";
  severity: "info" | "warning" | "alarm";
  /** One complete sentence. */
  text: string;
}

/** One decision of the command writer: kept for the audit trail. */
export interface AuditEntry extends TwinRef {
  time: number;
  node: string;
  command: string;
  signal: string;
  value: Value;
  was: Value;
  decision: "sent" | "verified" | "failed" | "refused" | "proposed" | "accepted" | "rejected" | "expired";
  /** One complete sentence. */
  reason: string;
}

export interface HistoryQuery extends TwinRef {
  /** A signal name, or a path such as `model.expected.head`, `anomaly.health`, `rul.p50`. */
  signal: string;
  /** Inclusive range of source times; open ends by default. */
  from?: number;
  to?: number;
  /** At most this many points: longer stretches are thinned so that each bucket keeps its minimum and maximum. */
  points?: number;
}

export interface HistoryPoint {
  time: number;
  value: Value;
  status: number;
}

/** A request from a person or a flow, addressed to the nodes that know this twin. */
export interface Action {
  [key: string]: unknown;
  action: string;
  branch: string;
  id: string;
  /** Unique per request; a repeat is ignored by the nodes. */
  requestId: string;
  /** Who asked, for the audit trail. */
  by?: string;
}

/** What one node did with an action; `undefined` from a handler means "not mine". */
export interface ActionResult {
  node: string;
  ok: boolean;
  /** One sentence. */
  message: string;
}

export type StoreListener = {
  /** A twin changed: the reference only, so that a slow reader can skip. */
  change?: (ref: TwinRef, section: SectionName | "state") => void;
  event?: (event: TwinEvent) => void;
  audit?: (entry: AuditEntry) => void;
  action?: (action: Action) => ActionResult | undefined;
  /** The store has forgotten a twin, or all: nodes forget what they hold in memory too. */
  forget?: (ref?: TwinRef) => void;
};

export interface Store {
  readonly name: string;
  twins(): TwinRecord[];
  twin(ref: TwinRef): TwinRecord | undefined;
  /** The state node's word: values, status, desired, revision. Keeps the sections of other nodes. */
  putState(twin: Envelope, asset: { name: string; mimic: string }): void;
  /** Any other node's word on a twin. */
  putSection(ref: TwinRef, section: SectionName, data: NonNullable<Envelope[SectionName]>, time: number): void;
  /** Adds samples to the history; numbers, booleans and text. Late samples are put in their place. */
  append(ref: TwinRef, time: number, values: Record<string, Value>, status?: Record<string, number>): void;
  history(query: HistoryQuery): HistoryPoint[];
  /** Signal paths that have a history. */
  historySignals(ref: TwinRef): string[];
  /** Replaces the list of proposals that wait for accept or reject. */
  putProposals(ref: TwinRef, node: string, proposals: NonNullable<Envelope["command"]>[]): void;
  putEvent(event: TwinEvent): void;
  putAudit(entry: AuditEntry): void;
  audits(ref: TwinRef): readonly AuditEntry[];
  /** Forgets twins, their history and node states: the given twin, or all of them. */
  forget(ref?: TwinRef): void;

  /**
   * Saves what a node knows of one twin. `meaning` says what the state depends on (see `loadState`). A function is asked
   * for the state when it is written, so that thousands of twins are not serialised at one moment.
   */
  saveState(node: string, ref: TwinRef, meaning: string, state: Json | (() => Json)): void;
  /** The saved state, or `changed` when it was saved under another meaning and must be learned again. */
  loadState(node: string, ref: TwinRef, meaning: string): { state: Json } | { changed: true } | undefined;
  /** Removes everything a node saved: for one twin, or for all. */
  dropStates(node: string, ref?: TwinRef): void;
  /** All twins for which this node saved a state. */
  savedStates(node: string): TwinRef[];
  /** Called before every write to disk, so that nodes can save what changed. Returns the unsubscribe function. */
  onFlush(save: () => void): () => void;

  subscribe(listener: StoreListener): () => void;
  /** Hands an action to every subscribed node and returns the answers. */
  post(action: Action): ActionResult[];
}
