/**
 * Matrices as text in the MatrixMarket format (Boisvert, Pozo & Remington 1996, NISTIR 5935), as MATLAB, SciPy and Julia
 * write them: `matrix coordinate|array real|integer|pattern general|symmetric|skew-symmetric`.
 */
import { describe, TwinError } from "../../twin/envelope.ts";
import { type Dense, zeros } from "./dense.ts";

const MAX_ELEMENTS = 1e6;

/**
 * @param label what the sentence calls the matrix, for example `A`
 * @throws TwinError `E_MODEL` with a sentence that names the line
 */
export function readMatrixMarket(text: string, label: string): Dense {
  const lines = text.split(/\r\n|\r|\n/);
  const header = /^%%MatrixMarket\s+(\w+)\s+(\w+)\s+(\w+)\s+([\w-]+)\s*$/i.exec(lines[0] ?? "");
  if (!header) throw wrong(label, 1, "a MatrixMarket file begins with %%MatrixMarket matrix coordinate real general");
  const [object, format, field, symmetry] = header.slice(1).map((word) => word.toLowerCase());
  if (object !== "matrix" || !["coordinate", "array"].includes(format!))
    throw wrong(label, 1, `only "matrix coordinate" and "matrix array" can be read, not "${object} ${format}"`);
  if (!["real", "integer", "double", "pattern"].includes(field!) || (field === "pattern" && format === "array"))
    throw wrong(label, 1, `${describe(field)} numbers cannot be read, only real ones`);
  if (!["general", "symmetric", "skew-symmetric"].includes(symmetry!))
    throw wrong(label, 1, `${describe(symmetry)} matrices cannot be read`);
  const rows = lines
    .map((line, i) => ({ line: i + 1, words: line.trim().split(/\s+/) }))
    .filter(({ line, words }) => line > 1 && words[0] !== "" && !words[0]!.startsWith("%"));
  const size = rows.shift();
  if (!size) throw wrong(label, lines.length, "the line with the size is missing");
  const sparse = format === "coordinate";
  const [m, n, count] = size.words.map((word) => whole(word, label, size.line)) as [number, number, number?];
  if (size.words.length !== (sparse ? 3 : 2) || !(m > 0) || !(n > 0))
    throw wrong(label, size.line, `the size has ${sparse ? "three" : "two"} whole numbers above 0`);
  if (m * n > MAX_ELEMENTS) throw wrong(label, size.line, `${m} × ${n} is too large: reduce the model first`);
  if (symmetry !== "general" && m !== n) throw wrong(label, size.line, `a ${symmetry} matrix is square`);
  const matrix = zeros(m, n);
  const put = (i: number, j: number, value: number) => {
    matrix.a[i * n + j]! += value;
    if (i !== j && symmetry !== "general") matrix.a[j * n + i]! += symmetry === "symmetric" ? value : -value;
  };
  const places = sparse ? undefined : columnOrder(m, n, symmetry!);
  const wanted = sparse ? count! : places!.length;
  if (rows.length !== wanted)
    throw wrong(label, lines.length, `${wanted} numbers are announced, but there are ${rows.length}`);
  for (const [k, { line, words }] of rows.entries()) {
    const width = sparse ? (field === "pattern" ? 2 : 3) : 1;
    if (words.length !== width) throw wrong(label, line, `${width} numbers are expected, not ${words.length}`);
    const value = field === "pattern" ? 1 : Number(words[width - 1]!.replace(/d/i, "e"));
    if (!Number.isFinite(value)) throw wrong(label, line, `${describe(words[width - 1])} is not a number`);
    const [i, j] = sparse ? [whole(words[0]!, label, line) - 1, whole(words[1]!, label, line) - 1] : places![k]!;
    if (!(i >= 0 && i < m && j >= 0 && j < n))
      throw wrong(label, line, `element (${i + 1}, ${j + 1}) is outside of ${m} × ${n}; counting begins at 1`);
    put(i, j, value);
  }
  return matrix;
}

/** Column by column; of a symmetric matrix only the lower triangle, of a skew-symmetric one without the diagonal. */
function columnOrder(m: number, n: number, symmetry: string): [number, number][] {
  const places: [number, number][] = [];
  for (let j = 0; j < n; j++)
    for (let i = symmetry === "general" ? 0 : symmetry === "symmetric" ? j : j + 1; i < m; i++) places.push([i, j]);
  return places;
}

function whole(word: string, label: string, line: number): number {
  const value = Number(word);
  if (!Number.isInteger(value)) throw wrong(label, line, `${describe(word)} is not a whole number`);
  return value;
}

const wrong = (label: string, line: number, what: string): TwinError =>
  new TwinError("E_MODEL", `Matrix ${label}, line ${line}: ${what}.`);
