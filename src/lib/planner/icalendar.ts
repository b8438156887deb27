/** A plan as an iCalendar text (RFC 5545), for any calendar program. */
import type { Job } from "./plan.ts";

export interface CalendarOptions {
  /** Milliseconds UTC at which the text is made. */
  now: number;
  /** Domain-like name that makes the ids of the events unique. */
  origin: string;
  summary(job: Job): string;
}

/** @returns the text with CRLF line ends, no line longer than 75 octets */
export function toICalendar(jobs: readonly Job[], { now, origin, summary }: CalendarOptions): string {
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Twinwire//node-red-digital-twin//EN",
    "CALSCALE:GREGORIAN",
    "METHOD:PUBLISH",
  ];
  for (const job of jobs)
    lines.push(
      "BEGIN:VEVENT",
      // One id per machine: a later plan moves the event instead of adding one.
      `UID:${escape(job.id)}@${origin}`,
      `DTSTAMP:${stamp(now)}`,
      // Rises with every plan, so that a program takes the newer one.
      `SEQUENCE:${Math.floor(now / 60_000) % 2 ** 31}`,
      `DTSTART:${stamp(job.start)}`,
      `DTEND:${stamp(job.end)}`,
      `SUMMARY:${escape(summary(job))}`,
      `DESCRIPTION:${escape(job.why.join("\n"))}`,
      `PRIORITY:${job.late ? 1 : job.order ? 3 : 5}`,
      "END:VEVENT",
    );
  lines.push("END:VCALENDAR", "");
  return lines.map(fold).join("\r\n");
}

const stamp = (time: number): string => `${new Date(time).toISOString().replace(/[-:]|\.\d{3}/g, "")}`;

/** TEXT values (3.3.11). */
const escape = (text: string): string =>
  text.replace(/\\/g, "\\\\").replace(/;/g, "\\;").replace(/,/g, "\\,").replace(/\r?\n/g, "\\n");

/** Content lines (3.1): at most 75 octets; a character is never cut. */
function fold(line: string): string {
  const parts: string[] = [];
  let part = "";
  let octets = 0;
  for (const char of line) {
    const size = Buffer.byteLength(char);
    if (octets + size > 75) {
      parts.push(part);
      part = " ";
      octets = 1;
    }
    part += char;
    octets += size;
  }
  parts.push(part);
  return parts.join("\r\n");
}
