/** POST twin/api/mqtt-test: tries to connect to a broker with the settings of an open dialog. */
import { embeddedBroker } from "../lib/ingest/embedded-broker.ts";
import { brokerProblem } from "../lib/ingest/mqtt-problem.ts";
import { isPlainObject, TwinError } from "../lib/twin/envelope.ts";
import { migrate } from "../nodes/mqtt/migrations.ts";
import { type BrokerSettings, brokerSettings } from "../nodes/mqtt/options.ts";
import type { Runtime } from "../nodes/shared/node-red.ts";

interface Response {
  status(code: number): Response;
  json(body: unknown): void;
}

const TIMEOUT = 6000;
/** What the editor shows in place of a stored password. */
const STORED = "__PWRD__";

export function mqttTestRoute(RED: Runtime): void {
  RED.httpAdmin.post(
    "/twin/api/mqtt-test",
    RED.auth.needsPermission("twin.write"),
    async (req: { body?: unknown }, res: Response) => {
      if (!isPlainObject(req.body) || !isPlainObject(req.body.config))
        return res
          .status(400)
          .json({ ok: false, message: "The request needs config, as the dialog of twin-mqtt sends it." });
      try {
        res.json({ ok: true, message: await test(RED, req.body) });
      } catch (error) {
        res.json({ ok: false, message: error instanceof TwinError ? error.message : String((error as Error).message) });
      }
    },
  );
}

async function test(RED: Runtime, body: Record<string, unknown>): Promise<string> {
  const id = typeof body.id === "string" ? body.id : "";
  const stored = RED.nodes.getNode(id)?.credentials ?? {};
  const password = body.password === STORED ? stored.password : body.password;
  const settings = brokerSettings(RED, migrate(body.config as object), id, { user: body.user, password });
  const release = settings.embedded ? await embeddedBroker(Number(new URL(settings.url).port)) : undefined;
  try {
    return await connectOnce(settings);
  } finally {
    await release?.();
  }
}

/** Connects under a name of its own, so that the session of the flow is left alone. */
async function connectOnce({ url, client: options }: BrokerSettings): Promise<string> {
  const mqtt = await import("mqtt");
  const address = url.replace(/^.*:\/\//, "").replace(/^.*@/, "");
  const { properties: _session, clientId: _id, ...rest } = options;
  const clientId = `twin-test-${Math.random().toString(36).slice(2, 10)}`;
  const client = mqtt.connect(url, { ...rest, clientId, clean: true, reconnectPeriod: 0, connectTimeout: TIMEOUT });
  try {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new TwinError("E_BROKER", `The broker ${address} did not answer within ${TIMEOUT / 1000} s.`)),
        TIMEOUT,
      );
      const settle = (run: () => void) => {
        clearTimeout(timer);
        run();
      };
      client.once("connect", () => settle(resolve));
      client.once("error", (error) => settle(() => reject(new TwinError("E_BROKER", brokerProblem(error, address)))));
      client.once("close", () =>
        settle(() =>
          reject(new TwinError("E_BROKER", brokerProblem(undefined, address).replace("; trying again", " at once"))),
        ),
      );
    });
    return `Connected to ${address}.`;
  } finally {
    client.on("error", () => {});
    client.end(true);
  }
}
