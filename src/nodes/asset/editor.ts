import { parameterTable, relationshipTable, signalTable } from "../../editor/asset-tables.ts";
import type { Row, Table } from "../../editor/table.ts";
import { validUnit } from "../../editor/unit-picker.ts";
import { readRecording } from "../../lib/machine/recording.ts";
import { type AssetConfig, readAsset, type SignalConfig } from "../../lib/twin/asset-config.ts";
import { isPlainObject } from "../../lib/twin/envelope.ts";
import { type Observed, propose } from "../../lib/twin/propose.ts";
import { TEMPLATES } from "../../lib/twin/templates.ts";

const NS = "@twinwire/node-red-digital-twin/twin-asset:twin-asset.";
const text = (key: string, vars?: Record<string, unknown>): string => RED._(NS + key, vars);

let signals: Table;
let parameters: Table;
let relationships: Table;

RED.nodes.registerType("twin-asset", {
  category: "config",
  color: "#CFCFCF",
  icon: "twin-asset.svg",
  defaults: {
    version: { value: 1 },
    name: { value: "" },
    idPattern: {
      value: "",
      required: true,
      validate: (v: unknown, _opt: unknown) => /^[^\s+#]{1,256}$/.test(String(v ?? "")) || text("error.idPattern"),
    },
    mimic: { value: "generic" },
    clock: { value: "wall" },
    store: { type: "twin-store", value: "", required: false },
    signals: { value: [], validate: validSignals },
    parameters: { value: [] },
    failure: { value: { signal: "", threshold: "", direction: "rising", typicalLife: "" }, validate: validFailure },
    relationships: { value: [] },
  },
  label() {
    return this.name || this.idPattern || "twin asset";
  },
  oneditprepare() {
    signals = signalTable($("#twin-asset-signals"), text);
    parameters = parameterTable($("#twin-asset-parameters"), text);
    relationships = relationshipTable($("#twin-asset-relationships"), text);
    show(this as Partial<AssetConfig>);
    $("#twin-asset-live").on("click", fillFromLive);
    $("#twin-asset-csv").on("click", () => $("#twin-asset-csv-file").trigger("click"));
    $("#twin-asset-csv-file").on("change", fillFromCsv);
    $("#twin-asset-template").on("change", startFrom);
    $("#twin-asset-export").on("click", () => $("#twin-asset-json").val(JSON.stringify(collect(), null, 2)));
    $("#twin-asset-import").on("click", importJson);
    $("#twin-asset-failure-signal").autoComplete({
      minLength: 0,
      search: (typed: string) =>
        signals
          .get()
          .map((row) => String(row.name))
          .filter((name) => name.toLowerCase().includes(typed.toLowerCase()))
          .map((name) => ({ value: name, label: name })),
    });
  },
  oneditsave() {
    const next = collect();
    for (const key of ["signals", "parameters", "failure", "relationships"] as const)
      if (JSON.stringify(next[key]) !== JSON.stringify(this[key] ?? empty[key])) this[key] = next[key];
  },
});

const empty = { signals: [], parameters: [], relationships: [], failure: undefined };

/** Shows tables and failure threshold; name and the like belong to Node-RED. */
function show(config: Partial<AssetConfig>): void {
  signals.set(structuredClone(config.signals ?? []) as unknown as Row[]);
  parameters.set(structuredClone(config.parameters ?? []) as unknown as Row[]);
  relationships.set(structuredClone(config.relationships ?? []) as unknown as Row[]);
  const failure = config.failure;
  $("#twin-asset-failure-signal").val(failure?.signal ?? "");
  $("#twin-asset-failure-threshold").val(String(failure?.threshold ?? ""));
  $("#twin-asset-failure-direction").val(failure?.direction ?? "rising");
  $("#twin-asset-failure-life").val(String(failure?.typicalLife ?? ""));
}

/** What the dialog says now. */
function collect(): AssetConfig {
  const value = (id: string) => String($(`#${id}`).val() ?? "").trim();
  const number = (id: string) =>
    value(id) === "" || !Number.isFinite(Number(value(id))) ? value(id) : Number(value(id));
  return {
    version: 1,
    name: value("node-config-input-name"),
    idPattern: value("node-config-input-idPattern"),
    mimic: value("node-config-input-mimic") as AssetConfig["mimic"],
    clock: value("node-config-input-clock") as AssetConfig["clock"],
    store: "",
    signals: signals.get().map(clean) as unknown as SignalConfig[],
    parameters: parameters.get() as unknown as AssetConfig["parameters"],
    failure: {
      signal: value("twin-asset-failure-signal"),
      threshold: number("twin-asset-failure-threshold"),
      direction: value("twin-asset-failure-direction") as "rising" | "falling",
      typicalLife: number("twin-asset-failure-life"),
    },
    relationships: relationships.get() as unknown as { name: string; target: string }[],
  };
}

/** A row without the cells that nobody filled, so that an untouched table is equal to itself. */
function clean(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).filter(
      ([key, v]) => key !== "check" && v !== undefined && v !== null && !(v === "" && key !== "unit"),
    ),
  );
}

