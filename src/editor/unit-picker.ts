/** A text box for units: people type °C, rpm, m³/h; the UCUM code is what is stored. */
import { displayUnit, isUnit, parseUnit } from "../lib/twin/units.ts";
import { UNITS } from "../lib/twin/units-table.ts";

export interface UnitPicker {
  /** The UCUM code; what was typed when it is not a unit; "" when empty. */
  get(): string;
  set(code: string): void;
  /** True, or the sentence that says what is wrong. */
  valid(): true | string;
}

interface Proposal {
  value: string;
  label: string;
}

const NONE = "–";
const MOST = 12;

/** Turns a text input into a unit picker. Empty counts as wrong: a dimensionless signal has the unit "–". */
export function unitPicker(input: JQuery): UnitPicker {
  input.autoComplete({
    search: (typed: string, done: (proposals: Proposal[]) => void) => done(propose(typed)),
    minLength: 1,
  });
  const typed = () => String(input.val() ?? "").trim();
  const mark = () => {
    const result = typed() === "" ? undefined : parseUnit(typed());
    const problem = result && !isUnit(result) ? result.problem : "";
    input.toggleClass("input-error", problem !== "").attr("title", problem);
    return result;
  };
  input.on("change blur", () => {
    const result = mark();
    if (result && isUnit(result)) input.val(show(result.code));
  });
  input.on("input", () => input.removeClass("input-error").attr("title", ""));
  return {
    get() {
      if (typed() === "") return "";
      const result = parseUnit(typed());
      return isUnit(result) ? result.code : typed();
    },
    set(code) {
      input.val(code === "" ? "" : show(code));
      mark();
    },
    valid() {
      const result = parseUnit(typed());
      return isUnit(result) ? true : result.problem;
    },
  };
}

/** True, or a sentence: for validators of stored codes. */
export function validUnit(code: unknown): true | string {
  const result = parseUnit(String(code ?? ""));
  return isUnit(result) ? true : result.problem;
}

/** The text shown for a code; it must mean the same code when it is read again. */
function show(code: string): string {
  const display = displayUnit(code) || NONE;
  const again = parseUnit(display);
  return isUnit(again) && again.code === code ? display : code;
}

/** What was typed always comes first, since Tab and Enter take the first proposal: nothing is replaced behind one's back. */
function propose(typed: string): Proposal[] {
  const wanted = typed.trim().toLowerCase();
  const names = (row: (typeof UNITS)[number]) =>
    [row.display, row.code, ...row.names, row.quantity].map((n) => n.toLowerCase());
  const meant = parseUnit(typed.trim());
  const self = UNITS.find((row) => isUnit(meant) && row.code === meant.code);
  const first: Proposal = { value: typed.trim(), label: self ? `${typed.trim()} — ${self.quantity}` : typed.trim() };
  const others = UNITS.filter((row) => row !== self);
  const starts = others.filter((row) => names(row).some((name) => name.startsWith(wanted)));
  const contains = others.filter((row) => !starts.includes(row) && names(row).some((name) => name.includes(wanted)));
  const rows = [...starts, ...contains].slice(0, MOST);
  return [first, ...rows.map((row) => ({ value: row.display, label: `${row.display} — ${row.quantity}` }))];
}
