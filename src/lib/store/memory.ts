import { type Envelope, type SectionName, twinKey, type Value } from "../twin/envelope.ts";
import { Ring } from "./ring.ts";
import type {
  Action,
  ActionResult,
  AuditEntry,
  HistoryPoint,
  HistoryQuery,
  Json,
  Store,
  StoreListener,
  TwinEvent,
  TwinRecord,
  TwinRef,
} from "./store.ts";

export interface MemoryOptions {
  /** Samples kept per signal. */
  samplesPerSignal?: number;
  /** Samples kept in all; when they are used up, rings stop growing and keep what they have room for. */
  samplesInAll?: number;
}

interface Slot {
  record: TwinRecord & { proposals: NonNullable<Envelope["command"]>[]; events: TwinEvent[] };
  proposalsByNode: Map<string, NonNullable<Envelope["command"]>[]>;
  rings: Map<string, Ring>;
  audits: AuditEntry[];
}

export interface SavedState extends TwinRef {
  meaning: string;
  state: Json | (() => Json);
}

export const stateOf = (saved: SavedState): Json => (typeof saved.state === "function" ? saved.state() : saved.state);

const SAMPLES_PER_SIGNAL = 10_000;
const SAMPLES_IN_ALL = 5_000_000;
const KEPT_EVENTS = 100;
const KEPT_AUDITS = 1000;

/** The store in memory. `files.ts` adds what survives a restart. */
export class MemoryStore implements Store {
  readonly name: string;
  #slots = new Map<string, Slot>();
  #listeners = new Set<StoreListener>();
  #flushers = new Set<() => void>();
  /** Saved node states: node → twin key → state. */
  protected states = new Map<string, Map<string, SavedState>>();
  #samplesPerSignal: number;
  #samplesInAll: number;
  #samplesLeft: number;

  constructor(name: string, options: MemoryOptions = {}) {
    this.name = name;
    this.#samplesPerSignal = options.samplesPerSignal ?? SAMPLES_PER_SIGNAL;
    this.#samplesInAll = options.samplesInAll ?? SAMPLES_IN_ALL;
    this.#samplesLeft = this.#samplesInAll;
  }

