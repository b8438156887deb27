/** Seeded random numbers: the same seed gives the same numbers on every machine, and the state can be kept. */
import type { Json } from "./store/store.ts";

export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Standard normal (Box–Muller 1958). */
  normal(): number;
  snapshot(): Json;
  restore(state: Json): void;
}

/**
 * Generator sfc32 (Doty-Humphrey, PractRand): 128 bits of state, passes BigCrush. The seed is hashed first, so that
 * neighbouring seeds give unrelated sequences.
 */
export function createRandom(seed: string | number): Random {
  let [a, b, c] = hash(String(seed));
  let counter = 1;
  let spare: number | null = null;
  const bits = (): number => {
    const t = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + t) | 0;
    return t >>> 0;
  };
  for (let i = 0; i < 15; i++) bits();
  const next = () => bits() / 2 ** 32;
  return {
    next,
    normal() {
      if (spare !== null) {
        const value = spare;
        spare = null;
        return value;
      }
      const radius = Math.sqrt(-2 * Math.log(1 - next()));
      const angle = 2 * Math.PI * next();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
    snapshot: () => [a, b, c, counter, spare],
    restore(state) {
      [a, b, c, counter, spare] = state as [number, number, number, number, number | null];
    },
  };
}

/** Three 32-bit words from a text: FNV-1a (Fowler, Noll, Vo) with three offsets, finished by the mixer of MurmurHash3 (Appleby). */
function hash(text: string): [number, number, number] {
  const words = [0x811c9dc5, 0x9e3779b9, 0x85ebca6b].map((offset) => {
    let h = offset;
    for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return h ^ (h >>> 16);
  });
  return words as [number, number, number];
}
