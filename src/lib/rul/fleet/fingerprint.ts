/** Tells two sets of training data apart. */
import { createHash } from "node:crypto";
import type { FleetTable } from "./table.ts";

/** SHA-256 of names, times and values, hexadecimal. */
export function fingerprintOf({ signals, units }: FleetTable): string {
  const hash = createHash("sha256").update(JSON.stringify(signals));
  for (const { id, time, values } of units) {
    hash.update(JSON.stringify(id));
    for (const array of [time, values]) hash.update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  }
  return hash.digest("hex");
}
