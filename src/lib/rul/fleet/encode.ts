/** Numbers of a model as text in JSON: base64 of little-endian bytes, the same on every machine. */
import { type Edges, edgesOf } from "./bins.ts";
import { type Forest, LEAVES, NODES } from "./trees.ts";

export interface ForestJson {
  base: number;
  feature: string;
  split: string;
  leaf: string;
  scale: string;
}

export interface EdgesJson {
  low: string;
  high: string;
  /** Number of cuts per feature, and all cuts one after the other. */
  counts: number[];
  steps: string;
}

export const encodeForest = (f: Forest): ForestJson => ({
  base: f.base,
  feature: bytes(f.feature),
  split: bytes(f.split),
  leaf: bytes(f.leaf),
  scale: floats(f.scale),
});

export function decodeForest(json: ForestJson): Forest {
  const scale = readFloats(json.scale);
  const leaf = Buffer.from(json.leaf, "base64");
  const forest = {
    base: json.base,
    trees: scale.length,
    feature: Uint8Array.from(Buffer.from(json.feature, "base64")),
    split: Uint8Array.from(Buffer.from(json.split, "base64")),
    leaf: Int8Array.from(leaf, (b) => (b << 24) >> 24),
    scale,
  };
  if (
    forest.feature.length !== scale.length * NODES ||
    forest.split.length !== scale.length * NODES ||
    leaf.length !== scale.length * LEAVES
  )
    throw new RangeError("the trees do not have the shape that this version reads");
  return forest;
}

export function encodeEdges({ low, high, steps }: Edges): EdgesJson {
  const all = steps.flatMap((own) => [...own]);
  const buffer = Buffer.alloc(2 * all.length);
  all.forEach((step, i) => {
    buffer.writeUInt16LE(step, 2 * i);
  });
  return {
    low: floats(low),
    high: floats(high),
    counts: steps.map((own) => own.length),
    steps: buffer.toString("base64"),
  };
}

export function decodeEdges(json: EdgesJson): Edges {
  const buffer = Buffer.from(json.steps, "base64");
  let at = 0;
  const steps = json.counts.map((n) => Uint16Array.from({ length: n }, () => buffer.readUInt16LE(2 * at++)));
  return edgesOf(readFloats(json.low), readFloats(json.high), steps);
}

export const bytes = (values: Uint8Array | Int8Array): string => Buffer.from(values as Uint8Array).toString("base64");

export function floats(values: ArrayLike<number>): string {
  const buffer = Buffer.alloc(4 * values.length);
  for (let i = 0; i < values.length; i++) buffer.writeFloatLE(values[i]!, 4 * i);
  return buffer.toString("base64");
}

export function readFloats(text: string): Float32Array {
  const buffer = Buffer.from(text, "base64");
  return Float32Array.from({ length: buffer.length >> 2 }, (_, i) => buffer.readFloatLE(4 * i));
}
