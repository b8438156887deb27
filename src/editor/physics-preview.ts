/** The trial of a model in its dialog: what goes in, for how long, and the curves that come out, before anything is deployed. */

import type { Preview } from "../lib/physics/preview.ts";
import type { Text } from "./physics-check.ts";
import { plot } from "./plot.ts";
import { numberOf } from "./validate.ts";

/** Panels that are drawn; a model may have many derived quantities. */
const MOST_PANELS = 8;

export interface TrialDialog {
  run(): void;
  /** Another model: what the last one gave says nothing any more. */
  clear(): void;
  close(): void;
}

/** @param config what is in the dialog now, as it would be stored, with the choice of the model in `preset`; @param asset the chosen asset's stored rows */
export function physicsPreview(
  config: () => { preset?: unknown },
  asset: () => object | undefined,
  text: Text,
): TrialDialog {
  let typed: Record<string, number> = {};
  let open = true;
  let request = 0;
  const seconds = $("#twin-physics-seconds");
  $("#twin-physics-try").on("click", run);

  function run(): void {
    const mine = ++request;
    const data = { config: config(), asset: asset() ?? {}, seconds: numberOf(seconds.val()), values: typed };
    say(text("preview.running"), false);
    $.ajax({ url: "twin/api/preview", method: "POST", contentType: "application/json", data: JSON.stringify(data) })
      .done((answer: Preview | { message: string }) => {
        if (!open || mine !== request) return;
        if ("message" in answer) say(answer.message, true);
        else show(answer);
      })
      .fail((xhr: { statusText?: string }) => open && mine === request && say(xhr.statusText ?? "", true));
  }

  function show(answer: Preview): void {
    const said = answer.why.slice();
    if (answer.missing.length > 0) {
      const signals = answer.missing.map(({ name, unit }) => `${name} (${unit || "–"})`).join(", ");
      said.push(text(config().preset === "own" ? "preview.unknown" : "preview.missing", { signals }));
    }
    if (!answer.compared) said.push(text("preview.alone"));
    say(said.join(" "), answer.why.length > 0);
    const fields = $("#twin-physics-trial-inputs").empty();
    for (const input of answer.inputs) fields.append(field(input));
    const panels = answer.series
      .slice(0, MOST_PANELS)
      .map((s) => ({ label: s.name, unit: s.unit, lines: [{ values: s.values }] }));
    const time = (t: number) => (t < 600 ? `${Number(t.toPrecision(3))} s` : `${Number((t / 3600).toPrecision(3))} h`);
    $("#twin-physics-plot")
      .empty()
      .append(plot(answer.seconds, panels, { time }));
  }

  function field({ name, unit, value, start }: Preview["inputs"][number]): JQuery {
    const label = start ? text("preview.start", { name }) : name;
    const input = $("<input>", { type: "text", inputmode: "decimal", style: "width:80px;margin:0 4px" })
      .attr("aria-label", label)
      .val(String(value))
      .on("change", () => {
        const x = numberOf(input.val());
        input.toggleClass("input-error", !Number.isFinite(x));
        if (!Number.isFinite(x)) return;
        typed[name] = x;
        run();
      });
    return $("<span>", { style: "display:inline-block;margin:0 12px 4px 0;white-space:nowrap" }).append(
      $("<span>", { style: "font-family:var(--red-ui-monospace-font)" }).text(label),
      input,
      document.createTextNode(unit),
    );
  }

  function say(message: string, wrong: boolean): void {
    $("#twin-physics-trial-message")
      .text(message)
      .css("color", wrong ? "var(--red-ui-text-color-error)" : "var(--red-ui-secondary-text-color)");
  }

  return {
    run,
    clear() {
      request++;
      typed = {};
      say("", false);
      $("#twin-physics-trial-inputs, #twin-physics-plot").empty();
    },
    close() {
      open = false;
    },
  };
}
