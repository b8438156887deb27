import type { EquationProblem } from "../lib/physics/equations.ts";

/** Red lines in the text, in whichever of its two editors Node-RED is set to use. */
export function markProblems(editor: TextEditor, problems: readonly EquationProblem[]): void {
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
