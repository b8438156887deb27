/** A small editable table over Node-RED's editableList: one row per entry, typed cells, sentences for wrong cells. */
import { type UnitPicker, unitPicker } from "./unit-picker.ts";

export type Cell = string | number | boolean | null | undefined;
export type Row = Record<string, Cell>;

export interface Column {
  key: string;
  label: string;
  type: "text" | "number" | "unit" | "select" | "checkbox" | "expression";
  /** Choices of a select. */
  options?: { value: string; label: string }[];
  /** Share of the width; 1 by default. */
  width?: number;
  placeholder?: string;
  required?: boolean;
  /** Cells behind the row's "more" button. */
  more?: boolean;
  /** True, or a sentence. */
  validate?: (value: Cell, row: Row) => true | string;
  /** Suggestions while typing. */
  suggest?: () => string[];
}

export interface TableOptions {
  addLabel?: string;
  moreLabel?: string;
  /** Values of a row that is added by hand. */
  newRow?: Row;
  height?: number;
  onChange?: () => void;
}

export interface Table {
  get(): Row[];
  set(rows: Row[]): void;
  add(row: Row): void;
  /** True, or the first sentence about a wrong cell; wrong cells are marked. */
  validate(): true | string;
}

interface BoundRow {
  row: Row;
  read: () => Row;
  check: () => true | string;
}

let nextId = 0;

export function table(container: JQuery, columns: Column[], options: TableOptions = {}): Table {
  addStyle();
  const list = $("<ol>").appendTo(container);
  const shown = columns.filter((c) => !c.more);
  list.editableList({
    header: header(shown, shown.length < columns.length),
    addButton: options.addLabel ?? true,
    sortable: true,
    removable: true,
    height: options.height ?? "auto",
    addItem: (item: JQuery, _index: number, data: BoundRow & { row?: Row }) => {
      bindRow(item, columns, data, options);
      options.onChange?.();
    },
    removeItem: () => options.onChange?.(),
  });
  const bound = (): BoundRow[] => {
    const rows: BoundRow[] = [];
    list.editableList("items").each((_i: number, item: HTMLElement) => {
      // A removed row fades out for a moment before it is gone.
      if ($(item).closest("li").hasClass("red-ui-editableList-item-deleting")) return;
      rows.push($(item).data("data") as BoundRow);
    });
    return rows;
  };
  return {
    get: () => bound().map((b) => b.read()),
    set(rows) {
      list.editableList("empty");
      for (const row of rows) list.editableList("addItem", { row });
    },
    add: (row) => list.editableList("addItem", { row }),
    validate() {
      const results = bound().map((b) => b.check());
      return results.find((r) => r !== true) ?? true;
    },
  };
}

/** The labels above the columns; as wide as the rows, which have a handle in front and buttons behind. */
function header(columns: Column[], hasMore: boolean): JQuery {
  const row = $("<div>", { class: `twin-table-row twin-table-header${hasMore ? " twin-table-has-more" : ""}` });
  for (const c of columns) cellBox(c).text(c.label).appendTo(row);
  return row;
}

const cellBox = (c: Column): JQuery => $("<div>", { class: "twin-table-cell", style: `flex:${c.width ?? 1} 1 0` });

function bindRow(item: JQuery, columns: Column[], data: BoundRow & { row?: Row }, options: TableOptions): void {
  const row: Row = data.row ?? { ...options.newRow };
  const line = $("<div>", { class: "twin-table-row" }).appendTo(item);
  const more = $("<div>", { class: "twin-table-more" });
  const readers: [string, () => Cell][] = [];
  const checks: (() => true | string)[] = [];
  data.row = row;
  data.read = () => ({ ...row, ...Object.fromEntries(readers.map(([key, read]) => [key, read()])) });
  data.check = () => checks.map((check) => check()).find((r) => r !== true) ?? true;
  for (const column of columns) {
    const box = column.more ? labelled(column).appendTo(more) : cellBox(column).appendTo(line);
    const { input, read } = makeInput(column, row[column.key], box, options);
    readers.push([column.key, read]);
    const check = () => mark(input, checkCell(column, read(), data.read()));
    checks.push(check);
    input.on("change blur", check);
  }
  if (more.children().length) addMore(line, more, item, options);
}

/** A cell behind "more" carries its label beside it. */
function labelled(column: Column): JQuery {
  const box = $("<label>", { class: "twin-table-labelled" });
  $("<span>").text(column.label).appendTo(box);
  return box;
}

