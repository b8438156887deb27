/** The dialog of twin-physics: equations with their live check, numbers of the model, mapped outputs. */
import type { CheckResult } from "../lib/physics/check.ts";
import type { PresetFile } from "../lib/physics/presets/file.ts";
import { type NumberRow, withNumbers } from "../lib/physics/presets/make.ts";
import type { Preset } from "../lib/physics/presets/preset.ts";
import { unitsOf } from "../lib/physics/presets/units.ts";
import { assetSignals } from "./asset-select.ts";
import { markProblems } from "./mark-problems.ts";
import { openNewAsset } from "./new-asset.ts";
import { parameterTable, type Quantity } from "./parameter-table.ts";
import { physicsCalibration } from "./physics-calibration.ts";
import { sayVerdict, type Text } from "./physics-check.ts";
import { openEstimate } from "./physics-estimate.ts";
import { reducedDialog } from "./physics-files.ts";
import { physicsPreview } from "./physics-preview.ts";
import { presetPicker } from "./preset-picker.ts";
import { ownPreset, presetSaving } from "./preset-save.ts";
import { type Row, type Table, table } from "./table.ts";

export interface PhysicsDialog {
  save(): void;
  close(): void;
}

/** The part of the dialog that Node-RED does not fill by itself: equations, their check, numbers, outputs. */
export function openPhysicsDialog(node: EditorNode): PhysicsDialog {
  let own = String(node.equations ?? "");
  /** Units of a preset that was copied: its equations run in SI. */
  let copied: Row[] | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let request = 0;
  let open = true;
  // What an older node does not say must not change when its dialog is closed.
  if (node.estimate === undefined) $("#node-input-estimate").val("follow");
  for (const key of ["correct", "correction"])
    if (node[key] === undefined) $(`#node-input-${key}`).prop("checked", true);
  const picker = presetPicker(
    $("#node-input-preset"),
    { preset: String(node.preset ?? ""), copy: node.presetCopy ?? null },
    () => open && show(),
  );
  const preset = picker.chosen;
  const isOwn = () => $("#node-input-preset").val() === "own";
  const signals = () => assetSignals(String($("#node-input-asset").val() ?? ""));
  const editor = RED.editor.createEditor({ id: "twin-physics-equations", mode: "ace/mode/text", value: "" });
  // Monaco only: long equations are read, not scrolled.
  editor.updateOptions?.({ wordWrap: "on", minimap: { enabled: false } });
  const numbers = parameterTable(node, $("#twin-physics-parameters"), node.parameters ?? []);
  const outputs = outputsTable(
    node,
    () => lastGood,
    signals,
    () => check(),
  );
  let lastGood: Extract<CheckResult, { ok: true }> | undefined;
  outputs.set(node.predictions ?? []);
  const text: Text = (key, vars) => node._(`twin-physics.${key}`, vars);
  const reduced = reducedDialog(node, signals, text);
  const estimate = openEstimate(
    node,
    {
      parameters: () =>
        preset()
          ?.parameters.filter((p) => !p.constant)
          .map((p) => p.name) ??
        lastGood?.parameters ??
        [],
      outputs: () => lastGood?.outputs ?? [],
      states: () => lastGood?.states ?? [],
      inputs: () => lastGood?.inputs ?? [],
    },
    text,
  );
  const chosenAsset = () => RED.nodes.node(String($("#node-input-asset").val() ?? ""));
  const trial = physicsPreview(typedConfig, () => assetRows(chosenAsset()), text);
  const calibration = physicsCalibration(node, () => String(chosenAsset()?.idPattern ?? "*"), unsaved, text);

  const saving = presetSaving($("#twin-physics-save"), presetFile, picker.reload, text);

  /** The model in the dialog as the file of a preset. */
  function presetFile(title: string): PresetFile | string {
    const file = picker.file();
    if (file) return withNumbers(file, title, numbers.get() as unknown as NumberRow[]);
    if (!$("#node-input-checkUnits").prop("checked")) return text("save.units");
    if (!lastGood?.units) return text("save.check");
    const { equations, parameters, predictions } = typedConfig();
    return ownPreset(title, equations, lastGood, typedUnits(), parameters, predictions, chosenAsset());
  }

  /** Whether what a calibration depends on differs from what the node has. */
  function unsaved(): boolean {
    const { preset, presetCopy, equations, parameters, predictions } = typedConfig();
    const now: Record<string, unknown> = {
      preset,
      presetCopy,
      parameters,
      predictions,
      ...reduced.get(),
      ...estimate.get(),
    };
    if (isOwn()) now.equations = equations;
    now.estimate = $("#node-input-estimate").val();
    now.correction = $("#node-input-correction").prop("checked");
    // What a node lacks, it means as the dialog shows it; empty tables are left out.
    const differs = (key: string) => JSON.stringify(now[key]) !== JSON.stringify(node[key] ?? empty(now[key]));
    return Object.keys(now).some(differs);
  }

  /** What the dialog would store now. */
  function typedConfig() {
    const field = (key: string) => $(`#node-input-${key}`).val();
    return {
      preset: field("preset"),
      presetCopy: picker.copy(),
      equations: isOwn() ? String(editor.getValue()) : "",
      parameters: numbers.get(),
      predictions: outputs.get(),
      checkUnits: isOwn() && $("#node-input-checkUnits").prop("checked"),
      units: copied ?? node.units ?? [],
      maxGap: field("maxGap"),
      ...reduced.get(),
    };
  }

  function show(): void {
    const chosen = preset();
    const isReduced = $("#node-input-preset").val() === "reduced";
    $("#twin-physics-model").toggle(isOwn() || chosen !== undefined);
    $("#twin-physics-reduced").toggle(isReduced);
    $("#twin-physics-trial").toggle(isReduced || isOwn() || chosen !== undefined);
    $("#twin-physics-unitCheck").toggle(isOwn());
    $("#twin-physics-about").text(chosen ? about(chosen, text) : "");
    $("#twin-physics-copy").toggle(chosen !== undefined);
    $("#twin-physics-help").toggle(isOwn());
    $("#twin-physics-newAsset").toggle(chosen !== undefined && lacks(chosen, signals()));
    editor.setReadOnly(!isOwn());
    const equations = isOwn() ? own : (chosen?.equations ?? "");
    if (editor.getValue() !== equations) editor.setValue(equations, -1);
    if (isReduced) reduced.check();
    $("#node-input-follow").attr("placeholder", chosen?.follow || node._("twin-physics.tip.follow"));
    $("#node-input-settle").attr("placeholder", chosen?.settle ?? 0);
    if (chosen) showPresetNumbers();
    check();
  }

  function showPresetNumbers(): void {
    const chosen = preset();
    if (!chosen) return;
    const units = unitsOf(chosen);
    numbers.show([
      ...chosen.parameters.map(
        (p): Quantity => ({ name: p.name, standard: assetValue(p.name) ?? p.value, unit: p.unit, meaning: p.label }),
      ),
      ...Object.entries(chosen.initial).map(
        ([name, value]): Quantity => ({
          name,
          standard: value,
          unit: units.get(name),
          meaning: node._("twin-physics.role.state"),
        }),
      ),
    ]);
  }

  /** An asset's parameter of equal name goes before the preset's value. */
  function assetValue(name: string): number | undefined {
    const asset = RED.nodes.node(String($("#node-input-asset").val() ?? ""));
    const row = (asset?.parameters ?? []).find((p: Row) => p.name === name);
    return row && row.value !== "" && Number.isFinite(Number(row.value)) ? Number(row.value) : undefined;
  }

  function check(): void {
    clearTimeout(timer);
    if (!open || !(isOwn() || preset())) return;
    timer = setTimeout(ask, 350);
  }

  function ask(): void {
    const mine = ++request;
    const map = outputs.get();
    const units = isOwn() && $("#node-input-checkUnits").prop("checked") ? typedUnits() : undefined;
    const body = {
      equations: String(editor.getValue()),
      signals: signals().map((s) => s.name),
      predictions: map,
      ...(units && { units }),
    };
    $.ajax({
      url: "twin/api/equations",
      method: "POST",
      contentType: "application/json",
      data: JSON.stringify(body),
    })
      .done((result: CheckResult) => mine === request && open && answer(result))
      .fail((xhr: { statusText?: string }) => {
        if (mine === request && open) say(node._("twin-physics.tip.unchecked", { reason: xhr.statusText ?? "" }), true);
      });
  }

  /** Units of everything that has one: signals from the asset, numbers from the table, the rest as it was copied. */
  function typedUnits(): Record<string, string> {
    const rows = [...((copied ?? node.units ?? []) as Row[]), ...numbers.get(), ...(signals() as unknown as Row[])];
    return Object.fromEntries(rows.filter((r) => r.unit).map((r) => [String(r.name), String(r.unit)]));
  }

  function answer(result: CheckResult): void {
    const problems = result.ok ? (result.units?.problems ?? []) : result.problems;
    markProblems(editor, problems);
    const [first] = problems;
    if (result.ok) lastGood = result;
    if (result.ok && isOwn()) showOwnNumbers(result);
    if (first) return say(node._("twin-physics.tip.line", { line: first.line, message: first.message }), true);
    if (!result.ok) return;
    const lacking = missingSignals(result.parameters);
    if (lacking.length > 0) return say(node._("twin-physics.tip.lacking", { signals: lacking.join(", ") }), true);
    if (result.mapping) return say(result.mapping, true);
    if (result.outputs.length === 0) return say(node._("twin-physics.tip.none"), true);
    const list = (names: string[]) => names.join(", ") || node._("twin-physics.tip.nothing");
    const fine = node._("twin-physics.tip.fine", { outputs: list(result.outputs), inputs: list(result.inputs) });
    say([fine, unitWords(result)].join(" "), false);
  }

  /** Declared units with the SI in which the model runs, and those that the equations tell. */
  function unitWords({ units }: Extract<CheckResult, { ok: true }>): string {
    if (!units) return "";
    const declared = Object.entries(units.declared).map(([name, u]) =>
      u.display === u.si ? `${name} ${u.si || "–"}` : `${name} ${u.display} → ${u.si}`,
    );
    const inferred = Object.entries(units.inferred).map(([name, u]) => `${name} ${u.display || "–"}`);
    return node._("twin-physics.tip.units", { units: [...declared, ...inferred].join(", ") });
  }

  /** A preset's names that are neither its own numbers nor signals of the asset. */
  function missingSignals(names: string[]): string[] {
    const chosen = preset();
    if (!chosen) return [];
    const own = new Set([...chosen.parameters.map((p) => p.name), ...Object.keys(chosen.fallback)]);
    return names.filter((name) => !own.has(name));
  }

  function showOwnNumbers(result: Extract<CheckResult, { ok: true }>): void {
    const role = (key: string) => node._(`twin-physics.role.${key}`);
    numbers.show([
      ...result.parameters.map(
        (name): Quantity => ({ name, standard: assetValue(name), unit: undefined, meaning: role("parameter") }),
      ),
      ...result.states.map(
        (name): Quantity => ({ name, standard: assetValue(name) ?? 0, unit: undefined, meaning: role("state") }),
      ),
    ]);
  }

  function say(sentence: string, wrong: boolean): void {
    sayVerdict($("#twin-physics-check"), sentence, wrong);
  }

  editor.getSession().on("change", () => {
    if (isOwn()) own = String(editor.getValue());
    check();
  });
  $("#node-input-preset").on("change", () => {
    trial.clear();
    show();
  });
  $("#twin-physics-example").on("change", () => {
    trial.clear();
    trial.run();
  });
  $("#node-input-asset").on("change", show);
  $("#node-input-checkUnits").on("change", check);
  $("#twin-physics-parameters").on("change", check);
  $("#twin-physics-copy").on("click", () => {
    const chosen = preset();
    if (!chosen) return;
    own = chosen.equations;
    const numbered = new Set(chosen.parameters.map((p) => p.name));
    copied = Array.from(unitsOf(chosen), ([name, unit]) => ({ name, unit })).filter((row) => !numbered.has(row.name));
    numbers.adopt();
    $("#node-input-checkUnits").prop("checked", true);
    $("#node-input-preset").val("own").trigger("change");
  });
  $("#twin-physics-newAsset button").on("click", () => {
    const file = picker.file();
    if (file) openNewAsset({ choice: String($("#node-input-preset").val() ?? ""), file });
  });
  const expert = ["learn", "floor", "follow", "settle", "maxGap", "gate"].some(
    (key) => node[key] !== "" && node[key] !== undefined,
  );
  $("#twin-physics-expert").prop("open", expert || node.correct === false || (node.predictions ?? []).length > 0);
  show();

  return {
    save() {
      const written = isOwn() ? String(editor.getValue()) : own;
      if (written !== (node.equations ?? "")) node.equations = written;
      if (copied && isOwn()) assign(node, "units", copied);
      if (JSON.stringify(picker.copy()) !== JSON.stringify(node.presetCopy ?? null)) node.presetCopy = picker.copy();
      const described = reduced.get();
      if (described.reduced !== (node.reduced ?? "")) node.reduced = described.reduced;
      if (JSON.stringify(described.files) !== JSON.stringify(node.files ?? [])) node.files = described.files;
      const { correctionInputs, ...rows } = estimate.get();
      for (const [key, list] of Object.entries(rows)) assign(node, key, list);
      if (JSON.stringify(correctionInputs) !== JSON.stringify(node.correctionInputs ?? []))
        node.correctionInputs = correctionInputs;
      assign(node, "parameters", numbers.get());
      assign(node, "predictions", outputs.get());
    },
    close() {
      open = false;
      clearTimeout(timer);
      reduced.close();
      trial.close();
      saving.close();
      calibration.close();
      editor.destroy();
    },
  };
}

