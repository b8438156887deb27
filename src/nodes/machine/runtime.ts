import type { Action, Json, TwinRef } from "../../lib/store/store.ts";
import { describe, isPlainObject, isTwinId, TwinError } from "../../lib/twin/envelope.ts";
import { assetOf } from "../shared/asset-node.ts";
import type { Message, Node, Runtime, Send } from "../shared/node-red.ts";
import { isAction, readAction } from "../shared/stage.ts";
import { bearingMachine } from "./bearing.ts";
import { startLoop } from "./loop.ts";
import { type MachineConfig, migrate } from "./migrations.ts";
import { modelMachine } from "./modelled.ts";
import { recordedMachine } from "./recorded.ts";
import { simulatedMachine } from "./simulated.ts";

/** What the node needs of either source. */
export interface Machine {
  /** The twins whose samples it sends: at least one. */
  refs: TwinRef[];
  /** A sentence to show at deploy, when the machine runs but not with everything. */
  warning?: string;
  /** A run begins that does not go on with a saved one; the twins already have samples up to the source time `after`. */
  begin(after: number): void;
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

const MACHINES = {
  recording: recordedMachine,
  bearing: bearingMachine,
  model: modelMachine,
  simulation: simulatedMachine,
} as const;
const STATUS_MS = 1000;
const STATE_VERSION = 1;

export function wire(RED: Runtime, node: Node, stored: Partial<MachineConfig>): void {
  const config = migrate(stored);
  const { asset, store } = assetOf(RED, config.asset);
  const id = config.twinId || (asset.idPattern.includes("*") ? "" : asset.idPattern);
  if (config.source !== "recording" && !(isTwinId(id) && asset.matches(id)))
    throw new TwinError(
      "E_CONFIG",
      `The twin id ${describe(id)} must be a plain id that the asset ${describe(asset.name)} (${asset.idPattern}) serves.`,
    );
  /** Twins that still know another run of a simulated machine: they forget it before the first sample of this one. */
  let outdated: TwinRef[] = [];
  const emit = (out: (Message | Message[] | null)[]) => {
    const refs = outdated;
    outdated = [];
    if (refs.length) node.send([resetsOf({}, refs), null]);
    node.send(out);
  };
  const make = MACHINES[config.source];
  const machine = make(config, asset, id, emit, (key, vars) => RED._(`twin-machine.${key}`, vars));

  const ids = new Set(machine.refs.map((ref) => ref.id));
  if (machine.warning) node.warn(machine.warning);

  // What gives the saved state its meaning: everything but the pace.
  const { clock: _clock, speed: _speed, loop: _loop, name: _name, ...shape } = config;
  const meaning = JSON.stringify([STATE_VERSION, shape]);
  // A fleet's state is kept under the name of its first twin.
  const own = machine.refs[0]!;
  if (!goesOn()) {
    const known = machine.refs.map((ref) => store.twin(ref)?.twin).filter((twin) => twin?.simulated === true);
    outdated = known.map((twin) => ({ branch: twin!.branch, id: twin!.id }));
    machine.begin(known.reduce((newest, twin) => Math.max(newest, twin!.time), Number.NEGATIVE_INFINITY));
  }
  const save = () => store.saveState(node.id, own, meaning, machine.snapshot());
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
      if (onInput(msg, send)) showStatus();
      else node.status({ fill: "grey", shape: "ring", text: `○ ${RED._("twin-machine.status.other")}` });
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

  /** Takes up the run that was saved, if there is one of the same meaning. */
  function goesOn(): boolean {
    const saved = store.loadState(node.id, own, meaning);
    if (!saved || !("state" in saved)) return false;
    try {
      machine.restore(saved.state);
      return true;
    } catch {
      machine.reset();
      return false;
    }
  }

  /** False when the message is for another twin: several machines may hang on one wire. */
  function onInput(msg: Message, send: Send): boolean {
    if (isAction(msg)) return onAction(msg, send);
    if (isPlainObject(msg.twin) && isTwinId(msg.twin.id) && !ids.has(msg.twin.id)) return false;
    const [signal, value] = commandOf(msg);
    machine.command(signal, value);
    return true;
  }

  function onAction(msg: Message, send: Send): boolean {
    const target = isPlainObject(msg.payload) && msg.payload.id !== undefined ? {} : { twin: own };
    const action = readAction(RED, { ...msg, ...(isPlainObject(msg.twin) ? {} : target) });
    if (!ids.has(action.id)) return false;
    if (action.action === "reset") {
      machine.reset();
      outdated = [];
      // The memory of the twins starts over with their machine.
      send([resetsOf(msg, machine.refs), null]);
    } else if (!machine.action(action))
      throw new TwinError(
        "E_ACTION",
        `The machine does not know the action ${describe(action.action)}: use fault, repair, play, pause or reset.`,
      );
    return true;
  }

  /** Every twin of a fleet gets a request of its own: the same message id would make them one. */
  function resetsOf(msg: Message, refs: readonly TwinRef[]): Message[] {
    return refs.map((ref, i) => {
      const _msgid = (i === 0 && msg._msgid) || RED.util.generateId();
      return { ...msg, _msgid, reset: undefined, action: "reset", twin: { ...ref } };
    });
  }
}

/** Signal and value of a command: from twin command, or `{signal: value}` from any other node. */
function commandOf(msg: Message): [string, unknown] {
  const command = isPlainObject(msg.twin) ? msg.twin.command : undefined;
  // An event tells about a command, perhaps one that waits for a person: it is none.
  const tells = msg.event !== undefined || msg.error !== undefined;
  if (isPlainObject(command) && typeof command.signal === "string" && !tells) return [command.signal, command.value];
  if (isPlainObject(msg.payload) && !isPlainObject(msg.twin)) {
    const entries = Object.entries(msg.payload);
    if (entries.length === 1) return entries[0]!;
  }
  throw new TwinError(
    "E_COMMAND",
    "The machine takes commands from output 1 of a twin command node, or a payload such as { speed: 1400 }.",
  );
}
