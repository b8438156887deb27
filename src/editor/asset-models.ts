/** The asset dialog's "start from": the models of twin physics, each with the signals that it asks for. */
import type { AssetTemplate } from "../lib/physics/asset-template.ts";
import { idMatcher } from "../lib/twin/asset.ts";
import type { AssetConfig } from "../lib/twin/asset-config.ts";
import { TEMPLATES } from "../lib/twin/templates.ts";
import type { PresetsAnswer } from "../web/preset-shapes.ts";
import { presetOfNewAsset } from "./new-asset.ts";

/**
 * A new asset that a model's dialog asked for begins with that model at once.
 * @param fill shows a part of an asset in the dialog
 */
export function startFromModels(
  fill: (part: Partial<AssetConfig>) => void,
  tell: (sentence: string) => void,
  text: (key: string, vars?: Record<string, unknown>) => string,
): void {
  const select = $("#twin-asset-template");
  select.on("change", () => {
    const name = String(select.val());
    select.val("");
    if (name !== "") void startFrom(name);
  });
  void offerModels(presetOfNewAsset());

  /**
   * Lists the models of twin physics beside the machines that have a template of their own.
   * @param wanted the model that this new asset is made for
   */
  async function offerModels(wanted: string | undefined): Promise<void> {
    try {
      const { presets } = (await $.getJSON("twin/api/presets")) as PresetsAnswer;
      if (!isOpen(select)) return;
      for (const { name, file } of presets) {
        const title = String(file.title);
        const known = select.find("option").filter((_i, option) => (option as HTMLOptionElement).value === name);
        if (known.length > 0) known.text(title).appendTo(select);
        else $("<option>", { value: name }).text(title).appendTo(select);
        if (name !== wanted) continue;
        $("#node-config-input-name").val(title).trigger("change");
        $("#node-config-input-idPattern").val(freeId(name)).trigger("change");
      }
    } catch {
      if (isOpen(select)) tell(text("message.noAnswer"));
    }
    if (wanted && isOpen(select)) await startFrom(wanted);
  }

  async function startFrom(name: string): Promise<void> {
    const template = TEMPLATES.get(name);
    if (template) {
      fill(structuredClone(template));
      $("#node-config-input-mimic").val(template.mimic);
      return tell(text("message.template"));
    }
    try {
      const answer = (await $.getJSON("twin/api/asset-template", { preset: name })) as AssetTemplate;
      if (!isOpen(select)) return;
      fill({ signals: answer.signals });
      const optional = answer.optional.map((o) => `${o.name} (${[o.value, o.unit].join(" ").trim()})`).join(", ");
      const more = optional === "" ? "" : ` ${text("message.optional", { optional })}`;
      tell(text("message.model") + more);
    } catch (error) {
      const { responseJSON } = error as { responseJSON?: { message?: string } };
      if (isOpen(select)) tell(responseJSON?.message ?? text("message.noAnswer"));
    }
  }
}

const isOpen = (part: JQuery): boolean => $.contains(document.documentElement, part[0]!);

/** An id for a new twin that no asset serves yet. */
function freeId(name: string): string {
  const taken: string[] = [];
  RED.nodes.eachConfig((config) => {
    if (config.type === "twin-asset") taken.push(String(config.idPattern ?? ""));
    return undefined;
  });
  for (let i = 1; ; i++) {
    const id = `plant1:${name}-${i}`;
    if (!taken.some((pattern) => pattern !== "" && idMatcher(pattern)(id))) return id;
  }
}
