/** The card with the latest spectra of a twin: read only while it is open. */
import { clockTime, el, number, renew, say, withUnit } from "./dom.ts";
import type { CurveView, Detail, SpectrumView } from "./model.ts";
import { get } from "./net.ts";
import { isDamaged, isTelling, linesOf } from "./spectrum-lines.ts";
import { spectrumPlot } from "./spectrum-plot.ts";
import { TEXT } from "./texts.ts";

const STORED = "twinwire-spectrum";
export interface SpectrumCard {
  node: HTMLElement;
  update(detail: Detail): void;
  close(): void;
}

export function spectrumCard(ref: { branch: string; id: string }): SpectrumCard {
  const list = el("div");
  const node = el(
    "details",
    { class: "card spectrum", hidden: true, open: localStorage.getItem(STORED) !== "closed" },
    el("summary", {}, el("h2", {}, TEXT.spectrum)),
    list,
  );
  const shown = new Map<string, Shown>();
  let asked = "";
  let latest: Detail | undefined;
  node.addEventListener("toggle", () => {
    localStorage.setItem(STORED, node.open ? "open" : "closed");
    asked = "";
    void load();
  });
  const resized = new ResizeObserver(() => {
    for (const one of shown.values()) one.draw();
  });
  resized.observe(node);

  async function load(): Promise<void> {
    if (!latest || latest.spectra === 0 || !node.open || document.hidden) return;
    const revision = `${latest.twin.rev} ${latest.twin.time}`;
    if (revision === asked) return;
    asked = revision;
    const query = new URLSearchParams({ branch: ref.branch, id: ref.id });
    for (const id of shown.keys()) query.append("have", id);
    const answer = await get<{ spectra: (SpectrumView | { id: string })[] }>(`spectrum?${query}`).catch(
      () => undefined,
    );
    if (!answer) {
      asked = "";
      return;
    }
    take(answer.spectra);
  }

  function take(spectra: (SpectrumView | { id: string })[]): void {
    const before = new Map(shown);
    const parts = Array.from(before.values());
    shown.clear();
    for (const [i, view] of spectra.entries()) {
      const known = before.get(view.id);
      if (known) shown.set(view.id, known);
      else if ("curves" in view) {
        // What was chosen stays chosen: the next spectrum of the same node takes the place of the last one.
        const one = parts[i] ?? newShown();
        one.show(view);
        shown.set(view.id, one);
      }
    }
    const nodes = Array.from(shown.values(), (one) => one.node);
    if (nodes.length !== list.children.length || nodes.some((n, i) => list.children[i] !== n))
      list.replaceChildren(...(nodes.length ? nodes : [el("p", { class: "note" }, TEXT.noSpectrum)]));
    else if (nodes.length === 0) list.replaceChildren(el("p", { class: "note" }, TEXT.noSpectrum));
    for (const one of shown.values()) one.draw();
  }

  return {
    node,
    update(detail) {
      latest = detail;
      node.hidden = detail.spectra === 0;
      void load();
    },
    close: () => resized.disconnect(),
  };
}

interface Shown {
  node: HTMLElement;
  show(view: SpectrumView): void;
  draw(): void;
}

