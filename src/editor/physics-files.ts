/** The description of a reduced model and the files it names, in the dialog. */
interface File {
  name: string;
  text: string;
}

export interface ReducedDialog {
  get(): { reduced: string; files: File[] };
}

const MOST_BYTES = 2_000_000;

export function reducedDialog(node: EditorNode): ReducedDialog {
  const saved: File[] = node.files ?? [];
  let files = saved.slice();
  const description = $("#twin-physics-description").val(String(node.reduced ?? ""));
  const picker = $("#twin-physics-file");
  $("#twin-physics-addFile").on("click", () => void picker.trigger("click"));
  picker.on("change", () => {
    const chosen = (picker[0] as HTMLInputElement).files?.[0];
    picker.val("");
    if (!chosen) return;
    if (chosen.size > MOST_BYTES)
      return RED.notify(node._("twin-physics.error.fileSize", { name: chosen.name }), "error");
    void chosen.text().then((text) => {
      files = [...files.filter((f) => f.name !== chosen.name), { name: chosen.name, text }];
      show();
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
        });
      list.append($("<span>", { style: "margin-left:10px;white-space:nowrap" }).text(file.name).append(remove));
    }
  }
  show();
  return {
    get: () => ({ reduced: String(description.val() ?? ""), files }),
  };
}
