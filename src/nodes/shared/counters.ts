/** What every ingest node has counted since Node-RED started: for its status, the API and the live page. */
import { twinKey } from "../../lib/twin/envelope.ts";

export interface Counts {
  /** Samples that went on with a usable value. */
  accepted: number;
  /** Of these: numeric text or another unit. */
  converted: number;
  /** Of these: marked Uncertain. */
  uncertain: number;
  /** Of these: older than the newest. */
  late: number;
  /** Refused samples and messages by reason. */
  refused: Record<string, number>;
}

export interface NodeCounts {
  node: string;
  name: string;
  total: Counts;
  /** By "branch\nid"; twins beyond the first 10 000 are only in the total. */
  twins: Map<string, Counts>;
}

const MOST_TWINS = 10_000;
const nodes = new Map<string, NodeCounts>();

/** The counters of a node: they go on counting after a redeploy. */
export function countersOf(node: string, name: string): NodeCounts {
  let counts = nodes.get(node);
  if (!counts) nodes.set(node, (counts = { node, name, total: zero(), twins: new Map() }));
  counts.name = name;
  return counts;
}

export const forgetCounters = (node: string): boolean => nodes.delete(node);

/** All counters, as plain JSON for the API. */
export function allCounters(): (Omit<NodeCounts, "twins"> & { twins: (Counts & { branch: string; id: string })[] })[] {
  return Array.from(nodes.values(), ({ node, name, total, twins }) => ({
    node,
    name,
    total,
    twins: Array.from(twins, ([key, counts]) => {
      const [branch, id] = key.split("\n") as [string, string];
      return { branch, id, ...counts };
    }),
  }));
}

/** Adds to the total, and to a twin when the samples are of a known one. */
export function count(
  counters: NodeCounts,
  twin: { branch: string; id: string } | undefined,
  add: Partial<Counts>,
): void {
  addTo(counters.total, add);
  if (!twin) return;
  const key = twinKey(twin.branch, twin.id);
  let own = counters.twins.get(key);
  if (!own) {
    if (counters.twins.size >= MOST_TWINS) return;
    counters.twins.set(key, (own = zero()));
  }
  addTo(own, add);
}

export const refusedInAll = (counts: Counts): number => Object.values(counts.refused).reduce((sum, n) => sum + n, 0);

const zero = (): Counts => ({ accepted: 0, converted: 0, uncertain: 0, late: 0, refused: {} });

function addTo(counts: Counts, add: Partial<Counts>): void {
  counts.accepted += add.accepted ?? 0;
  counts.converted += add.converted ?? 0;
  counts.uncertain += add.uncertain ?? 0;
  counts.late += add.late ?? 0;
  for (const [reason, n] of Object.entries(add.refused ?? {}))
    counts.refused[reason] = (counts.refused[reason] ?? 0) + n;
}
