/** The text of a model line by line: comments fall away, and what is in brackets may go on over several lines. */

export interface Line {
  /** Without comments; continued lines are joined by one line break each. */
  code: string;
  /** Line in the text, from 1. */
  line: number;
  /** Length of each physical line in `code`. */
  lengths: number[];
}

/** @returns the lines that hold something; undefined when there are more than `most` */
export function readLines(text: string, most: number): Line[] | undefined {
  const all = text.split(/\r\n|\r|\n/).map((line) => line.split("#", 1)[0]!);
  if (all.length > most) return undefined;
  const lines: Line[] = [];
  for (let i = 0; i < all.length; i++) {
    if (all[i]!.trim() === "") continue;
    const end = bracketEnd(all, i);
    const parts = all.slice(i, end + 1);
    lines.push({ code: parts.join("\n"), line: i + 1, lengths: parts.map((part) => part.length) });
    i = end;
  }
  return lines;
}

/** The line in which every bracket is closed that is opened in line `from`; the same line when one is never closed. */
function bracketEnd(all: readonly string[], from: number): number {
  let depth = 0;
  for (let i = from; i < all.length; i++) {
    // An equation in between: a bracket was forgotten.
    if (i > from && /^\s*(?:when\b|d\w+\s*\/\s*dt\s*=|[A-Za-z_]\w*\s*=(?!=))/.test(all[i]!)) return from;
    for (const c of all[i]!) depth += c === "[" || c === "(" ? 1 : c === "]" || c === ")" ? -1 : 0;
    if (depth <= 0) return i;
  }
  return from;
}

/** Line and column of a character of `code`. */
export function place(source: Line, at: number | undefined): { line: number; position?: number } {
  if (at === undefined) return { line: source.line };
  let position = at;
  for (const [i, length] of source.lengths.entries()) {
    if (position <= length || i === source.lengths.length - 1) return { line: source.line + i, position };
    position -= length + 1;
  }
  return { line: source.line };
}