function addMore(line: JQuery, more: JQuery, item: JQuery, options: TableOptions): void {
  const label = options.moreLabel ?? "…";
  const button = $("<button>", { type: "button", class: "red-ui-button red-ui-button-small", "aria-expanded": "false" })
    .attr({ title: label, "aria-label": label })
    .html('<i class="fa fa-ellipsis-h"></i>')
    .appendTo(line);
  more.hide().appendTo(item);
  button.on("click", () => {
    more.toggle();
    button.attr("aria-expanded", String(more.is(":visible")));
  });
}

function makeInput(
  column: Column,
  value: Cell,
  box: JQuery,
  options: TableOptions,
): { input: JQuery; read: () => Cell } {
  const common = { id: `twin-table-${nextId++}`, "aria-label": column.label, placeholder: column.placeholder ?? "" };
  const changed = () => options.onChange?.();
  if (column.type === "select") {
    const input = $("<select>", common).appendTo(box).on("change", changed);
    for (const o of column.options ?? []) $("<option>", { value: o.value }).text(o.label).appendTo(input);
    input.val(String(value ?? column.options?.[0]?.value ?? ""));
    return { input, read: () => String(input.val() ?? "") };
  }
  if (column.type === "checkbox") {
    const input = $("<input>", { ...common, type: "checkbox" })
      .appendTo(box)
      .on("change", changed);
    input.prop("checked", value === true);
    return { input, read: () => input.prop("checked") === true };
  }
  const input = $("<input>", { ...common, type: "text" })
    .appendTo(box)
    .on("change", changed);
  if (column.type === "number") input.attr("inputmode", "decimal");
  if (column.type === "expression") input.css("font-family", "var(--red-ui-monospace-font, monospace)");
  if (column.type === "unit") {
    const picker: UnitPicker = unitPicker(input);
    picker.set(String(value ?? ""));
    return { input, read: () => picker.get() };
  }
  input.val(value === null || value === undefined ? "" : String(value));
  if (column.suggest) suggestions(input, column.suggest);
  // A cell that nobody touched keeps its value and its type, so that Done without a change is no change.
  const untouched = String(input.val());
  return {
    input,
    read: () => {
      const text = String(input.val() ?? "").trim();
      if (text === untouched) return value;
      return column.type === "number" ? toNumber(text) : text;
    },
  };
}

/** A number, an empty string, or the text itself when it is no number (the check says so). */
function toNumber(text: string): Cell {
  if (text === "") return "";
  const value = Number(text.replace(",", "."));
  return Number.isFinite(value) ? value : text;
}

function suggestions(input: JQuery, suggest: () => string[]): void {
  input.autoComplete({
    minLength: 0,
    search: (typed: string) =>
      suggest()
        .filter((s) => s.toLowerCase().includes(typed.trim().toLowerCase()))
        .slice(0, 20)
        .map((s) => ({ value: s, label: s })),
  });
}

function checkCell(column: Column, value: Cell, row: Row): true | string {
  const empty = value === "" || value === null || value === undefined;
  if (empty) return column.required ? `${column.label}: enter a value.` : true;
  if (column.type === "number" && typeof value === "string" && !Number.isFinite(Number(value)))
    return `${column.label}: "${value}" is not a number.`;
  return column.validate?.(value, row) ?? true;
}

function mark(input: JQuery, result: true | string): true | string {
  input.toggleClass("input-error", result !== true);
  input.attr("title", result === true ? "" : result);
  return result;
}

function addStyle(): void {
  if (document.getElementById("twin-table-style")) return;
  $("<style>", { id: "twin-table-style" })
    .text(
      `.twin-table-row{display:flex;gap:4px;align-items:center}
.twin-table-row.twin-table-header{font-size:0.85em;color:var(--red-ui-secondary-text-color);padding:2px 33px 2px 31px}
.twin-table-row.twin-table-has-more{padding-right:57px}
.twin-table-cell{min-width:0}
.twin-table-cell input[type=text],.twin-table-cell select,.twin-table-labelled input[type=text],.twin-table-labelled select{width:100% !important;box-sizing:border-box;margin:0}
.twin-table-more{display:grid;grid-template-columns:repeat(auto-fill,minmax(130px,1fr));gap:6px;padding:6px 0 2px 0;align-items:end}
.twin-table-labelled{width:auto !important;margin:0;font-size:0.85em}
.twin-table-labelled span{display:block;color:var(--red-ui-secondary-text-color)}`,
    )
    .appendTo(document.head);
}
