/** A small trend: measured line, expected band, normal range, in plain SVG. */
import { number, svg } from "./dom.ts";

export interface Point {
  time: number;
  value: unknown;
  status: number;
}
export interface Band {
  time: number;
  low: number;
  high: number;
}

const WIDTH = 320;
const HEIGHT = 84;
const LEFT = 44;
const BOTTOM = 14;

export interface Chart {
  node: SVGElement;
  draw(points: readonly Point[], band: readonly Band[], from: number, to: number): void;
}

export function chart(label: string): Chart {
  const band = svg("polygon", { class: "band" });
  const line = svg("path", { class: "line" });
  const middle = svg("path", { class: "middle" });
  const high = svg("text", { x: LEFT - 4, y: 10, class: "tick", "text-anchor": "end" });
  const low = svg("text", { x: LEFT - 4, y: HEIGHT - BOTTOM, class: "tick", "text-anchor": "end" });
  const start = svg("text", { x: LEFT, y: HEIGHT - 2, class: "tick" });
  const end = svg("text", { x: WIDTH, y: HEIGHT - 2, class: "tick", "text-anchor": "end" });
  const frame = svg("path", { class: "frame", d: `M${LEFT} 2V${HEIGHT - BOTTOM}H${WIDTH}` });
  const node = svg(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "chart", role: "img", "aria-label": label },
    frame,
    band,
    middle,
    line,
    high,
    low,
    start,
    end,
  );

  return {
    node,
    draw(points, bands, from, to) {
      const numbers = points.filter(
        (p): p is Point & { value: number } => typeof p.value === "number" && p.time >= from,
      );
      const shown = bands.filter((b) => b.time >= from);
      const values = [...numbers.map((p) => p.value), ...shown.flatMap((b) => [b.low, b.high])];
      if (values.length === 0) return;
      let [bottom, top] = values.reduce(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [Infinity, -Infinity]);
      const margin = (top - bottom) * 0.08 || Math.abs(top) * 0.05 || 1;
      bottom -= margin;
      top += margin;
      const x = (t: number) => LEFT + ((t - from) / Math.max(1, to - from)) * (WIDTH - LEFT);
      const y = (v: number) => 2 + ((top - v) / (top - bottom)) * (HEIGHT - BOTTOM - 2);
      const at = (t: number, v: number) => `${x(t).toFixed(1)},${y(v).toFixed(1)}`;
      line.setAttribute("d", numbers.length ? `M${numbers.map((p) => at(p.time, p.value)).join("L")}` : "");
      const edge = [...shown.map((b) => at(b.time, b.high)), ...shown.map((b) => at(b.time, b.low)).reverse()];
      band.setAttribute("points", edge.join(" "));
      high.textContent = number(top - margin);
      low.textContent = number(bottom + margin);
      const zone = { hour: "2-digit", minute: "2-digit" } as const;
      start.textContent = new Date(from).toLocaleString(
        undefined,
        to - from > 86_400_000 * 2 ? { dateStyle: "short" } : zone,
      );
      end.textContent = new Date(to).toLocaleString(
        undefined,
        to - from > 86_400_000 * 2 ? { dateStyle: "short" } : zone,
      );
    },
  };
}

/** Joins the points of the expected value and its deviation into a band of ± 2 deviations. */
export function bandOf(expected: readonly Point[], sd: readonly Point[]): Band[] {
  const deviation = new Map(sd.map((p) => [p.time, p.value]));
  let last = 0;
  return expected.flatMap((p) => {
    const s = deviation.get(p.time);
    if (typeof s === "number") last = s;
    return typeof p.value === "number" ? [{ time: p.time, low: p.value - 2 * last, high: p.value + 2 * last }] : [];
  });
}
