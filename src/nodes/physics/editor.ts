import { assetSelect, assetSignals } from "../../editor/asset-select.ts";
import { parameterTable, type Quantity } from "../../editor/parameter-table.ts";
import { type Row, type Table, table } from "../../editor/table.ts";
import type { CheckResult } from "../../lib/physics/check.ts";
import type { EquationProblem } from "../../lib/physics/equations.ts";
import { presets } from "../../lib/physics/presets/index.ts";

// Node-RED takes a string for an answer only from validators that declare two arguments.

/** Empty for the default, or a number in a range. */
const optional = (key: string, low: number, high: number) =>
  function (this: EditorNode, value: unknown, _opt: unknown): true | string {
    const x = Number(value);
    if (value === "" || value === undefined || value === null || (x >= low && x <= high)) return true;
    return this._("twin-physics.error.number", { label: this._(`twin-physics.label.${key}`), low, high });
  };

RED.nodes.registerType("twin-physics", {
  category: "digital twin",
  color: "#9DB4C0",
  icon: "twin-physics.svg",
  inputs: 1,
  outputs: 1,
  defaults: {
    version: { value: 1 },
    name: { value: "" },
    asset: { value: "", type: "twin-asset", required: true },
    preset: { value: "", validate: presetChosen },
    equations: { value: "", validate: equationsWritten },
    parameters: { value: [], validate: valuesAreNumbers },
    predictions: { value: [], validate: outputsComplete },
    learn: { value: "", validate: optional("learn", 15, 1e7) },
    correct: { value: true },
    floor: { value: "", validate: optional("floor", 0, 100) },
    follow: { value: "", validate: optional("follow", 0, 1e9) },
    settle: { value: "", validate: optional("settle", 0, 1e9) },
    maxGap: { value: "", validate: optional("maxGap", 0.001, 1e9) },
  },
  paletteLabel: "physics",
  label() {
    return this.name || (this.preset && this.preset !== "own" ? `physics: ${this.preset}` : "physics");
  },
  labelStyle() {
    return this.name ? "node_label_italic" : "";
  },
  outputLabels() {
    return this._("twin-physics.output.result");
  },
  onadd() {
    assetSelect(this);
  },
  oneditprepare() {
    dialog = openDialog(this);
  },
  oneditsave() {
    dialog?.save();
    closeDialog();
  },
  oneditcancel() {
    closeDialog();
  },
});

function presetChosen(this: EditorNode, value: unknown, _opt: unknown): true | string {
  return value ? true : this._("twin-physics.error.preset");
}

function equationsWritten(this: EditorNode, value: unknown, _opt: unknown): true | string {
  return this.preset !== "own" || String(value ?? "").trim() !== "" || this._("twin-physics.error.equations");
}

function valuesAreNumbers(this: EditorNode, rows: Row[], _opt: unknown): true | string {
  const wrong = (rows ?? []).find((r) => r.value !== "" && !Number.isFinite(Number(r.value)));
  return !wrong || this._("twin-physics.error.parameter", { name: wrong.name, value: String(wrong.value) });
}

function outputsComplete(this: EditorNode, rows: Row[], _opt: unknown): true | string {
  return (rows ?? []).every((r) => r.signal && r.variable) || this._("twin-physics.error.output");
}

interface Dialog {
  save(): void;
  close(): void;
}
let dialog: Dialog | undefined;

function closeDialog(): void {
  dialog?.close();
  dialog = undefined;
}

