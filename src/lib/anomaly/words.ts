/** Numbers for sentences. */

/**
 * A value with as many digits as a deviation of size `detail` needs (two significant digits of it), and its unit.
 * @param unit display unit; empty for none
 * @param detail size of the difference that matters; 0 writes the value as short as it is
 */
export function withUnit(value: number, unit: string, detail: number): string {
  const text = detail > 0 ? value.toFixed(decimals(detail)) : String(Number(value.toPrecision(6)));
  const shown = Number(text) === 0 ? text.replace("-", "") : text;
  return unit === "" ? shown : `${shown} ${unit}`;
}

function decimals(detail: number): number {
  return Math.max(0, Math.min(6, 1 - Math.floor(Math.log10(detail))));
}

/** A span of time for people: "40 s", "12 min", "3.5 h", "2.1 days". */
export function span(ms: number): string {
  const s = Math.max(0, ms) / 1000;
  if (s < 90) return `${Math.round(s)} s`;
  if (s < 5400) return `${Math.round(s / 60)} min`;
  if (s < 129_600) return `${Number((s / 3600).toFixed(1))} h`;
  return `${Number((s / 86_400).toFixed(1))} days`;
}

/** A display name within a sentence; a name that begins with an abbreviation stays as it is. */
export const lowerFirst = (label: string): string =>
  /^.[A-Z0-9]/.test(label) ? label : label.charAt(0).toLowerCase() + label.slice(1);
