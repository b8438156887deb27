/** Numbers in sentences. */
/** Three significant digits. */
export const short = (x: number): string => String(Number(x.toPrecision(3)));

/** Milliseconds UTC as a date and a time of day. */
export const moment = (time: number): string => `${new Date(time).toISOString().slice(0, 16).replace("T", " ")} UTC`;

/** Hours up to three days, then days. */
export const hours = (h: number): string => (Math.abs(h) < 72 ? `${short(h)} h` : `${short(h / 24)} days`);
