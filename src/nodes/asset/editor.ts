import { startFromModels } from "../../editor/asset-models.ts";
import { parameterTable, relationshipTable, signalTable } from "../../editor/asset-tables.ts";
import { livePageButton } from "../../editor/live-page-button.ts";
import type { Row, Table } from "../../editor/table.ts";
import { validUnit } from "../../editor/unit-picker.ts";
import { isEmpty, numberOf, type Verdict, verdict, verdictOfRows } from "../../editor/validate.ts";
import { readRecording } from "../../lib/machine/recording.ts";
import { idMatcher } from "../../lib/twin/asset.ts";
import { type AssetConfig, readAsset, type SignalConfig } from "../../lib/twin/asset-config.ts";
import { isPlainObject, isSignalName } from "../../lib/twin/envelope.ts";
import { type Observed, propose } from "../../lib/twin/propose.ts";

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
      validate: verdict((_node, v) => /^[^\s+#]{1,256}$/.test(String(v ?? "")) || text("error.idPattern")),
    },
    mimic: { value: "generic" },
    clock: { value: "wall" },
    store: { type: "twin-store", value: "", required: false },
    signals: { value: [], validate: verdictOfRows(validSignals) },
    parameters: { value: [], validate: verdictOfRows(validParameters) },
    failure: {
      value: { signal: "", threshold: "", direction: "rising", typicalLife: "" },
      validate: verdict(validFailure),
    },
    relationships: { value: [], validate: verdictOfRows(validRelationships) },
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
    startFromModels((part) => show({ ...collect(), ...part }), tell, text);
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
    $("#twin-asset-failure-signal, #twin-asset-failure-threshold, #twin-asset-failure-life").on(
      "change blur",
      markFailure,
    );
    $("#twin-asset-more").prop(
      "open",
      !isEmpty(this.store) || this.parameters?.length > 0 || this.relationships?.length > 0,
    );
    livePageButton();
  },
  oneditsave() {
    const next = collect();
    for (const key of ["signals", "parameters", "relationships"] as const)
      if (JSON.stringify(next[key]) !== JSON.stringify((this[key] ?? []).map(clean))) this[key] = next[key];
    if (JSON.stringify(next.failure) !== JSON.stringify(failureOf(this.failure))) this.failure = next.failure;
  },
});

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
  markFailure();
}

/** What the dialog says now. */
function collect(): AssetConfig {
  const value = (id: string) => String($(`#${id}`).val() ?? "").trim();
  return {
    version: 1,
    name: value("node-config-input-name"),
    idPattern: value("node-config-input-idPattern"),
    mimic: value("node-config-input-mimic") as AssetConfig["mimic"],
    clock: value("node-config-input-clock") as AssetConfig["clock"],
    store: "",
    signals: signals.get().map(clean) as unknown as SignalConfig[],
    parameters: parameters.get().map(clean) as unknown as AssetConfig["parameters"],
    failure: failureOf({
      signal: value("twin-asset-failure-signal"),
      threshold: value("twin-asset-failure-threshold"),
      direction: value("twin-asset-failure-direction") as "rising" | "falling",
      typicalLife: value("twin-asset-failure-life"),
    }),
    relationships: relationships.get().map(clean) as unknown as { name: string; target: string }[],
  };
}

/** A failure threshold with numbers where numbers were typed, so that an untouched one is equal to itself. */
function failureOf(failure: Partial<AssetConfig["failure"]> | undefined): AssetConfig["failure"] {
  const number = (v: unknown) => {
    const x = numberOf(v);
    return Number.isFinite(x) ? x : String(v ?? "");
  };
  return {
    signal: failure?.signal ?? "",
    threshold: number(failure?.threshold),
    direction: failure?.direction ?? "rising",
    typicalLife: number(failure?.typicalLife),
  };
}

/** Marks the fields of the failure threshold that are not right yet. */
function markFailure(): void {
  const { failure } = collect();
  const wrong = {
    signal: validSignal(failure, signals.get()),
    threshold: validThreshold(failure),
    life: validLife(failure),
  };
  for (const [key, result] of Object.entries(wrong))
    $(`#twin-asset-failure-${key}`)
      .toggleClass("input-error", result !== true)
      .attr("title", result === true ? "" : result);
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
    const { arrivals } = answer as { arrivals: (Observed & { id: string })[] };
    const pattern = String($("#node-config-input-idPattern").val() ?? "").trim();
    // Other machines send too: what names another twin is not this asset's.
    const mine = arrivals.filter((a) => a.id === "" || pattern === "" || idMatcher(pattern)(a.id));
    addProposals(mine, text("message.nothingArrived"));
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
function validSignals(node: EditorNode, rows: Row[]): Verdict {
  if (rows.length === 0) return text("error.noSignals");
  for (const row of rows) {
    const unit = validUnit(row?.unit);
    if (unit !== true) return `${row?.name}: ${unit}`;
  }
  return readable({ ...(node as Partial<AssetConfig>), signals: rows as unknown as SignalConfig[], parameters: [] });
}

function validParameters(_node: EditorNode, rows: Row[]): Verdict {
  for (const row of rows) {
    const unit = isEmpty(row?.unit) ? true : validUnit(row.unit);
    if (unit !== true) return `${row?.name}: ${unit}`;
  }
  return readable({
    signals: [{ name: "any", unit: "1" }],
    parameters: rows as unknown as AssetConfig["parameters"],
  });
}

function validRelationships(_node: EditorNode, rows: Row[]): Verdict {
  return rows.every((row) => !isEmpty(row?.name) && !isEmpty(row?.target)) || text("error.relationship");
}

/** What the reader of the runtime says about a part of an asset. */
function readable(config: Partial<AssetConfig>): Verdict {
  try {
    readAsset({ ...config, idPattern: "x", failure: undefined as never });
    return true;
  } catch (error) {
    return (error as Error).message;
  }
}

type Failure = AssetConfig["failure"];

function validFailure(node: EditorNode, value: unknown): Verdict {
  if (!isPlainObject(value)) return true;
  const failure = value as unknown as Failure;
  const parts = [validThreshold(failure), validLife(failure), validSignal(failure, node.signals ?? [])];
  return parts.find((part) => part !== true) ?? true;
}

/** A name must be in the table; a path such as `anomaly.health` or an expression is checked at deploy. */
const validSignal = (failure: Failure, rows: Row[]): Verdict =>
  !isSignalName(failure.signal) ||
  rows.some((row) => row.name === failure.signal) ||
  text("error.failureSignal", { signal: failure.signal });
const validThreshold = (failure: Failure): Verdict =>
  isEmpty(failure.signal) || Number.isFinite(numberOf(failure.threshold)) || text("error.threshold");
const validLife = (failure: Failure): Verdict =>
  isEmpty(failure.typicalLife) || numberOf(failure.typicalLife) > 0 || text("error.typicalLife");