function tell(sentence: string): void {
  $("#twin-asset-message").text(sentence).show();
}

function addProposals(observed: Observed[], nothing: string): void {
  const rows = propose(observed, signals.get() as unknown as SignalConfig[]);
  for (const { check: _check, ...row } of rows) signals.add(row as unknown as Row);
  if (rows.length === 0) return tell(observed.length ? text("message.allKnown") : nothing);
  tell(text("message.added", { count: rows.length }));
}

async function fillFromLive(): Promise<void> {
  try {
    const answer = await $.getJSON("twin/api/recent");
    addProposals((answer as { arrivals: Observed[] }).arrivals, text("message.nothingArrived"));
  } catch {
    tell(text("message.noAnswer"));
  }
}

async function fillFromCsv(this: HTMLElement): Promise<void> {
  const input = this as HTMLInputElement;
  const file = input.files?.[0];
  input.value = "";
  if (!file) return;
  try {
    const { samples, signals: names, units } = readRecording(await file.text(), { period: 1 });
    const observed = names.map((signal) => {
      const numbers = samples.map((s) => s.values[signal]).filter((v): v is number => typeof v === "number");
      const range = numbers.reduce(([low, high], v) => [Math.min(low, v), Math.max(high, v)] as [number, number], [
        Infinity,
        -Infinity,
      ] as [number, number]);
      return {
        signal,
        unit: units[signal] ?? "",
        min: numbers.length ? range[0] : null,
        max: numbers.length ? range[1] : null,
      };
    });
    addProposals(observed, text("message.emptyTable"));
  } catch (error) {
    tell((error as Error).message);
  }
}

function startFrom(this: HTMLElement): void {
  const template = TEMPLATES.get(String($(this).val()));
  if (!template) return;
  show({ ...collect(), ...structuredClone(template) });
  $("#node-config-input-mimic").val(template.mimic);
  $(this).val("");
  tell(text("message.template"));
}

function importJson(): void {
  try {
    const json = JSON.parse(String($("#twin-asset-json").val() ?? ""));
    if (!isPlainObject(json)) throw new Error(text("message.notAnAsset"));
    const config = { ...collect(), ...json } as AssetConfig;
    readAsset(config);
    show(config);
    for (const key of ["name", "idPattern", "mimic", "clock"] as const)
      $(`#node-config-input-${key}`).val(config[key]).trigger("change");
    tell(text("message.imported", { count: config.signals.length }));
  } catch (error) {
    tell(text("message.badJson", { reason: (error as Error).message }));
  }
}

/** Called for stored values; while the dialog is open the tables mark their own cells. */
function validSignals(this: EditorNode, rows: unknown, _opt: unknown): true | string {
  if (!Array.isArray(rows) || rows.length === 0) return text("error.noSignals");
  for (const row of rows) {
    const unit = validUnit(row?.unit);
    if (unit !== true) return `${row?.name}: ${unit}`;
  }
  try {
    readAsset({ ...(this as Partial<AssetConfig>), idPattern: "x", signals: rows, failure: undefined as never });
    return true;
  } catch (error) {
    return (error as Error).message;
  }
}

function validFailure(failure: unknown, _opt: unknown): true | string {
  if (!isPlainObject(failure) || !failure.signal) return true;
  return (failure.threshold !== "" && Number.isFinite(Number(failure.threshold))) || text("error.threshold");
}
