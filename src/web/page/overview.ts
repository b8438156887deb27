/** All twins, ranked. */
import { clockTime, duration, el, life, say } from "./dom.ts";
import { type Summary, silentFor, URGENCY, worstOf } from "./model.ts";
import { TEXT } from "./texts.ts";

const MOST = 200;
type Key = "rul" | "health" | "name" | "state";

export interface Overview {
  node: HTMLElement;
  put(twin: Summary): void;
  clear(): void;
  close(): void;
}

export function overview(open: (twin: Summary) => void): Overview {
  const twins = new Map<string, Summary>();
  let sort: Key = "state";
  let timer = 0;
  const search = el("input", { type: "search", placeholder: TEXT.search, "aria-label": TEXT.search, input: schedule });
  const body = el("tbody");
  const note = el("p", { class: "note" });
  const heading = (key: Key | undefined, label: string) =>
    el(
      "th",
      { scope: "col" },
      key
        ? el(
            "button",
            { type: "button", class: "sort", "aria-pressed": String(key === sort), click: (e) => choose(key, e) },
            label,
          )
        : label,
    );
  const { columns } = TEXT;
  const head = el(
    "tr",
    {},
    heading("name", columns.twin),
    heading("state", columns.state),
    heading("health", columns.health),
    heading("rul", columns.rul),
    heading(undefined, columns.why),
    heading(undefined, columns.time),
  );
  const table = el("table", { class: "twins" }, el("thead", {}, head), body);
  const node = el("section", {}, el("div", { class: "tools" }, search), table, note);

  function choose(key: Key, event: Event): void {
    sort = key;
    for (const button of head.querySelectorAll("button"))
      button.setAttribute("aria-pressed", String(button === event.currentTarget));
    schedule();
  }

  function schedule(): void {
    if (!timer) timer = window.setTimeout(render, 100);
  }

  function render(): void {
    timer = 0;
    const wanted = search.value.trim().toLowerCase();
    const all = Array.from(twins.values());
    const fits = all.filter((t) => `${t.id} ${t.asset} ${t.branch}`.toLowerCase().includes(wanted)).sort(ORDER[sort]);
    const rows = fits.slice(0, MOST);
    while (body.children.length > rows.length) body.lastElementChild!.remove();
    for (const [i, twin] of rows.entries()) {
      const row = (body.children[i] as HTMLTableRowElement | undefined) ?? body.appendChild(newRow(open));
      fillRow(row, twin);
    }
    say(
      note,
      all.length === 0
        ? TEXT.none
        : fits.length === 0
          ? TEXT.noMatch
          : fits.length > MOST
            ? TEXT.more(fits.length - MOST)
            : "",
    );
  }

  render();
  // Silence is noticed by the clock, not by a message.
  const clock = window.setInterval(schedule, 5000);
  return {
    node,
    close: () => clearInterval(clock),
    put(twin) {
      twins.set(`${twin.branch}\n${twin.id}`, twin);
      schedule();
    },
    clear() {
      twins.clear();
      schedule();
    },
  };
}

const rows = new WeakMap<HTMLTableRowElement, Summary>();

function newRow(open: (twin: Summary) => void): HTMLTableRowElement {
  const row: HTMLTableRowElement = el("tr", { click: () => open(rows.get(row)!) });
  const link = el("button", { type: "button", class: "link" });
  row.append(
    el("td", {}, link, el("small")),
    el("td", { class: "state" }),
    el("td", { class: "number", "data-label": TEXT.columns.health }),
    el("td", { class: "number", "data-label": TEXT.columns.rul }),
    el("td", { class: "why" }),
    el("td", { class: "time" }),
  );
  return row;
}

type Cells = [
  name: HTMLElement,
  state: HTMLElement,
  health: HTMLElement,
  rul: HTMLElement,
  why: HTMLElement,
  time: HTMLElement,
];

function fillRow(row: HTMLTableRowElement, twin: Summary): void {
  rows.set(row, twin);
  const [name, state, health, rul, why, time] = Array.from(row.cells) as unknown as Cells;
  const { key, symbol } = worstOf(twin);
  say(name.querySelector("button")!, twin.id);
  say(
    name.querySelector("small")!,
    [
      twin.asset === twin.id ? "" : twin.asset,
      twin.branch === "live" ? (twin.simulated ? "simulated" : "") : twin.branch,
    ]
      .filter(Boolean)
      .join(" · "),
  );
  const silent = silentFor(twin, Date.now());
  say(state, silent ? TEXT.silentShort(duration(silent)) : `${symbol} ${TEXT.states[key]}`);
  row.className = silent ? "warning" : key;
  say(health, twin.health === null ? "–" : String(Math.round(twin.health)));
  say(rul, rulText(twin));
  say(why, twin.why);
  say(time, clockTime(twin.time));
}

function rulText({ rul }: Summary): string {
  if (!rul || rul.p50 === null) return "–";
  return `${life(rul.p50)} ${rul.unit} (${life(rul.p05)}–${rul.p95 === null ? "…" : life(rul.p95)})`;
}

const lifeOf = (t: Summary): number => t.rul?.p50 ?? Number.POSITIVE_INFINITY;
const byName = (a: Summary, b: Summary): number =>
  a.id.localeCompare(b.id, undefined, { numeric: true }) || a.branch.localeCompare(b.branch);
const compare = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);
const ORDER: Record<Key, (a: Summary, b: Summary) => number> = {
  name: byName,
  health: (a, b) => compare(a.health ?? 101, b.health ?? 101) || byName(a, b),
  rul: (a, b) => compare(lifeOf(a), lifeOf(b)) || byName(a, b),
  state: (a, b) =>
    compare(URGENCY[worstOf(a).key]!, URGENCY[worstOf(b).key]!) || compare(lifeOf(a), lifeOf(b)) || byName(a, b),
};
