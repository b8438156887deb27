/** One curve over the frequency, with the lines of shaft and bearing, in plain SVG. */
import type { CurveView } from "../shapes.ts";
import { number, svg } from "./dom.ts";

const LEFT = 46;
const RIGHT = 10;
const ROW = 13;
const ROWS = 3;
const BOTTOM = 20;

/** A vertical line with a word. */
export interface Line {
  frequency: number;
  label: string;
  /** The damaged part. */
  found: boolean;
}

export interface PlotOptions {
  width: number;
  height: number;
  /** What the picture shows, for screen readers. */
  label: string;
  unit: string;
  lines: readonly Line[];
  /** Where the pointer rests, in pixels from the left: kept by the caller, so that a newer curve is read at the same place. */
  hover: { at: number | null };
}

export function spectrumPlot(
  curve: CurveView,
  { width, height, label, unit, lines, hover }: PlotOptions,
): SVGSVGElement {
  const { from, step, values } = curve;
  const end = from + step * (values.length - 1);
  const first = Math.max(0, from - step / 2);
  const highest = values.reduce((a, b) => Math.max(a, b), 0) || 1;
  const top = highest * 1.04;
  const [upper, lower] = [8 + ROW * ROWS, height - BOTTOM];
  const x = (f: number) => LEFT + ((f - first) / (end - first || 1)) * (width - LEFT - RIGHT);
  const y = (v: number) => lower - (v / top) * (lower - upper);
  const root = svg("svg", {
    viewBox: `0 0 ${width} ${height}`,
    class: "spectrum-plot",
    role: "img",
    "aria-label": label,
  });
  for (const tick of ticks(0, highest, 3))
    root.append(
      svg("path", { class: "grid", d: `M${LEFT} ${y(tick).toFixed(1)}H${width - RIGHT}` }),
      svg("text", { class: "tick", x: LEFT - 5, y: y(tick) + 4, "text-anchor": "end" }, number(tick)),
    );
  for (const tick of ticks(first, end, Math.max(3, Math.floor(width / 90))))
    root.append(
      svg("path", { class: "frame", d: `M${x(tick).toFixed(1)} ${lower}v4` }),
      svg(
        "text",
        {
          class: "tick",
          x: Math.min(x(tick), width - 3.4 * number(tick).length),
          y: height - 4,
          "text-anchor": "middle",
        },
        number(tick),
      ),
    );
  root.append(
    svg("text", { class: "tick", x: 2, y: upper - 8 }, unit),
    svg("text", { class: "tick", x: 2, y: height - 4 }, "Hz"),
    ...markLines(lines, x, end, upper, lower, width),
    svg("path", { class: "frame", d: `M${LEFT} ${upper}V${lower}H${width - RIGHT}` }),
    svg("path", {
      class: "line",
      d: `M${values.map((v, i) => `${x(from + i * step).toFixed(1)},${y(v).toFixed(1)}`).join("L")}`,
    }),
  );
  addReadout(root, curve, hover, { unit, x, y, upper, lower, width });
  return root;
}

/** The lines, and as many of their words as find room above: those of the damaged part and the first harmonics before others. */
function markLines(
  lines: readonly Line[],
  x: (f: number) => number,
  end: number,
  upper: number,
  lower: number,
  width: number,
): SVGElement[] {
  const taken: [from: number, to: number][][] = Array.from({ length: ROWS }, () => []);
  const shown = lines.filter((l) => l.frequency <= end).map((line, i) => ({ line, i }));
  shown.sort(
    (a, b) => Number(b.line.found) - Number(a.line.found) || a.line.label.length - b.line.label.length || a.i - b.i,
  );
  return shown.flatMap(({ line: { frequency, label, found } }) => {
    const at = x(frequency);
    const half = label.length * 3.3 + 3;
    const middle = Math.min(width - half, Math.max(half, at));
    const row = taken.findIndex((t) => t.every(([a, b]) => middle + half < a || middle - half > b));
    if (row >= 0) taken[row]!.push([middle - half, middle + half]);
    const head = row < 0 ? upper : upper - 4 - row * ROW;
    const cls = found ? " found" : "";
    return [
      svg("path", { class: `mark${cls}`, d: `M${at.toFixed(1)} ${head}V${lower}` }),
      row >= 0 && svg("text", { class: `mark-word${cls}`, x: middle, y: head - 2, "text-anchor": "middle" }, label),
    ].filter((e) => e !== false);
  });
}

interface Place {
  unit: string;
  x: (f: number) => number;
  y: (v: number) => number;
  upper: number;
  lower: number;
  width: number;
}

/** Under pointer or finger: frequency and height of the highest point nearby. */
function addReadout(root: SVGSVGElement, curve: CurveView, hover: PlotOptions["hover"], place: Place): void {
  const { from, step, values } = curve;
  const { unit, x, y, upper, lower, width } = place;
  const hair = svg("path", { class: "hair" });
  const word = svg("text", { class: "readout", y: upper + 10 });
  root.append(hair, word);
  const reach = Math.max(1, Math.round((3 * values.length) / (width - LEFT - RIGHT)));
  const show = (): void => {
    if (hover.at === null) {
      hair.removeAttribute("d");
      word.textContent = "";
      return;
    }
    const middle = Math.round(((hover.at - LEFT) / (width - LEFT - RIGHT)) * (values.length - 1));
    let at = Math.min(values.length - 1, Math.max(0, middle));
    for (let i = Math.max(0, middle - reach); i <= Math.min(values.length - 1, middle + reach); i++)
      if (values[i]! > values[at]!) at = i;
    const f = from + at * step;
    const right = x(f) > width / 2;
    hair.setAttribute("d", `M${x(f).toFixed(1)} ${lower}V${y(values[at]!).toFixed(1)}`);
    word.setAttribute("x", String(x(f) + (right ? -6 : 6)));
    word.setAttribute("text-anchor", right ? "end" : "start");
    word.textContent = `${number(f)} Hz: ${number(values[at])} ${unit}`;
  };
  root.addEventListener("pointermove", (event) => {
    const box = root.getBoundingClientRect();
    hover.at = ((event.clientX - box.left) / box.width) * width;
    show();
  });
  root.addEventListener("pointerleave", () => {
    hover.at = null;
    show();
  });
  show();
}

/** About so many round numbers between two. */
export function ticks(low: number, high: number, count: number): number[] {
  const raw = (high - low) / Math.max(1, count);
  if (!(raw > 0)) return [low];
  const decade = 10 ** Math.floor(Math.log10(raw));
  const step = decade * ([1, 2, 5].find((m) => m * decade >= raw * 0.999) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}
