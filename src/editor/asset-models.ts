/** The asset dialog's "start from": the models of twin physics, each with the signals that it asks for. */
import type { AssetTemplate } from "../lib/physics/asset-template.ts";
import { choiceOf, ownName, titleOfOwn } from "../lib/physics/presets/choice.ts";
import type { PresetFile } from "../lib/physics/presets/file.ts";
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
  const files = new Map<string, PresetFile>();
  select.on("change", () => {
    const choice = String(select.val());
    select.val("");
    if (choice !== "") void startFrom(choice);
  });
  const wanted = presetOfNewAsset();
  if (wanted) {
    const { choice, file } = wanted;
    files.set(choice, file);
    $("#node-config-input-name").val(titleOf(choice, file)).trigger("change");
    $("#node-config-input-idPattern")
      .val(freeId(ownName(choice) ?? choice))
      .trigger("change");
    void startFrom(choice);
  }
  void offerModels();

  /** Lists the models of twin physics beside the machines that have a template of their own. */
  async function offerModels(): Promise<void> {
    try {
      const { presets } = (await $.getJSON("twin/api/presets")) as PresetsAnswer;
      if (!isOpen(select)) return;
      for (const { name, file, own } of presets) {
        const choice = own ? choiceOf(name) : name;
        if (!files.has(choice)) files.set(choice, file);
        const known = select.find("option").filter((_i, option) => (option as HTMLOptionElement).value === choice);
        const title = own ? titleOfOwn(name, titleOf(choice, file)) : titleOf(choice, file);
        if (known.length > 0) known.text(title).appendTo(select);
        else $("<option>", { value: choice }).text(title).appendTo(select);
      }
    } catch {
      if (isOpen(select)) tell(text("message.noAnswer"));
    }
  }

  async function startFrom(choice: string): Promise<void> {
    const template = TEMPLATES.get(choice);
    if (template) {
      fill(structuredClone(template));
      $("#node-config-input-mimic").val(template.mimic);
      return tell(text("message.template"));
    }
    try {
      const answer: AssetTemplate = await $.ajax({
        url: "twin/api/asset-template",
        method: "POST",
        contentType: "application/json",
        data: JSON.stringify({ name: ownName(choice) ?? choice, file: files.get(choice) }),
      });
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

const titleOf = (choice: string, { title }: PresetFile): string =>
  typeof title === "string" && title !== "" ? title : (ownName(choice) ?? choice);

/** An id for a new twin that no asset serves yet. */
function freeId(name: string): string {
  const stem = name.replace(/[\s+#*]+/g, "-");
  const taken: string[] = [];
  RED.nodes.eachConfig((config) => {
    if (config.type === "twin-asset") taken.push(String(config.idPattern ?? ""));
    return undefined;
  });
  for (let i = 1; ; i++) {
    const id = `plant1:${stem}-${i}`;
    if (!taken.some((pattern) => pattern !== "" && idMatcher(pattern)(id))) return id;
  }
}
