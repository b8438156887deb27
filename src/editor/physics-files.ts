/** The description of a reduced model in the dialog: examples to begin with, its live check, and the files it names. */
import type { ReducedCheck } from "../lib/physics/reduced/check.ts";
import { REDUCED_EXAMPLES } from "../lib/physics/reduced/examples.ts";
import { sayVerdict, type Text } from "./physics-check.ts";

interface File {
  name: string;
  text: string;
}

export interface ReducedDialog {
  get(): { reduced: string; files: File[] };
  /** Asks the runtime what the description says; the answer appears below it. */
  check(): void;
  close(): void;
}

const MOST_BYTES = 2_000_000;

export function reducedDialog(node: EditorNode, signals: () => object[], text: Text): ReducedDialog {
  const saved: File[] = node.files ?? [];
  let files = saved.slice();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let request = 0;
  const line = $("#twin-physics-reduced-check");
  const description = $("#twin-physics-description").val(String(node.reduced ?? ""));
  description.on("input", check);
  const example = $("#twin-physics-example");
  for (const kind of Object.keys(REDUCED_EXAMPLES))
    example.append($("<option>", { value: kind }).text(text(`reduced.title.${kind}`)));
  example.on("change", () => {
    const chosen = REDUCED_EXAMPLES[String(example.val()) as keyof typeof REDUCED_EXAMPLES];
    example.val("");
    if (!chosen) return;
    const area = description[0] as HTMLTextAreaElement;
    area.focus();
    area.select();
    // Typed rather than set, so that the browser's undo brings back what stood there.
    const json = JSON.stringify(chosen.description, null, 2);
    if (!document.execCommand("insertText", false, json)) description.val(json).trigger("input");
  });

  function check(): void {
    clearTimeout(timer);
    const mine = ++request;
    const typed = String(description.val() ?? "");
    if (typed.trim() === "") return void line.empty();
    timer = setTimeout(() => {
      $.ajax({
        url: "twin/api/equations",
        method: "POST",
        contentType: "application/json",
        data: JSON.stringify({ reduced: typed, signals: signals(), files }),
      })
        .done((result: ReducedCheck) => {
          if (mine !== request) return;
          const warning = result.ok && result.warnings.length + result.missing.length > 0;
          sayVerdict(line, result.ok ? words(result, text) : result.message, !result.ok || warning);
        })
        .fail((xhr: { statusText?: string }) => {
          if (mine === request) sayVerdict(line, text("tip.unchecked", { reason: xhr.statusText ?? "" }), true);
        });
    }, 350);
  }
  const picker = $("#twin-physics-file");
  $("#twin-physics-addFile").on("click", () => void picker.trigger("click"));
  picker.on("change", () => {
    const chosen = (picker[0] as HTMLInputElement).files?.[0];
    picker.val("");
    if (!chosen) return;
    if (chosen.size > MOST_BYTES)
      return RED.notify(node._("twin-physics.error.fileSize", { name: chosen.name }), "error");
    void chosen.text().then((content) => {
      files = [...files.filter((f) => f.name !== chosen.name), { name: chosen.name, text: content }];
      show();
      check();
    });
  });
  function show(): void {
    const list = $("#twin-physics-files").empty();
    for (const file of files) {
      const remove = $("<a>", { href: "#", style: "margin-left:4px" })
        .text("×")
        .attr("aria-label", node._("twin-physics.label.removeFile", { name: file.name }))
        .on("click", (event: { preventDefault(): void }) => {
          event.preventDefault();
          files = files.filter((f) => f !== file);
          show();
          check();
        });
      list.append($("<span>", { style: "margin-left:10px;white-space:nowrap" }).text(file.name).append(remove));
    }
  }
  show();
  return {
    get: () => ({ reduced: String(description.val() ?? ""), files }),
    check,
    close() {
      clearTimeout(timer);
      request++;
    },
  };
}

/** What the model reads, predicts and knows beside, in a sentence, and what is remarkable about it. */
function words(result: Extract<ReducedCheck, { ok: true }>, text: Text): string {
  const { inputs, outputs, virtual, size, settle, frequencies, warnings, missing } = result;
  const list = (names: readonly string[]) => names.join(", ") || text("tip.nothing");
  const short = (x: number) => String(Number(x.toPrecision(3)));
  const parts = [
    text("reduced.reads", { inputs: list(inputs) }),
    text("reduced.predicts", { outputs: list(outputs) }),
    ...(virtual.length > 0
      ? [text("reduced.virtual", { virtual: list(virtual.map(({ name, unit }) => `${name} (${unit || "–"})`)) })]
      : []),
  ];
  return [
    `${parts.join("; ")}.`,
    text("reduced.size", { size, settle: short(settle) }),
    ...(frequencies
      ? [text("reduced.frequencies", { frequencies: frequencies.slice(0, 4).map(short).join(", ") })]
      : []),
    ...warnings,
    ...(missing.length > 0
      ? [text("reduced.missing", { signals: list(missing.map(({ name, unit }) => `${name} (${unit || "–"})`)) })]
      : []),
  ].join(" ");
}