  /** Takes over changed settings; histories that are too long now lose their oldest samples. */
  configure({ samplesPerSignal = SAMPLES_PER_SIGNAL, samplesInAll = SAMPLES_IN_ALL }: MemoryOptions): void {
    this.#samplesLeft += samplesInAll - this.#samplesInAll;
    this.#samplesInAll = samplesInAll;
    if (samplesPerSignal === this.#samplesPerSignal) return;
    this.#samplesPerSignal = samplesPerSignal;
    for (const { rings } of this.#slots.values())
      for (const ring of rings.values()) {
        this.#samplesLeft += ring.allocated;
        ring.resize(samplesPerSignal);
        this.#samplesLeft -= ring.allocated;
      }
  }

  twins(): TwinRecord[] {
    return Array.from(this.#slots.values(), (slot) => slot.record);
  }

  twin(ref: TwinRef): TwinRecord | undefined {
    return this.#slots.get(twinKey(ref.branch, ref.id))?.record;
  }

  putState(twin: Envelope, asset: { name: string; mimic: string }): void {
    const slot = this.#slot(twin);
    const { model, anomaly, rul, command } = slot.record.twin;
    slot.record.twin = {
      ...twin,
      ...(model && { model }),
      ...(anomaly && { anomaly }),
      ...(rul && { rul }),
      ...(command && { command }),
    };
    slot.record.asset = asset.name;
    slot.record.mimic = asset.mimic;
    this.#tell((l) => l.change?.({ branch: twin.branch, id: twin.id }, "state"));
  }

  putSection(ref: TwinRef, section: SectionName, data: NonNullable<Envelope[SectionName]>, time: number): void {
    const slot = this.#slot(ref);
    const twin = slot.record.twin;
    slot.record.twin = { ...twin, time: Math.max(twin.time, time), [section]: data };
    this.#tell((l) => l.change?.(ref, section));
  }

  append(ref: TwinRef, time: number, values: Record<string, Value>, status: Record<string, number> = {}): void {
    const { rings } = this.#slot(ref);
    for (const [signal, value] of Object.entries(values)) {
      let ring = rings.get(signal);
      if (!ring) {
        ring = new Ring(this.#samplesPerSignal);
        this.#samplesLeft -= ring.allocated;
        rings.set(signal, ring);
      }
      const before = ring.allocated;
      ring.push(time, value, status[signal] ?? 0, this.#samplesLeft >= before);
      this.#samplesLeft -= ring.allocated - before;
    }
  }

  history(query: HistoryQuery): HistoryPoint[] {
    const ring = this.#slots.get(twinKey(query.branch, query.id))?.rings.get(query.signal);
    if (!ring) return [];
    const points = ring.range(query.from ?? Number.NEGATIVE_INFINITY, query.to ?? Number.POSITIVE_INFINITY);
    return query.points ? thin(points, query.points) : points;
  }

  historySignals(ref: TwinRef): string[] {
    return Array.from(this.#slots.get(twinKey(ref.branch, ref.id))?.rings.keys() ?? []);
  }

  putProposals(ref: TwinRef, node: string, proposals: NonNullable<Envelope["command"]>[]): void {
    const slot = this.#slot(ref);
    if (proposals.length) slot.proposalsByNode.set(node, proposals);
    else slot.proposalsByNode.delete(node);
    slot.record.proposals = Array.from(slot.proposalsByNode.values()).flat();
    this.#tell((l) => l.change?.(ref, "command"));
  }

  putEvent(event: TwinEvent): void {
    const { events } = this.#slot(event).record;
    events.push(event);
    if (events.length > KEPT_EVENTS) events.shift();
    this.#tell((l) => l.event?.(event));
  }

  putAudit(entry: AuditEntry): void {
    const { audits } = this.#slot(entry);
    audits.push(entry);
    if (audits.length > KEPT_AUDITS) audits.shift();
    this.#tell((l) => l.audit?.(entry));
  }

  audits(ref: TwinRef): readonly AuditEntry[] {
    return this.#slots.get(twinKey(ref.branch, ref.id))?.audits ?? [];
  }

  forget(ref?: TwinRef): void {
    const keys = ref ? [twinKey(ref.branch, ref.id)] : Array.from(this.#slots.keys());
    for (const key of keys) {
      for (const ring of this.#slots.get(key)?.rings.values() ?? []) this.#samplesLeft += ring.allocated;
      this.#slots.delete(key);
    }
    for (const node of Array.from(this.states.keys())) this.dropStates(node, ref);
    this.#tell((l) => l.forget?.(ref));
  }

  saveState(node: string, ref: TwinRef, meaning: string, state: Json | (() => Json)): void {
    let states = this.states.get(node);
    if (!states) this.states.set(node, (states = new Map()));
    states.set(twinKey(ref.branch, ref.id), { branch: ref.branch, id: ref.id, meaning, state });
  }

  loadState(node: string, ref: TwinRef, meaning: string): { state: Json } | { changed: true } | undefined {
    const saved = this.states.get(node)?.get(twinKey(ref.branch, ref.id));
    if (!saved) return undefined;
    return saved.meaning === meaning ? { state: stateOf(saved) } : { changed: true };
  }

  dropStates(node: string, ref?: TwinRef): void {
    if (ref) this.states.get(node)?.delete(twinKey(ref.branch, ref.id));
    else this.states.delete(node);
  }

  savedStates(node: string): TwinRef[] {
    return Array.from(this.states.get(node)?.values() ?? [], ({ branch, id }) => ({ branch, id }));
  }

  onFlush(save: () => void): () => void {
    this.#flushers.add(save);
    return () => this.#flushers.delete(save);
  }

  /** Asks every node to save what changed. */
  collect(): void {
    for (const save of this.#flushers) save();
  }

  subscribe(listener: StoreListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  post(action: Action): ActionResult[] {
    const results: ActionResult[] = [];
    for (const listener of Array.from(this.#listeners)) {
      const result = listener.action?.(action);
      if (result) results.push(result);
    }
    return results;
  }

  #tell(call: (listener: StoreListener) => void): void {
    for (const listener of Array.from(this.#listeners)) call(listener);
  }

  #slot(ref: TwinRef): Slot {
    const key = twinKey(ref.branch, ref.id);
    let slot = this.#slots.get(key);
    if (!slot) {
      const { branch, id } = ref;
      const twin: Envelope = { v: 1, id, branch, time: 0, values: {}, updated: [] };
      slot = {
        record: { twin, asset: "", mimic: "generic", proposals: [], events: [] },
        proposalsByNode: new Map(),
        rings: new Map(),
        audits: [],
      };
      this.#slots.set(key, slot);
    }
    return slot;
  }
}

/** Thins a series to about `count` points: every bucket keeps its smallest and its largest value, in order of time. */
export function thin(points: HistoryPoint[], count: number): HistoryPoint[] {
  if (points.length <= count || count < 2) return points;
  const buckets = Math.max(1, Math.floor(count / 2));
  const kept: HistoryPoint[] = [];
  for (let b = 0; b < buckets; b++) {
    const from = Math.floor((b * points.length) / buckets);
    const to = Math.floor(((b + 1) * points.length) / buckets);
    let low = from;
    let high = from;
    for (let i = from; i < to; i++) {
      if (Number(points[i]!.value) < Number(points[low]!.value)) low = i;
      if (Number(points[i]!.value) > Number(points[high]!.value)) high = i;
    }
    if (low === high) kept.push(points[low]!);
    else kept.push(points[Math.min(low, high)]!, points[Math.max(low, high)]!);
  }
  return kept;
}
