/** Reads UCUM codes: products, quotients, exponents, prefixes, factors, annotations. */
import { describe, TwinError } from "./envelope.ts";
import { ATOMS, type Atom, DIMENSIONLESS, type Dimension, PREFIXES } from "./units-atoms.ts";

/** What a code means: value in SI = value × factor + offset. */
export interface UnitMeaning {
  factor: number;
  offset: number;
  dimension: Dimension;
  /** The code of a logarithmic unit, which converts only to itself. */
  log?: string;
}

/** Pressure over atmosphere is converted with the standard atmosphere, in Pa. */
const STANDARD_ATMOSPHERE = 101_325;
const GAUGE = "{gauge}";
const MAX_LENGTH = 100;
const known = new Map<string, UnitMeaning>();

/**
 * The meaning of a UCUM code (case sensitive), for example `m3/h`, `kg.m/s2`, `10*3/min`, `bar{gauge}`.
 * @throws TwinError `E_UNIT` with a sentence that says which part is not understood.
 */
export function readUcum(code: string): UnitMeaning {
  const cached = known.get(code);
  if (cached) return cached;
  if (code.length > MAX_LENGTH) throw wrong(code, "it is too long");
  const meaning = new Reader(code).read();
  // Codes also come with messages: the memory of them stays bounded.
  if (known.size >= 1000) known.clear();
  known.set(code, meaning);
  return meaning;
}

const wrong = (code: string, why: string): TwinError =>
  new TwinError("E_UNIT", `The unit ${describe(code)} is not understood: ${why}.`);

/** Recursive descent over the UCUM grammar (section 2 of the specification). */
class Reader {
  #code: string;
  #at = 0;
  #special: { name: string; atom: Atom; prefix: number } | undefined;
  #parts = 0;

  constructor(code: string) {
    this.#code = code;
  }

  read(): UnitMeaning {
    if (this.#code === "") return { factor: 1, offset: 0, dimension: DIMENSIONLESS };
    const meaning = this.#term();
    if (this.#at < this.#code.length) throw wrong(this.#code, `${describe(this.#code.slice(this.#at))} is left over`);
    if (!Number.isFinite(meaning.factor) || meaning.factor === 0) throw wrong(this.#code, "its factor is out of reach");
    if (this.#special) return this.#readSpecial(this.#special);
    if (this.#code.endsWith(GAUGE) && this.#parts === 1) return { ...meaning, offset: STANDARD_ATMOSPHERE };
    return meaning;
  }

  #readSpecial({ name, atom, prefix }: { name: string; atom: Atom; prefix: number }): UnitMeaning {
    if (this.#parts !== 1)
      throw wrong(
        this.#code,
        atom.special === "log"
          ? `${name} cannot be multiplied or divided`
          : `differences of temperature are written with ${name === "Cel" ? "K" : "[degR]"} instead of ${name}`,
      );
    if (atom.special === "log") return { factor: prefix, offset: 0, dimension: atom.dimension, log: name };
    return { factor: atom.factor, offset: atom.offset, dimension: atom.dimension };
  }

  #term(): UnitMeaning {
    let result: UnitMeaning = { factor: 1, offset: 0, dimension: DIMENSIONLESS };
    let sign = 1;
    if (this.#take("/")) sign = -1;
    for (;;) {
      result = combine(result, this.#component(), sign);
      if (this.#take(".")) sign = 1;
      else if (this.#take("/")) sign = -1;
      else return result;
    }
  }

  #component(): UnitMeaning {
    this.#parts++;
    if (this.#take("(")) {
      const inner = this.#term();
      if (!this.#take(")")) throw wrong(this.#code, "a closing bracket is missing");
      return inner;
    }
    const rest = this.#code.slice(this.#at);
    const power = /^10[*^]([+-]?\d{1,2})?/.exec(rest);
    if (power) {
      this.#at += power[0].length;
      return this.#annotated({ factor: 10 ** Number(power[1] ?? 1), offset: 0, dimension: DIMENSIONLESS });
    }
    const factor = /^\d{1,15}/.exec(rest);
    if (factor) {
      this.#at += factor[0].length;
      return this.#annotated({ factor: Number(factor[0]), offset: 0, dimension: DIMENSIONLESS });
    }
    if (rest.startsWith("{")) return this.#annotated({ factor: 1, offset: 0, dimension: DIMENSIONLESS });
    return this.#annotated(this.#simpleUnit(rest));
  }

  #simpleUnit(rest: string): UnitMeaning {
    const match = /^((?:\[[^\]]*\]|[^\d./(){}+\-[\]\s])+)([+-]?\d{1,2})?/.exec(rest);
    if (!match) throw wrong(this.#code, rest === "" ? "something is missing at its end" : `at ${describe(rest)}`);
    this.#at += match[0].length;
    const found = findAtom(match[1]!);
    if (!found) throw wrong(this.#code, `there is no unit ${describe(match[1])}`);
    const { atom, prefix } = found;
    const exponent = Number(match[2] ?? 1);
    if (atom.special) {
      this.#special = { name: match[1]!, atom, prefix };
      if (exponent !== 1) this.#parts++;
    } else if (exponent !== 1 && this.#code.endsWith(GAUGE)) this.#parts++;
    return {
      factor: (prefix * atom.factor) ** exponent,
      offset: 0,
      dimension: atom.dimension.map((d) => d * exponent),
    };
  }

  /** An annotation in braces names what is counted; it changes nothing. */
  #annotated(meaning: UnitMeaning): UnitMeaning {
    const annotation = /^\{[!-z|~]*\}/.exec(this.#code.slice(this.#at));
    if (annotation) this.#at += annotation[0].length;
    return meaning;
  }

  #take(character: string): boolean {
    if (this.#code[this.#at] !== character) return false;
    this.#at++;
    return true;
  }
}

function findAtom(name: string): { atom: Atom; prefix: number } | undefined {
  const atom = ATOMS.get(name);
  if (atom) return { atom, prefix: 1 };
  for (const length of [1, 2]) {
    const prefix = PREFIXES.get(name.slice(0, length));
    const prefixed = ATOMS.get(name.slice(length));
    if (prefix !== undefined && prefixed?.metric) return { atom: prefixed, prefix };
  }
  return undefined;
}

function combine(a: UnitMeaning, b: UnitMeaning, sign: number): UnitMeaning {
  return {
    factor: sign > 0 ? a.factor * b.factor : a.factor / b.factor,
    offset: 0,
    dimension: a.dimension.map((d, i) => d + sign * b.dimension[i]!),
  };
}
