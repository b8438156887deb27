/** Normal and uniform numbers for the particles, from tables that are drawn once. */
import { createRandom, type Random } from "../../random.ts";

const SIZE = 8191;
let normals: Float64Array | undefined;
let uniforms: Float64Array | undefined;

/**
 * Walks two tables of coprime lengths, from places that the generator chooses: much faster than drawing, and the same for
 * the same generator.
 */
export class Numbers {
  #normal: Float64Array;
  #uniform: Float64Array;
  #i: number;
  #j: number;

  constructor(random: Random) {
    const tables = createRandom("particles");
    normals ??= Float64Array.from({ length: SIZE }, () => tables.normal());
    uniforms ??= Float64Array.from({ length: SIZE - 18 }, () => tables.next());
    this.#normal = normals;
    this.#uniform = uniforms;
    this.#i = Math.floor(random.next() * normals.length);
    this.#j = Math.floor(random.next() * uniforms.length);
  }

  normal(): number {
    if (++this.#i >= this.#normal.length) this.#i = 0;
    return this.#normal[this.#i]!;
  }

  uniform(): number {
    if (++this.#j >= this.#uniform.length) this.#j = 0;
    return this.#uniform[this.#j]!;
  }
}
