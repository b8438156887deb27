/** Adds a button "Open live page" to the bottom of the open dialog. */
export function livePageButton(): void {
  const form = $("#dialog-form, #node-config-dialog-edit-form").last();
  if (form.find(".twin-live-page").length) return;
  const label = RED._("@twinwire/node-red-digital-twin/twin-asset:shared.livePage");
  const row = $("<div>", { class: "form-row twin-live-page", style: "margin-top:16px" }).appendTo(form);
  $("<a>", { class: "red-ui-button", href: "twin", target: "_blank", rel: "noopener" })
    .append($("<i>", { class: "fa fa-external-link" }), " ", document.createTextNode(label))
    .appendTo(row);
}