/** The part of the dialog that Node-RED does not fill by itself: equations, their check, numbers, outputs. */
function openDialog(node: EditorNode): Dialog {
  let own = String(node.equations ?? "");
  let timer: ReturnType<typeof setTimeout> | undefined;
  let request = 0;
  let open = true;
  const preset = () => presets.get(String($("#node-input-preset").val() ?? ""));
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

  function show(): void {
    const chosen = preset();
    $("#twin-physics-model").toggle(isOwn() || chosen !== undefined);
    $("#twin-physics-copy").toggle(chosen !== undefined);
    $("#twin-physics-help").toggle(isOwn());
    editor.setReadOnly(!isOwn());
    const text = isOwn() ? own : (chosen?.equations ?? "");
    if (editor.getValue() !== text) editor.setValue(text, -1);
    $("#node-input-follow").attr("placeholder", chosen?.follow || node._("twin-physics.tip.follow"));
    $("#node-input-settle").attr("placeholder", chosen?.settle ?? 0);
    if (chosen) showPresetNumbers();
    check();
  }

  function showPresetNumbers(): void {
    const rows = preset()?.parameters ?? [];
    numbers.show(
      rows.map(
        (p): Quantity => ({ name: p.name, standard: assetValue(p.name) ?? p.value, unit: p.unit, meaning: p.label }),
      ),
    );
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
    const body = { equations: String(editor.getValue()), signals: signals().map((s) => s.name), predictions: map };
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

  function answer(result: CheckResult): void {
    const problems = result.ok ? [] : result.problems;
    markProblems(editor, problems);
    const [first] = problems;
    if (first) return say(node._("twin-physics.tip.line", { line: first.line, message: first.message }), true);
    if (!result.ok) return;
    lastGood = result;
    if (isOwn()) showOwnNumbers(result);
    const lacking = missingSignals(result.parameters);
    if (lacking.length > 0) return say(node._("twin-physics.tip.lacking", { signals: lacking.join(", ") }), true);
    if (result.mapping) return say(result.mapping, true);
    if (result.outputs.length === 0) return say(node._("twin-physics.tip.none"), true);
    const list = (names: string[]) => names.join(", ") || node._("twin-physics.tip.nothing");
    say(node._("twin-physics.tip.fine", { outputs: list(result.outputs), inputs: list(result.inputs) }), false);
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

  function say(text: string, wrong: boolean): void {
    $("#twin-physics-check")
      .empty()
      .append($("<i>", { class: wrong ? "fa fa-exclamation-triangle" : "fa fa-check", style: "margin-right:6px" }))
      .append(document.createTextNode(text))
      .css("color", wrong ? "var(--red-ui-text-color-error)" : "var(--red-ui-secondary-text-color)");
  }

  editor.getSession().on("change", () => {
    if (isOwn()) own = String(editor.getValue());
    check();
  });
  $("#node-input-preset").on("change", show);
  $("#node-input-asset").on("change", show);
  $("#twin-physics-copy").on("click", () => {
    const chosen = preset();
    if (!chosen) return;
    own = chosen.equations;
    numbers.adopt();
    $("#node-input-preset").val("own").trigger("change");
  });
  const expert = ["learn", "floor", "follow", "settle", "maxGap"].some(
    (key) => node[key] !== "" && node[key] !== undefined,
  );
  $("#twin-physics-expert").prop("open", expert || node.correct === false || (node.predictions ?? []).length > 0);
  show();

  return {
    save() {
      const text = isOwn() ? String(editor.getValue()) : own;
      if (text !== (node.equations ?? "")) node.equations = text;
      assign(node, "parameters", numbers.get());
      assign(node, "predictions", outputs.get());
    },
    close() {
      open = false;
      clearTimeout(timer);
      editor.destroy();
    },
  };
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

/** Red lines in the text, in whichever of its two editors Node-RED is set to use. */
function markProblems(editor: TextEditor, problems: readonly EquationProblem[]): void {
  const { monaco } = globalThis as unknown as { monaco?: Monaco };
  if (monaco && editor.getModel)
    monaco.editor.setModelMarkers(
      editor.getModel(),
      "twin-physics",
      problems.map((p) => ({
        startLineNumber: p.line,
        endLineNumber: p.line,
        startColumn: (p.position ?? 0) + 1,
        endColumn: 10_000,
        message: p.message,
        severity: 8,
      })),
    );
  else
    editor
      .getSession()
      .setAnnotations?.(
        problems.map((p) => ({ row: p.line - 1, column: p.position ?? 0, text: p.message, type: "error" })),
      );
}

interface TextEditor {
  getModel?(): unknown;
  getSession(): { setAnnotations?(annotations: object[]): void };
}
interface Monaco {
  editor: { setModelMarkers(model: unknown, owner: string, markers: object[]): void };
}
