/** The machine as a plain drawing with live values: grey, colour only where something is wrong. */
import { say, svg, withUnit } from "./dom.ts";
import { type Detail, qualityOf, type SignalView } from "./model.ts";
import { TEXT } from "./texts.ts";

interface Slot {
  signal: string;
  x: number;
  y: number;
}

interface Drawing {
  width: number;
  height: number;
  parts: () => SVGElement[];
  slots: Slot[];
}

const line = (d: string, cls = "pipe") => svg("path", { d, class: cls });
const box = (x: number, y: number, w: number, h: number, component = "") =>
  svg("rect", { x, y, width: w, height: h, rx: 4, class: "part", "data-component": component });
const circle = (x: number, y: number, r: number, component = "") =>
  svg("circle", { cx: x, cy: y, r, class: "part", "data-component": component });
const word = (x: number, y: number, text: string) =>
  svg("text", { x, y, class: "word", "text-anchor": "middle" }, text);

const DRAWINGS: Record<string, Drawing> = {
  pump: {
    width: 760,
    height: 268,
    parts: () => [
      line("M130 170H330M420 150H520V40H740"),
      box(20, 60, 110, 140, "tank"),
      line("M20 105q13-8 27 0t28 0 28 0 27 0V200H20Z", "liquid"),
      word(75, 220, "tank"),
      svg("path", {
        d: "M200 152h36v36h-36zM200 152l36 36M236 152l-36 36",
        class: "part",
        "data-component": "suction",
      }),
      word(218, 210, "strainer"),
      circle(375, 170, 45, "discharge"),
      svg("path", { d: "M375 125H420V155", class: "part open" }),
      svg("path", { d: "M375 145a25 25 0 1 0 25 25", class: "thin" }),
      word(375, 236, "pump"),
      line("M420 178H455", "shaft"),
      box(455, 160, 34, 36, "bearing"),
      word(472, 214, "bearing"),
      line("M489 178H530", "shaft"),
      box(530, 150, 100, 56, "motor"),
      word(580, 224, "motor"),
      svg("path", { d: "M610 30l20 20v-20l-20 20z", class: "part", "data-component": "discharge" }),
      word(690, 30, "discharge"),
    ],
    slots: [
      { signal: "tankLevel", x: 75, y: 48 },
      { signal: "waterTemperature", x: 75, y: 140 },
      { signal: "suctionPressure", x: 270, y: 140 },
      { signal: "dischargePressure", x: 450, y: 72 },
      { signal: "flow", x: 660, y: 66 },
      { signal: "vibration", x: 472, y: 238 },
      { signal: "bearingTemperature", x: 472, y: 260 },
      { signal: "speed", x: 700, y: 168 },
      { signal: "motorCurrent", x: 700, y: 192 },
    ],
  },
  tank: {
    width: 520,
    height: 230,
    parts: () => [
      line("M40 50H200M320 190H480"),
      box(180, 30, 160, 180, "tank"),
      line("M180 110q20-10 40 0t40 0 40 0 40 0V210H180Z", "liquid"),
      svg("path", { d: "M400 178l24 24v-24l-24 24z", class: "part", "data-component": "outlet" }),
    ],
    slots: [
      { signal: "inflow", x: 100, y: 36 },
      { signal: "level", x: 260, y: 90 },
      { signal: "outflow", x: 430, y: 166 },
      { signal: "valve", x: 412, y: 222 },
    ],
  },
};

export interface Mimic {
  node: Element;
  update(detail: Detail): void;
}

/** The drawing of a machine; undefined when there is none, and tiles must do. */
export function mimic(kind: string): Mimic | undefined {
  const drawing = Object.hasOwn(DRAWINGS, kind) ? DRAWINGS[kind] : undefined;
  if (!drawing) return undefined;
  const root = svg("svg", {
    viewBox: `0 0 ${drawing.width} ${drawing.height}`,
    class: "mimic",
    role: "img",
    "aria-label": TEXT.live,
  });
  root.append(...drawing.parts());
  const slots = drawing.slots.map(({ signal, x, y }) => {
    const value = svg("text", { x, y, class: "value", "text-anchor": "middle" });
    root.append(value);
    return { signal, value };
  });
  return {
    node: root,
    update(detail) {
      const bySignal = new Map(detail.signals.map((s) => [s.name, s]));
      const wrong = wrongComponents(detail, bySignal);
      for (const { signal, value } of slots) {
        const view = bySignal.get(signal);
        if (!view) {
          say(value, "");
          continue;
        }
        const quality = qualityOf(detail.twin.status?.[signal]);
        say(value, `${withUnit(detail.twin.values[signal], view.unit)}${quality ? ` (${TEXT.quality[quality]})` : ""}`);
        value.classList.toggle("doubtful", quality !== undefined);
      }
      for (const part of root.querySelectorAll("[data-component]"))
        part.classList.toggle("abnormal", wrong.has(part.getAttribute("data-component") ?? ""));
    },
  };
}

/** Components with a large share in a standing anomaly. */
function wrongComponents(detail: Detail, signals: Map<string, SignalView>): Set<string> {
  const result = new Set<string>();
  const { anomaly } = detail.twin;
  if (!anomaly?.active) return result;
  for (const [signal, share] of Object.entries(anomaly.contributions))
    if (share > 0.2) result.add(signals.get(signal)?.component ?? "");
  if (anomaly.why.some((why) => /NPSH|cavitation/i.test(why))) result.add("suction");
  result.delete("");
  return result;
}