/** Diagram, source, and the faults that the model knows, with the signal that shows each. */
function about({ diagram, source, faults }: Preset, text: Text): string {
  const list = faults.map(({ name, shows, effect }) =>
    text("tip.fault", { name, shows, effect: text(`fault.${effect}`) }),
  );
  return [diagram, source, ...(list.length > 0 ? [text("tip.faults", { faults: list.join(", ") })] : [])].join("\n");
}

/** Whether an asset with these signals is no asset of the preset's machine. */
const lacks = ({ inputs, fallback }: Preset, signals: readonly { name: string }[]): boolean =>
  inputs.some((name) => !Object.hasOwn(fallback, name) && !signals.some((s) => s.name === name));

/** What a node that lacks a setting means by it. */
const empty = (value: unknown): unknown => (Array.isArray(value) ? [] : value);

/** The rows of the asset that a trial needs. */
function assetRows(asset: EditorNode | null): object | undefined {
  return asset ? { signals: asset.signals, parameters: asset.parameters ?? [] } : undefined;
}

/** Node-RED compares by identity: an untouched table must stay the same object. */
function assign(node: EditorNode, key: string, rows: Row[]): void {
  if (JSON.stringify(rows) !== JSON.stringify(node[key] ?? [])) node[key] = rows;
}

function outputsTable(
  node: EditorNode,
  good: () => { states: string[]; variables: string[] } | undefined,
  signals: () => { name: string }[],
  onChange: () => void,
): Table {
  return table(
    $("#twin-physics-outputs"),
    [
      {
        key: "signal",
        label: node._("twin-physics.label.signal"),
        type: "text",
        required: true,
        suggest: () => signals().map((s) => s.name),
      },
      {
        key: "variable",
        label: node._("twin-physics.label.variable"),
        type: "text",
        required: true,
        suggest: () => [...(good()?.states ?? []), ...(good()?.variables ?? [])],
      },
    ],
    { newRow: { signal: "", variable: "" }, onChange },
  );
}
