/** The choice of a preset in a dialog. The presets are files on the server, asked for when the dialog opens. */
import { readPreset } from "../lib/physics/presets/file.ts";
import type { Preset } from "../lib/physics/presets/preset.ts";
import type { PresetsAnswer } from "../web/preset-shapes.ts";

export interface PresetPicker {
  /** The preset that is chosen; undefined for any other model, and until the server has answered. */
  chosen(): Preset | undefined;
}

/**
 * Fills the select with the presets, before its option `own`.
 * @param saved what the node has chosen; it stays chosen whatever the server knows
 * @param onReady called when the presets are there
 */
export function presetPicker(select: JQuery, saved: string, onReady: () => void): PresetPicker {
  const known = new Map<string, Preset>();
  offer(saved, saved);
  select.val(saved);
  $.getJSON("twin/api/presets", ({ presets }: PresetsAnswer) => {
    if (!$.contains(document.documentElement, select[0]!)) return;
    const value = select.val();
    if (saved !== "" && presets.some((p) => p.name === saved)) select.find("option").filter(isNamed(saved)).remove();
    for (const { name, file } of presets) {
      const preset = readPreset(name, file);
      known.set(name, preset);
      offer(name, preset.title);
    }
    select.val(value ?? "");
    onReady();
  });

  function offer(name: string, title: string): void {
    if (select.find("option").filter(isNamed(name)).length > 0) return;
    select.find('option[value="own"]').before($("<option>", { value: name }).text(title));
  }

  return { chosen: () => known.get(String(select.val() ?? "")) };
}

const isNamed = (name: string) => (_i: number, option: HTMLElement) => (option as HTMLOptionElement).value === name;
