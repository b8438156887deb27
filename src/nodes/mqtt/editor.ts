import { type Verdict, verdict } from "../../editor/validate.ts";

const whole = (key: string, low: number, high: number) =>
  verdict((node, value) => {
    const x = Number(value);
    return (value !== "" && Number.isInteger(x) && x >= low && x <= high) || node._(`twin-mqtt.error.${key}`);
  });

RED.nodes.registerType("twin-mqtt", {
  category: "config",
  color: "#CFCFCF",
  defaults: {
    name: { value: "" },
    host: { value: "", validate: verdict(hostIsValid) },
    port: { value: 1883, validate: whole("port", 1, 65535) },
    useTls: { value: false },
    tls: { value: "", type: "tls-config", required: false },
    protocol: { value: "3.1.1" },
    clientId: { value: "", validate: verdict(clientIdIsValid) },
    keepalive: { value: 60, validate: whole("keepalive", 1, 65535) },
    sessionExpiry: { value: 86400, validate: whole("sessionExpiry", 1, 4294967295) },
    version: { value: 1 },
  },
  credentials: { user: { type: "text" }, password: { type: "password" } },
  label() {
    if (this.name) return this.name;
    const host = this.host === "embedded" ? "127.0.0.1" : this.host;
    return host ? `${host}${String(host).includes("://") ? "" : `:${this.port}`}` : "twin mqtt";
  },
  labelStyle() {
    return this.name ? "node_label_italic" : "";
  },
  oneditprepare() {
    withoutCredentials(this);
    const host = input("host");
    const embedded = $("#twin-mqtt-embedded").prop("checked", this.host === "embedded");
    let real = this.host === "embedded" ? "" : String(this.host ?? "");
    const show = (): void => {
      const on = embedded.prop("checked") === true;
      $(".twin-mqtt-real").toggle(!on);
      $(".twin-mqtt-embedded-only").toggle(on);
      $(".twin-mqtt-tls").toggle(input("useTls").prop("checked") === true);
      host.prop("disabled", on);
    };
    embedded.on("change", () => {
      if (embedded.prop("checked")) {
        real = String(host.val() ?? "");
        host.val("embedded");
      } else host.val(real);
      host.trigger("change");
      show();
    });
    input("useTls").on("change", () => {
      // The usual ports of MQTT without and with TLS.
      const tls = input("useTls").prop("checked") === true;
      const port = input("port");
      if (port.val() === (tls ? "1883" : "8883")) port.val(tls ? "8883" : "1883");
      show();
    });
    show();
    $("#twin-mqtt-expert").prop("open", this.protocol === "5" || !!this.clientId);
    $("#twin-mqtt-test").on("click", () => void testConnection(this));
  },
});

const input = (name: string): JQuery => $(`#node-config-input-${name}`);

/** Node-RED takes empty fields for a change when no credentials are stored yet: they are the same. */
function withoutCredentials(node: EditorNode): void {
  node.credentials ??= {};
  node.credentials._ ??= {};
  for (const known of [node.credentials, node.credentials._]) {
    known.user ??= "";
    if (known.password === undefined) known.has_password ??= false;
  }
}

function hostIsValid(node: EditorNode, value: unknown): Verdict {
  const host = String(value ?? "").trim();
  if (host === "") return node._("twin-mqtt.error.host");
  if (host.includes("://") ? /\s/.test(host) : /[\s/@]/.test(host)) return node._("twin-mqtt.error.hostname");
  return true;
}

function clientIdIsValid(node: EditorNode, value: unknown): Verdict {
  return !/\s/.test(String(value ?? "")) || node._("twin-mqtt.error.clientId");
}

/** Asks the server to connect with what the dialog says now. */
async function testConnection(node: EditorNode): Promise<void> {
  const result = $("#twin-mqtt-test-result").text(node._("twin-mqtt.label.testing"));
  const value = (name: string) => input(name).val();
  const body = {
    id: node.id,
    config: {
      host: value("host"),
      port: Number(value("port")),
      useTls: input("useTls").prop("checked") === true,
      tls: value("tls") === "_ADD_" ? "" : value("tls"),
      protocol: value("protocol"),
      clientId: "",
      keepalive: Number(value("keepalive")),
    },
    user: value("user"),
    password: value("password"),
  };
  const show = (ok: boolean, text: string) => result.text(`${ok ? "✔" : "⚠"} ${text}`);
  try {
    const answer = await $.ajax({
      url: "twin/api/mqtt-test",
      method: "POST",
      contentType: "application/json",
      data: JSON.stringify(body),
    });
    show(answer.ok === true, String(answer.message));
  } catch (error) {
    const { status, statusText } = error as JQuery.jqXHR;
    show(false, node._("twin-mqtt.error.test", { why: `${status} ${statusText}` }));
  }
}