/** One spectrum: what it says in words, the amplitude, the envelope, what can be marked, the features. */
function newShown(): Shown {
  const state = el("p", { class: "big" });
  const about = el("p", { class: "note" });
  const why = el("ul", { class: "why" });
  const choice = el("div", { class: "ranges" });
  const amplitude = el("div");
  const marks = el("div", { class: "ranges marks" });
  const envelope = el("div");
  const features = el("dl", { class: "features" });
  const node = el("div", {}, state, about, why, choice, amplitude, marks, envelope, features);
  let view: SpectrumView | undefined;
  let curve: "velocity" | "amplitude" = "velocity";
  /** Parts that were switched by hand. */
  const switched = new Map<string, boolean>();
  const chips = new Map<string, HTMLButtonElement>();
  const hovers = { upper: { at: null }, envelope: { at: null } };

  const isMarked = (v: SpectrumView, part: string): boolean => switched.get(part) ?? isTelling(v, part);

  function draw(): void {
    const width = Math.round(node.clientWidth);
    if (!view || width < 50) return;
    const v = view;
    const { velocity, amplitude: own, envelope: squared } = v.curves;
    const chosen = curve === "velocity" && velocity ? "velocity" : "amplitude";
    amplitude.replaceChildren(
      figure(
        v,
        chosen,
        velocity && chosen === "velocity" ? velocity : own,
        width,
        (part) => part === "shaft" && isMarked(v, part),
      ),
    );
    envelope.replaceChildren(...(squared ? [figure(v, "envelope", squared, width, (part) => isMarked(v, part))] : []));
  }

  function figure(
    v: SpectrumView,
    kind: "velocity" | "amplitude" | "envelope",
    data: CurveView,
    width: number,
    parts: (part: string) => boolean,
  ): HTMLElement {
    const unit = kind === "envelope" ? TEXT.overNoise : data.unit;
    const label = `${TEXT.curves[kind]}, ${unit}`;
    const height = Math.round(Math.min(230, Math.max(170, width * 0.3)));
    return el(
      "div",
      { "data-curve": kind },
      el("p", { class: "note" }, el("b", {}, TEXT.curves[kind]), ` ${TEXT.curveNote[kind]}`),
      spectrumPlot(data, {
        width,
        height,
        label,
        unit,
        lines: linesOf(v, parts),
        hover: hovers[kind === "envelope" ? kind : "upper"],
      }),
    );
  }

  /** Buttons stay the same while they are pressed: a new spectrum only changes what they say. */
  function choices(v: SpectrumView): void {
    const kinds = v.curves.velocity ? (["velocity", "amplitude"] as const) : [];
    renew(choice, `${kinds} ${curve} ${v.curves.amplitude.unit}`, () =>
      kinds.map((kind) => {
        const text = kind === "amplitude" ? `${TEXT.curves.amplitude} (${v.curves.amplitude.unit})` : TEXT.curves[kind];
        return pressable(text, kind === curve, () => {
          curve = kind;
          choices(view!);
          draw();
        });
      }),
    );
    for (const { part, symbol, frequency, evidence } of v.marks) {
      const chip = chips.get(part) ?? newChip(part);
      const found = evidence === null ? "" : `, ${TEXT.evidence(number(evidence))}`;
      say(chip, `${symbol} ${TEXT.marks[part] ?? part} ${number(frequency)} Hz${found}`);
      chip.setAttribute("aria-pressed", String(isMarked(v, part)));
      chip.classList.toggle("found", part === v.verdict);
    }
    renew(marks, v.marks.map((m) => m.part).join(), () => v.marks.map((m) => chips.get(m.part)!));
  }

  function newChip(part: string): HTMLButtonElement {
    const chip = pressable("", false, () => {
      switched.set(part, !isMarked(view!, part));
      choices(view!);
      draw();
    });
    chips.set(part, chip);
    return chip;
  }

  return {
    node,
    draw,
    show(next) {
      view = next;
      const damaged = isDamaged(next);
      node.dataset.state = next.zone === "D" ? "alarm" : next.zone === "C" || damaged ? "warning" : "normal";
      const symbol = { alarm: "■", warning: "▲", normal: "○" }[node.dataset.state];
      const words = [next.zone ? TEXT.zone(next.zone) : "", next.verdict ? TEXT.verdict(next.verdict) : ""].filter(
        Boolean,
      );
      say(state, words.length ? `${symbol} ${words.join(", ")}` : TEXT.noZone);
      say(
        about,
        TEXT.spectrumOf(
          next.label,
          next.n,
          next.fs >= 1000 ? `${number(next.fs / 1000)} kHz` : `${number(next.fs)} Hz`,
          next.rpm === null ? "" : number(next.rpm),
          clockTime(next.time),
        ),
      );
      why.replaceChildren(...next.why.map((text) => el("li", {}, text)));
      features.replaceChildren(
        ...next.features
          .filter(({ name }) => TEXT.features[name])
          .map(({ name, value, unit }) =>
            el("div", {}, el("dt", {}, TEXT.features[name]!), el("dd", {}, withUnit(value, unit))),
          ),
      );
      choices(next);
    },
  };
}

const pressable = (text: string, pressed: boolean, click: () => void): HTMLButtonElement =>
  el("button", { type: "button", "aria-pressed": String(pressed), click }, text);
