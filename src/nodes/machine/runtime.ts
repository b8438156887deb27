import type { Action, Json } from "../../lib/store/store.ts";
import { describe, isPlainObject, isTwinId, TwinError } from "../../lib/twin/envelope.ts";
import { assetOf } from "../shared/asset-node.ts";
import type { Message, Node, Runtime, Send } from "../shared/node-red.ts";
import { isAction, readAction } from "../shared/stage.ts";
import { startLoop } from "./loop.ts";
import { type MachineConfig, migrate } from "./migrations.ts";
import { recordedMachine } from "./recorded.ts";
import { simulatedMachine } from "./simulated.ts";

/** What the node needs of either source. */
export interface Machine {
  /** Branch and id under which the machine's own state is kept. */
  ref: { branch: string; id: string };
  elapse(wallMs: number): void;
  /** Emits the next due sample; false when nothing is due. */
  take(): boolean;
  /** @throws TwinError with a sentence when the command is not understood */
  command(signal: string, value: unknown): void;
  /** Answers an action on the input; false when it is not one of this machine's. */
  action(action: Action): boolean;
  status(): { fill: "green" | "grey" | "yellow"; shape: "dot" | "ring"; text: string };
  reset(): void;
  snapshot(): Json;
  restore(state: Json): void;
}

const STATUS_MS = 1000;
const STATE_VERSION = 1;

export function wire(RED: Runtime, node: Node, stored: Partial<MachineConfig>): void {
  const config = migrate(stored);
  const { asset, store } = assetOf(RED, config.asset);
  const id = config.twinId || (asset.idPattern.includes("*") ? "" : asset.idPattern);
  if (config.source === "simulation" && !(isTwinId(id) && asset.matches(id)))
    throw new TwinError(
      "E_CONFIG",
      `The twin id ${describe(id)} must be a plain id that the asset ${describe(asset.name)} (${asset.idPattern}) serves.`,
    );
  const emit = (out: (Message | Message[] | null)[]) => node.send(out);
  const make = config.source === "recording" ? recordedMachine : simulatedMachine;
  const machine = make(config, asset, id, emit, (key, vars) => RED._(`twin-machine.${key}`, vars));

  // What gives the saved state its meaning: everything but the pace.
  const { clock: _clock, speed: _speed, name: _name, ...shape } = config;
  const meaning = JSON.stringify([STATE_VERSION, shape]);
  const saved = store.loadState(node.id, machine.ref, meaning);
  if (saved && "state" in saved)
    try {
      machine.restore(saved.state);
    } catch {
      machine.reset();
    }
  const save = () => store.saveState(node.id, machine.ref, meaning, machine.snapshot());
  const stopFlush = store.onFlush(save);

  const showStatus = () => node.status(machine.status());
  showStatus();
  const stopLoop = startLoop(
    (ms) => machine.elapse(ms),
    () => machine.take(),
  );
  const timer = setInterval(showStatus, STATUS_MS);

  node.on("input", (msg, send, done) => {
    try {
      onInput(msg, send);
      showStatus();
      done();
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  });
  node.on("close", (removed, done) => {
    stopLoop();
    clearInterval(timer);
    stopFlush();
    if (removed) store.dropStates(node.id);
    else save();
    done();
  });

  function onInput(msg: Message, send: Send): void {
    if (isAction(msg)) return onAction(msg, send);
    const [signal, value] = commandOf(msg);
    machine.command(signal, value);
  }

  function onAction(msg: Message, send: Send): void {
    const target = isPlainObject(msg.payload) && msg.payload.id !== undefined ? {} : { twin: machine.ref };
    const action = readAction(RED, { ...msg, ...(isPlainObject(msg.twin) ? {} : target) });
    if (action.action === "reset") {
      machine.reset();
      // The twin's own memory starts over with its machine.
      send([{ ...msg, reset: undefined, action: "reset", twin: { ...machine.ref } }, null]);
    } else if (!machine.action(action))
      throw new TwinError(
        "E_ACTION",
        `The machine does not know the action ${describe(action.action)}: use fault, repair, play, pause or reset.`,
      );
  }
}

/** Signal and value of a command: from twin command, or `{signal: value}` from any other node. */
function commandOf(msg: Message): [string, unknown] {
  const command = isPlainObject(msg.twin) ? msg.twin.command : undefined;
  if (isPlainObject(command) && typeof command.signal === "string") return [command.signal, command.value];
  if (isPlainObject(msg.payload)) {
    const entries = Object.entries(msg.payload);
    if (entries.length === 1) return entries[0]!;
  }
  throw new TwinError(
    "E_COMMAND",
    "The machine takes commands from a twin command node, or a payload such as { speed: 1400 }.",
  );
}
