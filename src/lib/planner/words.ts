/** Numbers in sentences. */
/** Three significant digits. */
export const short = (x: number): string => String(Number(x.toPrecision(3)));

/** Hours up to three days, then days. */
export const hours = (h: number): string => (Math.abs(h) < 72 ? `${short(h)} h` : `${short(h / 24)} days`);
