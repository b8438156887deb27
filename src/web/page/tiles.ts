/** Tiles: all signals where there is no drawing of the machine, and what its model knows beside them. */
import { el, number, say, withUnit } from "./dom.ts";
import { type Detail, type QuantityView, qualityOf } from "./model.ts";
import { TEXT } from "./texts.ts";

/** A model can have hundreds of states: these many are looked at, the others are in the message. */
const MOST = 40;

export interface Tile {
  label: string;
  value: string;
  /** One standard deviation, where an estimator knows it. */
  spread: string;
  doubtful: boolean;
}

/** @param drawn true when the signals have their place in a drawing */
export function tilesOf(detail: Pick<Detail, "twin" | "signals" | "quantities">, drawn: boolean): Tile[] {
  const { twin, signals, quantities } = detail;
  const tiles: Tile[] = [];
  if (!drawn)
    for (const s of signals) {
      const quality = qualityOf(twin.status?.[s.name]);
      const value = `${withUnit(twin.values[s.name], s.unit)}${quality ? ` (${TEXT.quality[quality]})` : ""}`;
      tiles.push({ label: s.label, value, spread: "", doubtful: quality !== undefined });
    }
  const known = new Map(quantities.map((q) => [q.name, q]));
  const measured = new Set(signals.map((s) => s.name));
  const { states = {}, derived = {}, stateSd = {} } = twin.model ?? {};
  for (const [name, value] of [...Object.entries(states), ...Object.entries(derived)]) {
    const quantity = known.get(name);
    // A measured state is in the drawing or among the signals already.
    if (measured.has(name) || quantity?.same) continue;
    const sd = stateSd[name];
    tiles.push({
      label: labelOf(name, quantity),
      value: withUnit(value, quantity?.unit ?? ""),
      spread: sd === undefined ? "" : `± ${number(sd)}`,
      doubtful: false,
    });
  }
  return tiles;
}

export function updateTiles(parent: HTMLElement, more: HTMLElement, detail: Detail, drawn: boolean): void {
  const all = tilesOf(detail, drawn);
  const shown = all.slice(0, MOST);
  while (parent.children.length > shown.length) parent.lastElementChild!.remove();
  for (const [i, { label, value, spread, doubtful }] of shown.entries()) {
    const tile =
      parent.children[i] ?? parent.appendChild(el("div", { class: "tile" }, el("span"), el("b"), el("small")));
    say(tile.children[0]!, label);
    say(tile.children[1]!, value);
    say(tile.children[2]!, spread);
    tile.classList.toggle("doubtful", doubtful);
  }
  say(more, all.length > MOST ? TEXT.moreTiles(all.length - MOST) : "");
}

/** A label that somebody gave, else the name in words: `npshMargin` → `NPSH margin`. */
function labelOf(name: string, quantity: QuantityView | undefined): string {
  if (quantity && quantity.label !== name) return quantity.label;
  return name
    .replace(/_/g, " ")
    .replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`)
    .replace(/^npsh/, "NPSH")
    .replace(/^[a-z]/, (c) => c.toUpperCase());
}
