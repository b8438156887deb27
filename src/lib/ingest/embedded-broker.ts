/** An MQTT broker inside this process, for trying without a plant: aedes, an optional package. */
import { createServer, type Server } from "node:net";
import { TwinError } from "../twin/envelope.ts";

interface Running {
  stop(): Promise<void>;
  users: number;
}

const running = new Map<number, Promise<Running>>();

/**
 * Starts the broker on 127.0.0.1, or shares the one that runs on this port. The returned function releases it.
 * @throws TwinError `E_EMBEDDED` with a sentence when aedes is not installed or the port is busy (as a rejection)
 */
export async function embeddedBroker(port: number): Promise<() => Promise<void>> {
  let starting = running.get(port);
  if (!starting) {
    starting = start(port);
    running.set(port, starting);
    starting.catch(() => running.delete(port));
  }
  const broker = await starting;
  broker.users++;
  let released = false;
  return async () => {
    if (released) return;
    released = true;
    if (--broker.users > 0) return;
    running.delete(port);
    await broker.stop();
  };
}

async function start(port: number): Promise<Running> {
  const { Aedes } = await import("aedes").catch(() => {
    throw new TwinError(
      "E_EMBEDDED",
      "The embedded broker needs the package aedes (Node.js 20 or newer): install it, or give the address of a broker.",
    );
  });
  const aedes = await Aedes.createBroker();
  const server = createServer(aedes.handle);
  try {
    await listen(server, port);
  } catch (error) {
    await new Promise<void>((resolve) => aedes.close(() => resolve()));
    if ((error as { code?: string }).code === "EADDRINUSE")
      throw new TwinError(
        "E_EMBEDDED",
        `The port ${port} of the embedded broker is in use by another program: choose another port.`,
      );
    throw new TwinError("E_EMBEDDED", `The embedded broker cannot use port ${port}: ${(error as Error).message}.`);
  }
  server.on("error", () => {});
  return {
    users: 0,
    stop: () => new Promise((resolve) => aedes.close(() => server.close(() => resolve()))),
  };
}

const listen = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });
