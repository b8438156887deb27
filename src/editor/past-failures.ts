/** A CSV of past failures: `unit,life`, or histories `unit,time,…` of which the last row of each unit is its failure. */

export interface PastFailureRow {
  [key: string]: string | number;
  unit: string;
  life: number;
}

/** @returns undefined when the text is no such table */
export function readPastFailures(text: string): PastFailureRow[] | undefined {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  const separator = lines[0]?.includes(";") ? ";" : lines[0]?.includes("\t") ? "\t" : ",";
  const rows = lines.map((line) => line.split(separator).map((cell) => cell.trim().replace(/^"(.*)"$/, "$1")));
  const head = rows[0]?.map((name) => name.toLowerCase()) ?? [];
  const column = (...names: string[]) => head.findIndex((name) => names.includes(name));
  const unit = column("unit", "machine", "id", "asset");
  const life = column("life", "lifetime");
  const time = column("time", "cycle", "cycles", "hours", "h", "age", "t");
  if (rows.length < 2 || unit < 0 || (life < 0 && time < 0)) return undefined;
  const number = (cell: string | undefined) =>
    cell === undefined || cell === "" ? Number.NaN : Number(separator === "," ? cell : cell.replace(",", "."));
  const lives = new Map<string, { first: number; last: number }>();
  for (const row of rows.slice(1)) {
    const value = number(row[life >= 0 ? life : time]);
    if (!Number.isFinite(value)) continue;
    const known = lives.get(row[unit]!);
    if (life >= 0) lives.set(row[unit]!, { first: 0, last: value });
    else lives.set(row[unit]!, { first: known?.first ?? value, last: value });
  }
  const found = Array.from(lives, ([name, { first, last }]) => ({
    unit: name,
    life: Number((last - first).toPrecision(6)),
  }));
  return found.filter((row) => row.life > 0);
}
