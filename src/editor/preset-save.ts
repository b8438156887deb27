/** "Save as own preset": asks for a name, and before it replaces a file. */
import type { CheckResult } from "../lib/physics/check.ts";
import type { PresetFile } from "../lib/physics/presets/file.ts";
import { fromEquations, type NumberRow } from "../lib/physics/presets/make.ts";
import type { SaveAnswer, SaveRequest } from "../web/preset-shapes.ts";
import { sayVerdict, type Text } from "./physics-check.ts";
import type { Row } from "./table.ts";
import { isEmpty, numberOf } from "./validate.ts";

/**
 * @param container is filled
 * @param make the file under a title; or a sentence why there is none
 * @param onSaved called when the file is written
 */
export function presetSaving(
  container: JQuery,
  make: (title: string) => PresetFile | string,
  onSaved: () => void,
  text: Text,
): { close(): void } {
  let open = true;
  const button = (key: string, icon: string) =>
    $("<button>", { type: "button", class: "red-ui-button red-ui-button-small" })
      .attr("data-key", key)
      .append($("<i>", { class: `fa ${icon}` }), document.createTextNode(` ${text(`save.${key}`)}`));
  const begin = button("begin", "fa-floppy-o");
  const name = $("<input>", { type: "text", style: "width:220px;margin:0 6px" }).attr({
    "aria-label": text("save.name"),
    placeholder: text("save.name"),
  });
  const save = button("save", "fa-check");
  const replace = button("replace", "fa-exclamation-triangle").hide();
  const message = $("<div>", { role: "status", "aria-live": "polite", style: "margin-top:4px" });
  const row = $("<span>").append(name, save, " ", replace).hide();
  container.append(begin, row, message);

  begin.on("click", () => {
    row.toggle();
    message.empty();
    if (row.is(":visible")) name.trigger("focus");
  });
  name.on("input", () => void replace.hide());
  name.on("keydown", (event: { key?: string; preventDefault(): void }) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    send(false);
  });
  save.on("click", () => send(false));
  replace.on("click", () => send(true));

  function send(overwrite: boolean): void {
    replace.hide();
    const title = String(name.val() ?? "").trim();
    const file = title === "" ? text("save.unnamed") : make(title);
    if (typeof file === "string") return say(file, true);
    const request: SaveRequest = { name: title, file, overwrite };
    $.ajax({
      url: "twin/api/presets",
      method: "POST",
      contentType: "application/json",
      data: JSON.stringify(request),
    })
      .done((answer: SaveAnswer) => {
        if (!open) return;
        say(answer.message, !answer.saved);
        replace.toggle(!answer.saved && answer.exists === true);
        if (answer.saved) onSaved();
      })
      .fail((xhr: { statusText?: string }) => open && say(text("save.failed", { reason: xhr.statusText ?? "" }), true));
  }

  function say(sentence: string, wrong: boolean): void {
    sayVerdict(message, sentence, wrong);
  }

  return {
    close() {
      open = false;
    },
  };
}

/**
 * The own equations in the dialog as a preset.
 * @param units declared in the dialog, by name
 * @param numbers @param predictions the dialog's tables
 */
export function ownPreset(
  title: string,
  equations: string,
  roles: Extract<CheckResult, { ok: true }>,
  units: Record<string, string>,
  numbers: Row[],
  predictions: Row[],
  asset: EditorNode | null,
): PresetFile {
  const signals: Row[] = asset?.signals ?? [];
  const ofAsset: Row[] = asset?.parameters ?? [];
  const seconds = (key: string) => {
    const x = numberOf($(`#node-input-${key}`).val());
    return Number.isFinite(x) ? { [key]: x } : {};
  };
  return fromEquations({
    title,
    equations,
    roles,
    numbers: [...numbers, ...ofAsset] as unknown as NumberRow[],
    units: { ...Object.fromEntries(ofAsset.map((row) => [String(row.name), String(row.unit ?? "")])), ...units },
    signals: new Map(signals.map((row) => [String(row.name), middle(row)])),
    mapped: predictions.map((row) => String(row.variable)),
    ...seconds("follow"),
    ...seconds("settle"),
  });
}

/** Of the normal range. */
function middle({ normalLow, normalHigh }: Row): number | undefined {
  if (isEmpty(normalLow) || isEmpty(normalHigh)) return undefined;
  const x = (numberOf(normalLow) + numberOf(normalHigh)) / 2;
  return Number.isFinite(x) ? Number(x.toPrecision(6)) : undefined;
}
