/** Source timestamps as machines write them. */
import { isTime } from "../twin/envelope.ts";

const TEN_YEARS = 10 * 365.25 * 86_400_000;
const DAY = 86_400_000;
/** Milliseconds per unit of a bare number: ms, s, µs, ns. */
const SCALES = [1, 1000, 1e-3, 1e-6];
const ISO = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d([.,]\d{1,9})?)?)?\s*(Z|[+-]\d\d:?\d\d)?$/i;

/**
 * Milliseconds UTC from a number, a numeric text, an ISO 8601 text or a Date. ISO text without a zone is UTC.
 * On a wall clock (`now` given) a bare number may also count seconds, micro- or nanoseconds: the scale is taken that puts
 * it within ten years of now. Without `now` a number is milliseconds.
 * @returns undefined when it is no time.
 */
export function readTime(raw: unknown, now?: number): number | undefined {
  if (raw instanceof Date) return isTime(raw.getTime()) ? raw.getTime() : undefined;
  if (typeof raw === "number") return fromNumber(raw, now);
  if (typeof raw !== "string" || raw.length > 40) return undefined;
  const text = raw.trim();
  if (/^\d{1,19}(\.\d+)?$/.test(text) && text.length > 4) return fromNumber(Number(text), now);
  const match = ISO.exec(text);
  if (!match) return undefined;
  const date = text.replace(" ", "T").replace(",", ".").replace(/\s/g, "");
  const time = Date.parse(match[4] || !match[1] ? date : `${date}Z`);
  return isTime(time) ? time : undefined;
}

function fromNumber(raw: number, now: number | undefined): number | undefined {
  if (!Number.isFinite(raw)) return undefined;
  if (now !== undefined)
    for (const scale of SCALES) {
      const time = raw * scale;
      if (time >= now - TEN_YEARS && time <= now + DAY) return scale === 1 ? time : Math.round(time);
    }
  return isTime(raw) ? raw + 0 : undefined; // + 0: JSON knows no −0
}
