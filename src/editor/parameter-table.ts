/** The numbers of a model in the dialog: one row per parameter or state that the equations need, filled in by themselves. */

import { displayUnit, isUnit, parseUnit } from "../lib/twin/units.ts";
import type { Row } from "./table.ts";

export interface Quantity {
  name: string;
  /** Value that counts while the cell is empty. */
  standard: number | undefined;
  /** UCUM code when it is given by a preset; undefined when the technician writes it. */
  unit: string | undefined;
  meaning: string;
}

export interface ParameterTable {
  /** Shows a row for each quantity; what was typed for others is kept until Done. */
  show(quantities: Quantity[]): void;
  /** Writes the standard values into the empty cells, as own values. */
  adopt(): void;
  /** Rows in which something was typed, of the quantities shown; in the saved order first. */
  get(): Row[];
}

export function parameterTable(node: EditorNode, container: JQuery, saved: Row[]): ParameterTable {
  const text = (key: string) => node._(`twin-physics.${key}`);
  const typed = new Map<string, { value: string; unit: string; original: Row | undefined }>();
  for (const row of saved)
    typed.set(String(row.name), { value: String(row.value ?? ""), unit: String(row.unit ?? ""), original: row });
  let shown: Quantity[] | undefined;

  const cell = (name: string) => {
    let entry = typed.get(name);
    if (!entry) typed.set(name, (entry = { value: "", unit: "", original: undefined }));
    return entry;
  };

  function show(quantities: Quantity[]): void {
    if (shown && JSON.stringify(shown) === JSON.stringify(quantities)) return;
    shown = quantities;
    container.empty();
    if (quantities.length === 0) return;
    const body = $("<tbody>");
    for (const q of quantities) body.append(line(q));
    const head = $("<tr>");
    for (const key of ["name", "value", "unit", "meaning"])
      $("<th>", {
        style: "text-align:left;font-weight:normal;color:var(--red-ui-secondary-text-color);padding:2px 6px 2px 0",
      })
        .text(text(`column.${key}`))
        .appendTo(head);
    $("<table>", { style: "width:100%;border-collapse:collapse" })
      .append($("<thead>").append(head), body)
      .appendTo(container);
  }

  function line(q: Quantity): JQuery {
    const entry = cell(q.name);
    const pad = "padding:1px 6px 1px 0";
    const value = $("<input>", { type: "text", inputmode: "decimal", style: "width:120px;margin:0" })
      .attr({
        "aria-label": `${q.name}, ${text("column.value")}`,
        placeholder: q.standard === undefined ? "" : tidy(q.standard),
      })
      .val(entry.value)
      .on("input change", () => {
        entry.value = String(value.val() ?? "").trim();
        mark();
      });
    const mark = () => {
      const wrong = entry.value !== "" && !Number.isFinite(toNumber(entry.value));
      value.toggleClass("input-error", wrong || (entry.value === "" && q.standard === undefined));
    };
    mark();
    const unit =
      q.unit === undefined ? unitInput(q, entry) : $("<span>").text(q.unit === "1" ? "–" : displayUnit(q.unit));
    return $("<tr>").append(
      $("<td>", { style: `${pad};font-family:var(--red-ui-monospace-font)` }).text(q.name),
      $("<td>", { style: pad }).append(value),
      $("<td>", { style: `${pad};white-space:nowrap` }).append(unit),
      $("<td>", { style: `${pad};line-height:1.2;font-size:0.9em;color:var(--red-ui-secondary-text-color)` }).text(
        q.meaning,
      ),
    );
  }

  function unitInput(q: Quantity, entry: { unit: string }): JQuery {
    const input = $("<input>", {
      type: "text",
      style: "width:80px;margin:0",
      "aria-label": `${q.name}, ${text("column.unit")}`,
    })
      .val(entry.unit === "" ? "" : displayUnit(entry.unit))
      .on("input change", () => {
        const read = parseUnit(String(input.val() ?? "").trim());
        // What is no known unit is kept as a note: equations of one's own are not converted.
        entry.unit = isUnit(read) ? read.code : String(input.val() ?? "").trim();
      });
    return input;
  }

  return {
    show,
    adopt() {
      for (const q of shown ?? []) {
        const entry = cell(q.name);
        if (entry.value === "" && q.standard !== undefined) entry.value = String(q.standard);
        if (entry.unit === "" && q.unit !== undefined) entry.unit = q.unit;
      }
      shown = undefined;
    },
    get() {
      const names = new Set(shown?.map((q) => q.name) ?? typed.keys());
      return Array.from(typed)
        .filter(([name, entry]) => names.has(name) && (entry.value !== "" || entry.unit !== ""))
        .map(([name, entry]) => row(name, entry));
    },
  };
}

/** A row that nobody touched keeps its types, so that Done without a change is no change. */
function row(name: string, entry: { value: string; unit: string; original: Row | undefined }): Row {
  const { original } = entry;
  if (original && String(original.value ?? "") === entry.value && String(original.unit ?? "") === entry.unit)
    return original;
  const number = toNumber(entry.value);
  return { name, value: entry.value === "" || !Number.isFinite(number) ? entry.value : number, unit: entry.unit };
}

const toNumber = (text: string): number => Number(text.replace(",", "."));
const tidy = (value: number): string => String(Number(value.toPrecision(6)));
