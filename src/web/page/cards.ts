/** The cards of one twin: anomaly, remaining life, advice, lists. Each knows how to bring itself up to date. */
import { type Chart, chart, type Point } from "./chart.ts";
import { clockTime, duration, el, life, number, renew, say, withUnit } from "./dom.ts";
import { type Detail, stateOf } from "./model.ts";
import { TEXT } from "./texts.ts";

export type Act = (details: Record<string, unknown>) => void;

export interface Card {
  node: HTMLElement;
  update(detail: Detail): void;
}

const card = (title: string, ...children: (Node | string)[]): HTMLElement =>
  el("section", { class: "card" }, el("h2", {}, title), ...children);
const button = (label: string, click: () => void, cls = ""): HTMLButtonElement =>
  el("button", { type: "button", class: cls, click }, label);

export function anomalyCard(act: Act): Card {
  const state = el("p", { class: "big" });
  const begun = el("p", { class: "note" });
  const health = el("meter", { min: 0, max: 100, low: 50, high: 80, optimum: 100, "aria-label": TEXT.health });
  const healthText = el("span");
  const meter = el("p", { class: "health" }, `${TEXT.health} `, health, " ", healthText);
  const why = el("ul", { class: "why" });
  const shares = el("ul", { class: "shares" });
  const acknowledge = button(TEXT.acknowledge, () => act({ action: "acknowledge" }));
  const buttons = el(
    "div",
    { class: "buttons" },
    acknowledge,
    button(TEXT.falseAlarm, () => act({ action: "false-alarm" })),
    button(TEXT.confirmed, () => act({ action: "confirmed" })),
  );
  const node = card(TEXT.anomaly, state, begun, meter, why, shares, buttons);
  return {
    node,
    update(detail) {
      const { anomaly } = detail.twin;
      state.classList.toggle("none", !anomaly);
      meter.hidden = !anomaly;
      if (!anomaly) {
        say(state, TEXT.noAnomaly);
        buttons.hidden = true;
        return;
      }
      const { key, symbol } = stateOf(detail);
      say(state, `${symbol} ${TEXT.states[key]}`);
      const standing = anomaly.since && (anomaly.active || anomaly.latched);
      say(begun, standing ? TEXT.since(clockTime(anomaly.since!)) : "");
      node.dataset.state = key;
      health.value = anomaly.health ?? 0;
      say(healthText, anomaly.health === null ? "–" : String(Math.round(anomaly.health)));
      renew(why, JSON.stringify(anomaly.why), () => anomaly.why.map((text) => el("li", {}, text)));
      const labels = new Map(detail.signals.map((s) => [s.name, s.label]));
      const parts = Object.entries(anomaly.contributions)
        .sort((a, b) => b[1] - a[1])
        .slice(0, 3)
        .filter(() => anomaly.active);
      renew(shares, JSON.stringify(parts), () =>
        parts.map(([name, share]) => el("li", {}, `${labels.get(name) ?? name} ${Math.round(share * 100)} %`)),
      );
      buttons.hidden = !(anomaly.active || anomaly.latched);
    },
  };
}

export function rulCard(act: Act): Card & { history(series: Record<string, Point[]>): void } {
  const big = el("p", { class: "big" });
  const interval = el("p");
  const probability = el("p");
  const why = el("p", { class: "note" });
  const fan: Chart = chart(TEXT.rul);
  const sure = el("div", { class: "buttons", hidden: true });
  const done = button(TEXT.maintenance, () => (sure.hidden = false));
  sure.append(
    el("span", {}, TEXT.maintenanceSure),
    button(TEXT.yes, () => {
      sure.hidden = true;
      act({ action: "maintenance" });
    }),
    button(TEXT.no, () => (sure.hidden = true)),
  );
  const node = card(TEXT.rul, big, interval, probability, why, fan.node, el("div", { class: "buttons" }, done), sure);
  return {
    node,
    update({ twin: { rul } }) {
      const known = rul && rul.p50 !== null;
      node.dataset.state = rul?.severity ?? "none";
      big.classList.toggle("none", !known);
      say(big, known ? `${life(rul.p50)} ${rul.unit}` : rul ? TEXT.unknownRul : TEXT.noRul);
      say(
        interval,
        known ? TEXT.interval(life(rul.p05), rul.p95 === null ? TEXT.beyond : `${life(rul.p95)} ${rul.unit}`) : "",
      );
      const p = rul?.failureProbability;
      say(
        probability,
        known && p && p.value !== null
          ? TEXT.probability(`${Math.round(p.value * 100)} %`, `${p.horizon} ${rul.unit}`)
          : "",
      );
      say(why, rul?.why[0] ?? "");
      fan.node.toggleAttribute("hidden", !known);
    },
    history(series) {
      const median = series["rul.p50"] ?? [];
      const low = new Map((series["rul.p05"] ?? []).map((q) => [q.time, q.value]));
      const band = (series["rul.p95"] ?? []).flatMap((q) => {
        const l = low.get(q.time);
        return typeof q.value === "number" && typeof l === "number" ? [{ time: q.time, low: l, high: q.value }] : [];
      });
      const times = median.filter((q) => typeof q.value === "number").map((q) => q.time);
      if (times.length) fan.draw(median, band, times[0]!, times.at(-1)!);
    },
  };
}

export function adviceCard(act: Act): Card {
  const list = el("div");
  const result = el("p", { class: "note", role: "status" });
  const node = card(TEXT.proposals, list, result);
  return {
    node,
    update(detail) {
      const signals = new Map(detail.signals.map((s) => [s.name, s]));
      node.dataset.state = detail.proposals.length ? "advice" : "";
      const left = (expires: number) => duration(expires - detail.twin.time);
      renew(list, JSON.stringify(detail.proposals.map((p) => p.id)), () => {
        if (detail.proposals.length === 0) return [el("p", { class: "note" }, TEXT.noProposals)];
        return detail.proposals.map((p) => {
          const signal = signals.get(p.signal);
          const unit = signal?.unit ?? "";
          return el(
            "div",
            { class: "advice" },
            el("p", { class: "big" }, TEXT.change(signal?.label ?? p.signal, number(p.was), withUnit(p.value, unit))),
            ...(p.why ?? []).map((text) => el("p", {}, text)),
            el("p", { class: "note", "data-expires": p.expires }),
            el(
              "div",
              { class: "buttons" },
              button(TEXT.accept, () => act({ action: "accept", proposal: p.id, command: p.id }), "primary"),
              button(TEXT.reject, () => act({ action: "reject", proposal: p.id, command: p.id })),
            ),
          );
        });
      });
      for (const note of list.querySelectorAll("[data-expires]"))
        say(note, TEXT.expires(left(Number(note.getAttribute("data-expires")))));
    },
  };
}

/** A list of sentences with their times, newest first. */
export function listCard(
  title: string,
  rows: (detail: Detail) => { time: number; text: string; mark: string }[],
): Card {
  const list = el("ol", { class: "log" });
  return {
    node: card(title, list),
    update(detail) {
      const all = rows(detail).slice(-20).reverse();
      renew(list, JSON.stringify(all), () =>
        all.length
          ? all.map(({ time, text, mark }) => el("li", {}, el("time", {}, clockTime(time)), ` ${mark} ${text}`))
          : [el("li", { class: "note" }, TEXT.nothing)],
      );
    },
  };
}
