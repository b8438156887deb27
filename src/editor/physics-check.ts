/** The line below equations and descriptions that says whether they can be used. */
export type Text = (key: string, vars?: Record<string, unknown>) => string;

export function sayVerdict(line: JQuery, sentence: string, wrong: boolean): void {
  line
    .empty()
    .append($("<i>", { class: wrong ? "fa fa-exclamation-triangle" : "fa fa-check", style: "margin-right:6px" }))
    .append(document.createTextNode(sentence))
    .css("color", wrong ? "var(--red-ui-text-color-error)" : "var(--red-ui-secondary-text-color)");
}
