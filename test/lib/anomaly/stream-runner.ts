/**
 * Runs in a process of its own: continues a stream from a snapshot. Standard input: JSON { options, snapshot, rows } with rows of
 * [time, mode, ...values]; prints one JSON verdict per row.
 */
import { StreamDetector } from "../../../src/lib/anomaly/stream.ts";

let text = "";
for await (const piece of process.stdin) text += piece;
const { options, snapshot, rows } = JSON.parse(text);
const detector = new StreamDetector(options);
detector.restore(snapshot);
for (const [time, mode, ...x] of rows) {
  const values = Float64Array.from(x, (v: number | null) => v ?? Number.NaN);
  console.log(JSON.stringify(detector.update(time, values, true, mode ?? undefined)));
}
