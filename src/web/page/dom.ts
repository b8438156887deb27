/** Small helpers: elements without a framework. Text is always set as text, never as HTML. */
type Child = Node | string | null | undefined | false;
type Attributes = Record<string, string | number | boolean | undefined | ((event: Event) => void)>;

export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  return fill(document.createElement(tag), attributes, children);
}

export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): SVGElementTagNameMap[K] {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill<E extends Element>(element: E, attributes: Attributes, children: Child[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  for (const child of children) if (child) element.append(child);
  return element;
}

/** Sets the text only when it differs, so that screen readers and selections are left alone. */
export function say(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Replaces the children only when the key says that something changed. */
export function renew(parent: HTMLElement, key: string, make: () => Node[]): void {
  if (parent.dataset.key === key) return;
  parent.dataset.key = key;
  parent.replaceChildren(...make());
}

/** At least three digits that count: a thermal resistance of 0.00021 is not 0. */
export const number = (x: unknown): string => {
  if (typeof x !== "number") return x === null || x === undefined ? "–" : String(x);
  const size = Math.abs(x);
  if (size < 1) return String(size < 1e-12 ? 0 : Number(x.toPrecision(3)));
  const digits = size >= 1000 ? 0 : size >= 100 ? 1 : 2;
  return String(Number(x.toFixed(digits)));
};

/** A remaining life: nobody knows its hundredths. */
export const life = (x: number | null): string =>
  x === null ? "–" : String(x < 10 ? Number(x.toFixed(1)) : Math.round(x));

export const withUnit = (x: unknown, unit: string): string =>
  unit && unit !== "1" && unit !== "–" ? `${number(x)} ${unit}` : number(x);

export const clockTime = (ms: number): string =>
  ms ? new Date(ms).toLocaleString(undefined, { dateStyle: "short", timeStyle: "medium" }) : "–";

/** A length of time in words a person would use. */
export function duration(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 90) return `${s} s`;
  if (s < 5400) return `${Math.round(s / 60)} min`;
  if (s < 129_600) return `${Math.round(s / 3600)} h`;
  return `${Math.round(s / 86_400)} d`;
}
