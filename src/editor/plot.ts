/** A small line plot for dialogs, in the theme's colours: one panel per quantity, one time axis below all. */
export interface PlotLine {
  values: readonly (number | null)[];
  /** CSS class suffix: `main`, `second` or `band`. */
  style?: "main" | "second" | "limit";
  /** Shown above the panel in the line's colour, where there are several. */
  name?: string;
}

export interface PlotPanel {
  label: string;
  unit: string;
  lines: readonly PlotLine[];
  /** Ends of the axis; those of the values when missing. */
  range?: readonly [low: number, high: number];
}

/** A stretch of time, shaded through all panels. */
export interface PlotSpan {
  from: number;
  to: number;
  style: "alarm" | "sensor" | "quiet";
  /** Shown under the pointer. */
  title?: string;
}

export interface PlotOptions {
  width?: number;
  /** Height of one panel. */
  height?: number;
  /** Text for a position on the time axis. */
  time(x: number): string;
  spans?: readonly PlotSpan[];
  /** What the picture shows, for screen readers. */
  label?: string;
}

const NS = "http://www.w3.org/2000/svg";
const LEFT = 58;
const RIGHT = 10;
const TOP = 16;
const COLOURS = { main: "#3b82c4", second: "#d98324", limit: "#c4443b" } as const;
const SHADES = { alarm: ["#d9362b", 0.28], sensor: ["#8b5cf6", 0.38], quiet: ["#888888", 0.18] } as const;

export function plot(x: readonly number[], panels: readonly PlotPanel[], options: PlotOptions): SVGSVGElement {
  const { width = 560, height = 74 } = options;
  const total = panels.length * (height + TOP) + 18;
  const svg = element("svg", { viewBox: `0 0 ${width} ${total}`, width: "100%", role: "img" }) as SVGSVGElement;
  svg.style.maxWidth = `${width * 1.4}px`;
  if (options.label) svg.setAttribute("aria-label", options.label);
  const [first, last] = [x[0] ?? 0, x[x.length - 1] ?? 1];
  const across = (v: number) => LEFT + ((v - first) / (last - first || 1)) * (width - LEFT - RIGHT);
  panels.forEach((panel, i) => {
    const top = i * (height + TOP) + TOP;
    svg.append(text(LEFT, top - 4, `${panel.label}${panel.unit ? ` (${panel.unit})` : ""}`, "start"));
    svg.append(legend(panel.lines, width - RIGHT, top - 4));
    svg.append(
      element("rect", {
        x: LEFT,
        y: top,
        width: width - LEFT - RIGHT,
        height,
        fill: "none",
        stroke: "currentColor",
        "stroke-opacity": 0.25,
      }),
    );
    for (const span of options.spans ?? []) svg.append(shade(span, across, top, height));
    const [low, high] = panel.range ?? rangeOf(panel);
    const down = (v: number) => top + height - ((v - low) / (high - low)) * height;
    for (const mark of [low, high]) svg.append(text(LEFT - 5, down(mark) + (mark === low ? 0 : 9), tidy(mark), "end"));
    for (const { values, style = "main" } of panel.lines)
      svg.append(
        element("path", {
          d: pathOf(x, values, across, down),
          fill: "none",
          stroke: COLOURS[style],
          "stroke-width": 1.5,
          "stroke-dasharray": style === "limit" ? "4 3" : "",
        }),
      );
  });
  svg.append(
    text(LEFT, total - 4, options.time(first), "start"),
    text(width - RIGHT, total - 4, options.time(last), "end"),
  );
  return svg;
}

function legend(lines: readonly PlotLine[], x: number, y: number): SVGElement {
  const node = text(x, y, "", "end");
  for (const { name, style = "main" } of lines) {
    if (!name) continue;
    const part = element("tspan", { fill: COLOURS[style], dx: 10 });
    part.textContent = `— ${name}`;
    node.append(part);
  }
  return node;
}

/** Wide enough to be seen, however short it was. */
function shade(span: PlotSpan, across: (v: number) => number, y: number, height: number): SVGElement {
  const from = across(span.from);
  const [fill, opacity] = SHADES[span.style];
  const width = Math.max(span.style === "quiet" ? 0 : 2, across(span.to) - from);
  const rect = element("rect", { x: from, y, width, height, fill, "fill-opacity": opacity, "data-span": span.style });
  if (span.title) rect.append(Object.assign(element("title", {}), { textContent: span.title }));
  return rect;
}

/** With a little room; a constant gets a range of its own size. */
function rangeOf({ lines }: PlotPanel): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const { values } of lines)
    for (const v of values)
      if (v !== null) {
        low = Math.min(low, v);
        high = Math.max(high, v);
      }
  if (!(low <= high)) return [0, 1];
  const room =
    high - low > 1e-9 * Math.max(Math.abs(low), Math.abs(high)) ? 0.05 * (high - low) : Math.abs(high) * 0.1 || 1;
  return [low - room, high + room];
}

/** A gap in the values is a gap in the line. */
function pathOf(
  x: readonly number[],
  values: readonly (number | null)[],
  across: (v: number) => number,
  down: (v: number) => number,
): string {
  let d = "";
  let pen = false;
  values.forEach((v, i) => {
    if (v === null) {
      pen = false;
      return;
    }
    d += `${pen ? "L" : "M"}${across(x[i]!).toFixed(1)} ${down(v).toFixed(1)}`;
    pen = true;
  });
  return d;
}

function text(x: number, y: number, content: string, anchor: "start" | "end"): SVGElement {
  const node = element("text", { x, y, "text-anchor": anchor, "font-size": 11, fill: "currentColor" });
  node.textContent = content;
  return node;
}

function element(name: string, attributes: Record<string, string | number>): SVGElement {
  const node = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value));
  return node;
}

const tidy = (x: number): string => String(Number(x.toPrecision(3)));
