/** The health indicator of a record with its limit, and when the limit will probably be reached. */
import type { Preview } from "../web/rul-shapes.ts";

const WIDTH = 440;
const HEIGHT = 170;
const LEFT = 46;
const RIGHT = 10;
const TOP = 10;
const BOTTOM = 22;

/** Strokes and areas, for the legend too. */
export const COLORS = { record: "#3f7fbf", limit: "#c0392b", interval: "#e08a1e" } as const;

/** @param label what the picture shows, for screen readers */
export function rulChart(preview: Preview, threshold: number, unit: string, label: string): SVGElement {
  const { points, lives, answer } = preview;
  const now = points.at(-1)![0];
  const ahead = answer ? (answer.p95 ?? answer.p50 ?? answer.p05 ?? 0) : 0;
  // The future may take at most half of the picture.
  const end = now + Math.min(ahead, Math.max(now, 1e-9)) * 1.03;
  const values = [...points.map(([, y]) => y), threshold];
  const margin = (Math.max(...values) - Math.min(...values)) * 0.06 || 1;
  const [low, high] = [Math.min(...values) - margin, Math.max(...values) + margin];
  const x = (t: number) => LEFT + (Math.min(t, end) / end) * (WIDTH - LEFT - RIGHT);
  const y = (v: number) => TOP + ((high - v) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  const ink = "var(--red-ui-primary-text-color, #333)";
  const root = element("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: "100%", role: "img", "aria-label": label });
  const add = (name: string, attributes: Record<string, string | number>, text?: string) =>
    root.append(element(name, attributes, text));
  add("path", { d: `M${LEFT} ${TOP}V${HEIGHT - BOTTOM}H${WIDTH - RIGHT}`, fill: "none", stroke: ink, opacity: 0.5 });
  if (answer && !answer.reached) {
    const from = x(now + (answer.p05 ?? ahead));
    const to = x(now + (answer.p95 ?? ahead));
    add("rect", {
      x: from,
      y: TOP,
      width: Math.max(2, to - from),
      height: HEIGHT - TOP - BOTTOM,
      fill: COLORS.interval,
      opacity: 0.25,
      class: "twin-rul-interval",
    });
    if (answer.p50 !== null)
      add("path", {
        d: `M${x(now + answer.p50)} ${TOP}V${HEIGHT - BOTTOM}`,
        stroke: COLORS.interval,
        "stroke-width": 2,
      });
  }
  for (const life of lives)
    if (life.failed) add("path", { d: `M${x(life.to)} ${TOP}V${HEIGHT - BOTTOM}`, stroke: COLORS.limit, opacity: 0.5 });
  add("path", {
    d: `M${LEFT} ${y(threshold)}H${WIDTH - RIGHT}`,
    stroke: COLORS.limit,
    "stroke-width": 1.5,
    "stroke-dasharray": "5 4",
    class: "twin-rul-limit",
  });
  const line = points.map(([t, v], i) => `${i ? "L" : "M"}${x(t).toFixed(1)} ${y(v).toFixed(1)}`).join("");
  add("path", { d: line, fill: "none", stroke: COLORS.record, "stroke-width": 1.5, class: "twin-rul-line" });
  const text = { "font-size": 11, fill: ink };
  add("text", { ...text, x: LEFT - 4, y: y(threshold) + 4, "text-anchor": "end" }, short(threshold));
  const first = points[0]![1];
  if (Math.abs(y(first) - y(threshold)) > 14)
    add("text", { ...text, x: LEFT - 4, y: y(first) + 4, "text-anchor": "end" }, short(first));
  add("text", { ...text, x: LEFT, y: HEIGHT - 6 }, "0");
  if (x(now) - LEFT > 30 && WIDTH - RIGHT - x(now) > 60)
    add("text", { ...text, x: x(now), y: HEIGHT - 6, "text-anchor": "middle" }, short(now));
  add("text", { ...text, x: WIDTH - RIGHT, y: HEIGHT - 6, "text-anchor": "end" }, `${short(end)} ${unit}`);
  return root;
}

const short = (v: number): string => String(Number(v.toPrecision(3)));

function element(name: string, attributes: Record<string, string | number>, text?: string): SVGElement {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value));
  if (text !== undefined) node.textContent = text;
  return node;
}
