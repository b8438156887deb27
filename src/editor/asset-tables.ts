/** The tables of the asset dialog. */
import { type Column, type Row, type Table, table } from "./table.ts";

type Text = (key: string, vars?: Record<string, unknown>) => string;
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

export function signalTable(container: JQuery, text: Text): Table {
  const names = (): string[] => result.get().map((row) => String(row.name));
  const above = (low: string, high: string) => (_: unknown, row: Row) =>
    empty(row[low]) ||
    empty(row[high]) ||
    Number(row[low]) < Number(row[high]) ||
    text("error.range", { signal: row.name });
  const positive = (v: unknown): true | string => empty(v) || Number(v) > 0 || text("error.positive");
  const number = (key: string, more: Partial<Column> = {}): Column => ({
    key,
    label: text(`column.${key}`),
    type: "number",
    more: true,
    ...more,
  });
  const result = table(
    container,
    [
      {
        key: "name",
        label: text("column.name"),
        type: "text",
        width: 3,
        required: true,
        validate: (v) =>
          (NAME.test(String(v)) || text("error.name", { name: v })) === true
            ? names().filter((n) => n === v).length < 2 || text("error.twice", { name: v })
            : text("error.name", { name: v }),
      },
      { key: "unit", label: text("column.unit"), type: "unit", width: 2, required: true },
      number("normalLow", { more: false, width: 1.5, validate: above("normalLow", "normalHigh") }),
      number("normalHigh", { more: false, width: 1.5, validate: above("normalLow", "normalHigh") }),
      { key: "label", label: text("column.label"), type: "text", more: true },
      { key: "component", label: text("column.component"), type: "text", more: true },
      number("limitLow", { validate: above("limitLow", "limitHigh") }),
      number("limitHigh", { validate: above("limitLow", "limitHigh") }),
      number("maxRate", { validate: positive }),
      number("staleAfter", { validate: positive }),
    ],
    { addLabel: text("button.signal"), moreLabel: text("button.more"), newRow: { name: "", unit: "" } },
  );
  return result;
}

export const parameterTable = (container: JQuery, text: Text): Table =>
  table(
    container,
    [
      {
        key: "name",
        label: text("column.name"),
        type: "text",
        width: 2,
        required: true,
        validate: (v) => NAME.test(String(v)) || text("error.name", { name: v }),
      },
      { key: "value", label: text("column.value"), type: "number", required: true },
      { key: "unit", label: text("column.unit"), type: "unit" },
    ],
    { addLabel: text("button.parameter"), newRow: { name: "", value: "", unit: "1" } },
  );

export const relationshipTable = (container: JQuery, text: Text): Table =>
  table(
    container,
    [
      { key: "name", label: text("column.relationship"), type: "text", required: true, placeholder: "feeds" },
      {
        key: "target",
        label: text("column.target"),
        type: "text",
        width: 2,
        required: true,
        placeholder: "plant1:tank-3",
      },
    ],
    { addLabel: text("button.relationship"), newRow: { name: "", target: "" } },
  );

const empty = (v: unknown): boolean => v === "" || v === null || v === undefined;
