/**
 * The choice of a preset in a dialog. The presets are files on the server, asked for when the dialog opens; a node keeps a
 * copy of an own one, so the dialog says when its file has changed or is gone.
 */
import { choiceOf, ownName, titleOfOwn } from "../lib/physics/presets/choice.ts";
import { type PresetFile, readPreset } from "../lib/physics/presets/file.ts";
import type { Preset } from "../lib/physics/presets/preset.ts";
import type { PresetsAnswer } from "../web/preset-shapes.ts";

export interface PresetPicker {
  /** The preset that is chosen; undefined for any other model, and until the server has answered. */
  chosen(): Preset | undefined;
  /** Its file. */
  file(): PresetFile | undefined;
  /** What the node keeps of an own preset; null for any other choice. */
  copy(): PresetFile | null;
  /** Asks the server again. */
  reload(): void;
}

interface Entry {
  file: PresetFile;
  preset: Preset;
}

const text = (key: string, vars?: Record<string, unknown>): string =>
  RED._(`@twinwire/node-red-digital-twin/twin-physics:twin-physics.preset.${key}`, vars);

/**
 * Fills the select with the presets, before its option `own`, and says below what is wrong with own ones.
 * @param saved what the node has chosen and keeps; it stays chosen whatever the server knows
 * @param onReady called when the presets are there, and when another version of the chosen one is taken
 */
export function presetPicker(
  select: JQuery,
  saved: { preset: string; copy: PresetFile | null },
  onReady: () => void,
): PresetPicker {
  const used = new Map<string, Entry>();
  let onServer: Map<string, Entry> | undefined;
  let problems: string[] = [];
  /** Files that are there but cannot be used. */
  let broken = new Set<string>();
  const choice = () => String(select.val() ?? "");
  const notice = $("<div>", { role: "status", style: "font-size:0.85em;margin-top:4px" }).insertAfter(select);
  const kept = ownName(saved.preset) === undefined || !saved.copy ? undefined : entryOf(saved.preset, saved.copy);
  if (kept) used.set(saved.preset, kept);
  offer(saved.preset, kept && titleOf(saved.preset, kept));
  select.val(saved.preset).on("change", say);
  load();

  function load(): void {
    $.getJSON("twin/api/presets")
      .done((answer: PresetsAnswer) => isOpen() && take(answer))
      .fail((xhr: { statusText?: string }) => {
        problems = [text("unread", { reason: xhr.statusText ?? "" })];
        if (isOpen()) say();
      });
  }

  function take(answer: PresetsAnswer): void {
    onServer = new Map();
    problems = answer.problems.map((p) => text("broken", { ...p }));
    broken = new Set(answer.problems.map((p) => p.file));
    const value = choice();
    for (const { name, file, own } of answer.presets) {
      const key = own ? choiceOf(name) : name;
      const entry = entryOf(key, file);
      if (!entry) continue;
      onServer.set(key, entry);
      if (key !== saved.preset || !used.has(key)) used.set(key, entry);
      offer(key, titleOf(key, entry));
    }
    select.val(value);
    say();
    onReady();
  }

  function entryOf(key: string, file: PresetFile): Entry | undefined {
    try {
      return { file, preset: readPreset(ownName(key) ?? key, file) };
    } catch (error) {
      problems.push(text("broken", { file: ownName(key) ?? key, message: (error as Error).message }));
      return undefined;
    }
  }

  /** Adds an option, or gives the one that is there its title. */
  function offer(key: string, title = key): void {
    const there = select.find("option").filter((_i, option) => (option as HTMLOptionElement).value === key);
    const name = ownName(key);
    if (there.length > 0 && (onServer?.has(key) || name !== undefined)) there.remove();
    else if (there.length > 0) return;
    const option = $("<option>", { value: key }).text(title);
    if (name === undefined) select.children('option[value="own"], optgroup').first().before(option);
    else group().append(option);
  }

  function group(): JQuery {
    const there = select.find("optgroup");
    if (there.length > 0) return there;
    return $("<optgroup>", { label: text("ownGroup") }).insertBefore(select.children('option[value="own"]'));
  }

  /** What is wrong with own presets, and whether the one in use is still that of the file. */
  function say(): void {
    notice.empty();
    for (const sentence of problems) line(sentence);
    const name = ownName(choice());
    if (name === undefined || choice() !== saved.preset || !onServer) return;
    const now = onServer.get(choice());
    const file = `${name}.json`;
    if (!now) return void line(text(broken.has(file) ? "kept" : "gone", { file }));
    if (JSON.stringify(now.file) === JSON.stringify(used.get(choice())?.file)) return;
    const update = $("<button>", { type: "button", class: "red-ui-button red-ui-button-small twin-preset-update" })
      .text(text("update"))
      .on("click", () => {
        used.set(choice(), now);
        say();
        onReady();
      });
    line(text("changed", { file })).append(" ", update);
  }

  function line(sentence: string): JQuery {
    return $("<div>", { style: "color:var(--red-ui-text-color-warning)" })
      .append($("<i>", { class: "fa fa-exclamation-triangle" }), document.createTextNode(` ${sentence}`))
      .appendTo(notice);
  }

  const isOpen = () => $.contains(document.documentElement, select[0]!);

  return {
    chosen: () => used.get(choice())?.preset,
    file: () => used.get(choice())?.file,
    copy: () => (ownName(choice()) === undefined ? null : (used.get(choice())?.file ?? saved.copy)),
    reload: load,
  };
}

const titleOf = (key: string, { preset }: Entry): string => {
  const name = ownName(key);
  return name === undefined ? preset.title : titleOfOwn(name, preset.title);
};
