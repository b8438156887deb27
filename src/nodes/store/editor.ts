import { verdict } from "../../editor/validate.ts";

const NS = "@twinwire/node-red-digital-twin/twin-store:twin-store.";
const text = (key: string): string => RED._(NS + key);

RED.nodes.registerType("twin-store", {
  category: "config",
  color: "#CFCFCF",
  icon: "twin-store.svg",
  defaults: {
    version: { value: 1 },
    name: { value: "" },
    samplesPerSignal: {
      value: 10_000,
      validate: verdict(
        (_node, v) => (inRange(v, 10, 10_000_000) && Number.isInteger(Number(v))) || text("error.samplesPerSignal"),
      ),
    },
    memory: { value: 100, validate: verdict((_node, v) => inRange(v, 1, 100_000) || text("error.memory")) },
  },
  label() {
    return this.name || "twin store";
  },
  oneditprepare() {
    const { id } = this;
    $("#twin-store-forget").on("click", () => {
      const forget = () =>
        $.ajax({
          url: "twin/api/store/forget",
          method: "POST",
          contentType: "application/json",
          data: JSON.stringify({ store: id }),
        })
          .done((answer: { message: string }) => $("#twin-store-message").text(answer.message))
          .fail(() => $("#twin-store-message").text(text("message.failed")));
      const ask = RED.notify(text("message.sure"), {
        modal: true,
        fixed: true,
        buttons: [
          { text: RED._("common.label.cancel"), click: () => (ask as unknown as { close(): void }).close() },
          {
            text: text("button.forget"),
            class: "primary",
            click: () => {
              (ask as unknown as { close(): void }).close();
              forget();
            },
          },
        ],
      });
    });
  },
});

const inRange = (v: unknown, low: number, high: number): boolean => v !== "" && Number(v) >= low && Number(v) <= high;
