/**
 * What the dialog of twin-command says about wrong settings; `true` when a setting is right. Node-RED takes a string for a
 * reason only from validators with two parameters; from others it counts as true.
 */
import type { Row } from "./table.ts";

type Verdict = true | string;
const PREFIX = "twin-command.error";

/** A number that must not be below `least`. */
export function seconds(key: string, least: number, whole = false) {
  return function (this: EditorNode, value: unknown, _opt: unknown): Verdict {
    const x = parse(value);
    const good = Number.isFinite(x) && x >= least && (!whole || Number.isInteger(x));
    return good || this._(`${PREFIX}.${key}`);
  };
}

export function commandSignals(this: EditorNode, rows: Row[], _opt: unknown): Verdict {
  const known = signalsOf(this.asset);
  for (const [i, row] of (rows ?? []).entries()) {
    const vars = { row: i + 1, signal: String(row.signal ?? "") };
    if (!row.signal) return this._(`${PREFIX}.signalMissing`, vars);
    if (known && !known.includes(String(row.signal))) return this._(`${PREFIX}.signalUnknown`, vars);
    if (rows.findIndex((r) => r.signal === row.signal) !== i) return this._(`${PREFIX}.signalTwice`, vars);
    const [low, high] = [parse(row.low), parse(row.high)];
    if (!Number.isFinite(low) || !Number.isFinite(high)) return this._(`${PREFIX}.limitsMissing`, vars);
    if (low > high) return this._(`${PREFIX}.limitsOrder`, vars);
    for (const key of ["step", "perMinute", "tolerance"])
      if (!isEmpty(row[key]) && !(parse(row[key]) > 0)) return this._(`${PREFIX}.notPositive`, vars);
  }
  return true;
}

export function rules(this: EditorNode, rows: Row[], _opt: unknown): Verdict {
  const commandable = (this.signals ?? []).map((r: Row) => r.signal);
  for (const [i, row] of (rows ?? []).entries()) {
    const vars = { row: i + 1, signal: String(row.set ?? "") };
    if (isEmpty(row.when)) return this._(`${PREFIX}.whenMissing`, vars);
    if (isEmpty(row.to)) return this._(`${PREFIX}.toMissing`, vars);
    if (!commandable.includes(row.set)) return this._(`${PREFIX}.setUnknown`, vars);
    if (!isEmpty(row.hold) && !(parse(row.hold) >= 0)) return this._(`${PREFIX}.hold`, vars);
  }
  return true;
}

export function broker(this: EditorNode, value: unknown, _opt: unknown): Verdict {
  return live(this, "target") !== "mqtt" || (value && value !== "_ADD_") ? true : this._(`${PREFIX}.broker`);
}

export function topic(this: EditorNode, value: unknown, _opt: unknown): Verdict {
  if (live(this, "target") !== "mqtt") return true;
  const text = String(value ?? "").trim();
  return (text !== "" && !/[+#]/.test(text)) || this._(`${PREFIX}.topic`);
}

export function defaultSignal(this: EditorNode, value: unknown, _opt: unknown): Verdict {
  const commandable = (this.signals ?? []).map((r: Row) => r.signal);
  return isEmpty(value) || commandable.includes(value) || this._(`${PREFIX}.defaultSignal`);
}

/** The value in the open dialog of this node, or the stored one. */
function live(node: EditorNode, key: string): unknown {
  const input = $(`#node-input-${key}`);
  return input.length ? input.val() : node[key];
}

function signalsOf(assetId: string): string[] | undefined {
  const asset = assetId ? RED.nodes.node(assetId) : null;
  return Array.isArray(asset?.signals) ? asset.signals.map((s: { name: string }) => s.name) : undefined;
}

const isEmpty = (x: unknown): boolean => x === undefined || x === null || String(x).trim() === "";
const parse = (x: unknown): number => (isEmpty(x) ? Number.NaN : Number(String(x).trim().replace(",", ".")));
