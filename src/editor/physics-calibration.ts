/** Calibration from the dialog: the running node does it; here it is asked for, watched, and its report shown. */

import type { CalibrationReport } from "../lib/physics/calibration/report.ts";
import type { Text } from "./physics-check.ts";
import { doubtList, timeWindow } from "./physics-window.ts";
import { plot } from "./plot.ts";

/** What the route answers (web/calibration-route.ts). */
interface News {
  progress: number | null;
  version: { name: string; report: CalibrationReport } | null;
  error: string | null;
}

const POLL_MS = 700;
/** Residual curves that are drawn. */
const MOST_CURVES = 4;

/**
 * @param idPattern of the chosen asset: a plain id needs not be typed
 * @param unsaved whether the dialog says something else than the node that runs
 */
export function physicsCalibration(
  node: EditorNode,
  idPattern: () => string,
  unsaved: () => boolean,
  text: Text,
): { close(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let open = true;
  const twin = $("#twin-physics-twin");
  const fill = () => {
    const pattern = idPattern();
    if (!pattern.includes("*")) twin.attr("placeholder", pattern);
  };
  fill();
  const span = timeWindow(chosenTwin, text);
  $("#node-input-asset").on("change", () => {
    fill();
    span.refresh();
  });
  twin.on("change", span.refresh);
  $("#twin-physics-fromHistory").on("click", () => ask("calibrate", {}));
  $("#twin-physics-undo").on("click", () => ask("undo-calibration", {}));
  const file = $("#twin-physics-csv");
  $("#twin-physics-fromCsv").on("click", () => void file.trigger("click"));
  file.on("change", () => {
    const chosen = (file[0] as HTMLInputElement).files?.[0];
    if (chosen) void chosen.text().then((csv) => ask("calibrate", { csv }));
    file.val("");
  });
  watch();

  function ask(action: string, details: object): void {
    $("#twin-physics-calibration-result").empty();
    if (node.changed || !RED.nodes.node(node.id) || unsaved()) return say(text("calibration.deployFirst"), true);
    const id = chosenTwin();
    if (id === "") return say(text("calibration.chooseTwin"), true);
    const range = span.get();
    if (!range) return say(text("calibration.backwards"), true);
    $.ajax({
      url: "twin/api/actions",
      method: "POST",
      contentType: "application/json",
      data: JSON.stringify({ action, id, ...(action === "calibrate" && range), ...details }),
    })
      .done((answer: { message: string; results: { ok: boolean }[] }) => {
        if (!open) return;
        say(
          answer.message,
          answer.results.some((r) => !r.ok),
        );
        if (action === "calibrate") watch();
      })
      .fail(
        (xhr: { responseJSON?: { message?: string }; statusText?: string }) =>
          open && say(xhr.responseJSON?.message ?? xhr.statusText ?? "", true),
      );
  }

  function chosenTwin(): string {
    const pattern = idPattern();
    return String(twin.val() ?? "").trim() || (pattern.includes("*") ? "" : pattern);
  }

  function watch(): void {
    clearTimeout(timer);
    const id = chosenTwin();
    // A node that was never deployed has nothing to tell.
    if (id === "" || node.changed) return;
    $.ajax({ url: "twin/api/calibration", data: { node: node.id, id } }).done((news: News) => {
      if (!open) return;
      if (news.progress !== null) {
        say(text("calibration.running", { percent: Math.floor(100 * news.progress) }), false);
        timer = setTimeout(watch, POLL_MS);
      } else if (news.error) say(text("calibration.failed", { twin: id, error: news.error }), true);
      else if (news.version) {
        $("#twin-physics-calibration").prop("open", true);
        show(id, news.version.name, news.version.report);
      }
    });
  }

  function show(id: string, version: string, report: CalibrationReport): void {
    // A version of an earlier release says no sentences.
    const { sentences = report.remarks, doubts = [] } = report;
    say(text("calibration.done", { twin: id, version }), false);
    const head = ["parameter", "was", "is", "interval"].map((key) =>
      $("<th>", { style: "text-align:left;font-weight:normal;padding-right:14px" }).text(text(`calibration.${key}`)),
    );
    const rows = report.parameters.map(({ name, label = name, unit = "", before, value, low, high }) => {
      const interval = low === null || high === null ? text("calibration.unknown") : `${tidy(low)} … ${tidy(high)}`;
      const cells = [label === name ? name : `${label} (${name})`, tidy(before), `${tidy(value)} ${unit}`, interval];
      return $("<tr>").append(cells.map((cell) => $("<td>", { style: "padding-right:14px" }).text(cell)));
    });
    const result = $("#twin-physics-calibration-result").empty();
    if (doubts.length > 0) result.append(doubtList(doubts, text("calibration.doubted"), text));
    result.append(
      $("<ul>", { id: "twin-physics-calibration-words", style: "margin:0 0 8px 20px" }).append(
        sentences.map((sentence) => $("<li>").text(sentence)),
      ),
      $("<table>").append($("<tr>").append(head), rows),
    );
    for (const [signal, { time, before, after }] of Object.entries(report.curves).slice(0, MOST_CURVES)) {
      const output = report.outputs.find((o) => o.signal === signal);
      const label = text("calibration.residuals", { signal: output?.label ?? signal });
      const lines = [
        { values: before, style: "second" as const, name: text("calibration.was") },
        { values: after, style: "main" as const, name: text("calibration.is") },
      ];
      const day = (t: number) => new Date(t).toLocaleString();
      result.append(plot(time, [{ label, unit: output?.unit ?? "", lines }], { time: day }));
    }
  }

  function say(message: string, wrong: boolean): void {
    $("#twin-physics-calibration-message")
      .text(message)
      .css("color", wrong ? "var(--red-ui-text-color-error)" : "var(--red-ui-primary-text-color)");
  }

  return {
    close() {
      open = false;
      span.close();
      clearTimeout(timer);
    },
  };
}

const tidy = (x: number): string => String(Number(x.toPrecision(4)));
