/** One twin: machine drawing, trends, anomaly, remaining life, advice, events. */
import { type Act, adviceCard, anomalyCard, listCard, rulCard } from "./cards.ts";
import { bandOf, type Chart, chart, type Point } from "./chart.ts";
import { clockTime, duration, el, say, withUnit } from "./dom.ts";
import { mimic } from "./mimic.ts";
import { type Detail, qualityOf, silentFor } from "./model.ts";
import { get } from "./net.ts";
import { spectrumCard } from "./spectrum.ts";
import { TEXT } from "./texts.ts";
import { updateTiles } from "./tiles.ts";

const RANGES: Record<string, number> = {
  hour: 3_600_000,
  shift: 8 * 3_600_000,
  day: 24 * 3_600_000,
  all: Number.POSITIVE_INFINITY,
};
const HISTORY_MS = 2500;

export interface TwinView {
  node: HTMLElement;
  update(detail: Detail): void;
  /** Says what became of an action. */
  answer(text: string): void;
  close(): void;
}

export function twinView(ref: { branch: string; id: string }, act: Act): TwinView {
  const banner = el("p", { class: "banner", hidden: true });
  const when = el("p", { class: "note" });
  const picture = el("div", { class: "picture" });
  const tiles = el("div", { class: "tiles" });
  const moreTiles = el("p", { class: "note" });
  const charts = el("div", { class: "charts" });
  const rul = rulCard(act);
  const spectrum = spectrumCard(ref);
  const cards = [
    adviceCard(act),
    anomalyCard(act),
    rul,
    listCard(TEXT.events, (d) =>
      d.events.map((e) => ({
        time: e.time,
        text: e.text,
        mark: e.event === "cleared" ? "✓" : e.severity === "alarm" ? "■" : e.severity === "warning" ? "▲" : "·",
      })),
    ),
    listCard(TEXT.audit, (d) => d.audits.map((a) => ({ time: a.time, text: a.reason, mark: `${a.decision}:` }))),
  ];
  const result = el("p", { class: "answer", role: "status", hidden: true });
  const desired = el("p", { class: "note" });
  let range = "shift";
  const ranges = el("div", { class: "ranges" });
  for (const key of Object.keys(RANGES))
    ranges.append(
      el(
        "button",
        { type: "button", "aria-pressed": String(key === range), click: (event) => chooseRange(key, event) },
        TEXT.ranges[key]!,
      ),
    );
  // Nothing is offered for a twin of which nothing is known.
  const body = el("div", { class: "columns", hidden: true });
  const silence = el("p", { class: "silent", hidden: true });
  const node = el("div", {}, banner, silence, el("h1", {}, ref.id), when, result, body);
  body.append(
    el(
      "div",
      {},
      picture,
      tiles,
      moreTiles,
      desired,
      spectrum.node,
      el("h2", { class: "trends" }, TEXT.trends, " ", el("small", {}, TEXT.band)),
      ranges,
      charts,
    ),
    el("div", { class: "side" }, ...cards.map((c) => c.node)),
  );

  const drawn = new Map<string, { chart: Chart; value: HTMLElement }>();
  let machine: ReturnType<typeof mimic>;
  let latest: Detail | undefined;
  let kind = "";
  const timer = window.setInterval(() => {
    void loadHistory();
    showSilence();
  }, HISTORY_MS);

  function showSilence(): void {
    const age = latest ? silentFor(latest, Date.now()) : 0;
    silence.hidden = age === 0;
    if (age) say(silence, TEXT.silent(duration(age)));
  }

  function chooseRange(key: string, event: Event): void {
    range = key;
    for (const b of ranges.querySelectorAll("button"))
      b.setAttribute("aria-pressed", String(b === event.currentTarget));
    void loadHistory();
  }

  async function loadHistory(): Promise<void> {
    if (!latest || document.hidden) return;
    const detail = latest;
    const names = detail.signals.map((s) => s.name);
    const span = RANGES[range]!;
    const query = new URLSearchParams({ branch: ref.branch, id: ref.id, points: "240" });
    if (Number.isFinite(span)) query.set("from", String(detail.twin.time - span));
    const ask = async (signals: string[]): Promise<Record<string, Point[]>> => {
      const q = new URLSearchParams(query);
      for (const s of signals) q.append("signal", s);
      return (await get<{ series: Record<string, Point[]> }>(`history?${q}`))?.series ?? {};
    };
    const modelled = names.filter((n) => detail.twin.model && Object.hasOwn(detail.twin.model.expected, n));
    const [measured, expected, life] = await Promise.all([
      ask(names.slice(0, 40)),
      ask(modelled.slice(0, 20).flatMap((n) => [`model.expected.${n}`, `model.sd.${n}`])),
      ask(["rul.p05", "rul.p50", "rul.p95"]),
    ]).catch(() => [{}, {}, {}] as Record<string, Point[]>[]);
    for (const [name, { chart: c }] of drawn) {
      const points = measured![name] ?? [];
      if (points.length === 0) continue;
      const from = Number.isFinite(span) ? Math.max(points[0]!.time, detail.twin.time - span) : points[0]!.time;
      c.draw(
        points,
        bandOf(expected![`model.expected.${name}`] ?? [], expected![`model.sd.${name}`] ?? []),
        from,
        detail.twin.time,
      );
    }
    rul.history(life!);
  }

  function prepare(detail: Detail): void {
    const key = `${detail.mimic} ${detail.signals.map((s) => s.name).join(" ")}`;
    if (key === kind) return;
    kind = key;
    machine = mimic(detail.mimic);
    picture.replaceChildren(...(machine ? [machine.node] : []));
    drawn.clear();
    charts.replaceChildren();
    for (const signal of detail.signals) {
      const c = chart(signal.label);
      const value = el("b");
      drawn.set(signal.name, { chart: c, value });
      charts.append(el("figure", {}, el("figcaption", {}, `${signal.label} `, value), c.node));
    }
    void loadHistory();
  }

  return {
    node,
    update(detail) {
      latest = detail;
      body.hidden = false;
      prepare(detail);
      showSilence();
      banner.hidden = detail.branch === "live" && !detail.simulated;
      say(
        banner,
        [
          detail.branch === "live" ? "" : TEXT.replay(detail.branch),
          detail.branch.startsWith("replay:") ? TEXT.recorded : detail.simulated ? TEXT.simulated : "",
        ]
          .filter(Boolean)
          .join(" "),
      );
      say(
        when,
        `${detail.asset === detail.id ? "" : `${detail.asset} · `}${clockTime(detail.twin.time)} · ${TEXT.revision(detail.twin.rev ?? 0)}`,
      );
      machine?.update(detail);
      updateTiles(tiles, moreTiles, detail, machine !== undefined);
      for (const signal of detail.signals) {
        const shown = drawn.get(signal.name);
        const quality = qualityOf(detail.twin.status?.[signal.name]);
        if (shown)
          say(
            shown.value,
            `${withUnit(detail.twin.values[signal.name], signal.unit)}${quality ? ` (${TEXT.quality[quality]})` : ""}`,
          );
      }
      const delta = Object.entries(detail.twin.delta ?? {});
      const signals = new Map(detail.signals.map((s) => [s.name, s]));
      const wish = ([name, value]: [string, unknown]): string => {
        const signal = signals.get(name);
        return `${signal?.label ?? name} ${withUnit(value, signal?.unit ?? "")}`;
      };
      say(desired, delta.length ? `${TEXT.desired}: ${delta.map(wish).join(", ")}` : "");
      for (const c of cards) c.update(detail);
      spectrum.update(detail);
    },
    answer(text) {
      result.hidden = false;
      say(result, text);
    },
    close() {
      clearInterval(timer);
      spectrum.close();
    },
  };
}
