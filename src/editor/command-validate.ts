/** What the dialog of twin-command says about wrong settings; `true` when a setting is right. */
import type { Row } from "./table.ts";
import { isEmpty, live, numberOf, type Verdict, verdict, verdictOfRows } from "./validate.ts";

const PREFIX = "twin-command.error";

/** A number that must not be below `least`. */
export const seconds = (key: string, least: number, whole = false) =>
  verdict((node, value) => {
    const x = numberOf(value);
    return (
      (x >= least && x < Number.POSITIVE_INFINITY && (!whole || Number.isInteger(x))) || node._(`${PREFIX}.${key}`)
    );
  });

export const commandSignals = verdictOfRows((node, rows): Verdict => {
  const known = signalsOf(node.asset);
  for (const [i, row] of rows.entries()) {
    const vars = { row: i + 1, signal: String(row.signal ?? "") };
    if (!row.signal) return node._(`${PREFIX}.signalMissing`, vars);
    if (known && !known.includes(String(row.signal))) return node._(`${PREFIX}.signalUnknown`, vars);
    if (rows.findIndex((r) => r.signal === row.signal) !== i) return node._(`${PREFIX}.signalTwice`, vars);
    const [low, high] = [numberOf(row.low), numberOf(row.high)];
    if (!Number.isFinite(low) || !Number.isFinite(high)) return node._(`${PREFIX}.limitsMissing`, vars);
    if (low > high) return node._(`${PREFIX}.limitsOrder`, vars);
    for (const key of ["step", "perMinute", "tolerance"])
      if (!isEmpty(row[key]) && !(numberOf(row[key]) > 0)) return node._(`${PREFIX}.notPositive`, vars);
  }
  return true;
});

export const rules = verdictOfRows((node, rows): Verdict => {
  for (const [i, row] of rows.entries()) {
    const vars = { row: i + 1, signal: String(row.set ?? "") };
    if (isEmpty(row.when)) return node._(`${PREFIX}.whenMissing`, vars);
    if (isEmpty(row.to)) return node._(`${PREFIX}.toMissing`, vars);
    if (!commandable(node).includes(row.set)) return node._(`${PREFIX}.setUnknown`, vars);
    if (!isEmpty(row.hold) && !(numberOf(row.hold) >= 0)) return node._(`${PREFIX}.hold`, vars);
  }
  return true;
});

export const broker = verdict((node, value) =>
  live(node, "target") !== "mqtt" || (value && value !== "_ADD_") ? true : node._(`${PREFIX}.broker`),
);

export const topic = verdict((node, value) => {
  if (live(node, "target") !== "mqtt") return true;
  const text = String(value ?? "").trim();
  return (text !== "" && !/[+#]/.test(text)) || node._(`${PREFIX}.topic`);
});

export const defaultSignal = verdict(
  (node, value) =>
    isEmpty(value) || commandable(node).includes(value as Row[string]) || node._(`${PREFIX}.defaultSignal`),
);

const commandable = (node: EditorNode): Row[string][] => (node.signals ?? []).map((r: Row) => r.signal);

function signalsOf(assetId: string): string[] | undefined {
  const asset = assetId ? RED.nodes.node(assetId) : null;
  return Array.isArray(asset?.signals) ? asset.signals.map((s: { name: string }) => s.name) : undefined;
}
