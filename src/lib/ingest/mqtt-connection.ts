/** One connection to a broker, shared by all nodes that use it. */
import type { IClientOptions, IPublishPacket, MqttClient } from "mqtt";
import { describe, TwinError } from "../twin/envelope.ts";
import { brokerProblem } from "./mqtt-problem.ts";
import { topicMatches, withoutOverlap } from "./topic.ts";

export type Qos = 0 | 1 | 2;

export interface MqttMessage {
  topic: string;
  payload: Buffer;
  qos: Qos;
  retain: boolean;
}

/** `waiting` means between two attempts; `problem` is a sentence for people. */
export interface ConnectionState {
  kind: "idle" | "connecting" | "connected" | "waiting" | "closed";
  problem?: string;
}

export interface ConnectionOptions {
  /** For example `mqtts://broker.plant:8883`. */
  url: string;
  /** Passed to mqtt.js: clientId, clean, credentials, TLS … */
  client: IClientOptions;
  /** Gives a number of [0, 1), for the jitter of reconnects. */
  random: () => number;
  /** Run before every attempt to connect, such as starting the embedded broker. May reject with a TwinError. */
  prepare?: () => Promise<void>;
  /** Told about things that nobody asked for, such as messages of an earlier subscription. */
  warn?: (sentence: string) => void;
}

interface Subscription {
  filter: string;
  qos: Qos;
  handler: (message: MqttMessage) => void;
  problem: ((error: Error) => void) | undefined;
}

interface Held {
  message: MqttMessage;
  acknowledge: () => void;
}

interface Pending {
  reject: (error: Error) => void;
  messageId: number | undefined;
}

const FIRST_DELAY = 500;
const LONGEST_DELAY = 15_000;
/** How long a subscription outlives its node: a redeploy takes it up again, and a shutdown never ends it. */
const KEEP = 5000;
const CONNECT_WAIT = 3000;
const ACK_TIMEOUT = 10_000;

/** Connects on first use; mqtt.js is loaded then. */
export class MqttConnection {
  readonly #options: ConnectionOptions;
  #client: MqttClient | undefined;
  #state: ConnectionState = { kind: "idle" };
  #listeners = new Set<(state: ConnectionState) => void>();
  #subscriptions = new Set<Subscription>();
  /** Filters of closed nodes that a redeploy may take up again. */
  #kept = new Map<string, Qos>();
  /** What the broker has been asked for. */
  #active = new Map<string, Qos>();
  #held: Held[] = [];
  #pending = new Set<Pending>();
  #attempts = 0;
  #timer: NodeJS.Timeout | undefined;
  #syncing = false;
  #warned = new Set<string>();

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** The broker's address for people, without credentials. */
  get address(): string {
    return this.#options.url.replace(/^.*:\/\//, "").replace(/^.*@/, "");
  }

  /** Tells the present state at once, and every change. Returns the function that ends it. */
  onState(listener: (state: ConnectionState) => void): () => void {
    this.#listeners.add(listener);
    listener(this.#state);
    return () => this.#listeners.delete(listener);
  }

  /** Connects, if this has not been done yet. */
  open(): void {
    if (this.#state.kind === "idle") void this.#connect();
  }

  /**
   * Hands every message that matches to `handler`, once, before it is acknowledged; the handler must not throw.
   * @returns the function that ends it; `keep` leaves the broker's queue to whoever subscribes next (redeploy, restart).
   */
  subscribe(
    filter: string,
    qos: Qos,
    handler: (message: MqttMessage) => void,
    problem?: (error: Error) => void,
  ): (how?: { keep: boolean }) => void {
    const subscription = { filter, qos, handler, problem };
    this.#subscriptions.add(subscription);
    this.#kept.delete(filter);
    this.open();
    this.#syncSoon();
    if (this.#held.length) setImmediate(() => this.#release(false));
    return (how) => {
      if (!this.#subscriptions.delete(subscription)) return;
      if (how?.keep) this.#keep(filter, qos);
      this.#syncSoon();
    };
  }

  /**
   * Publishes; resolves when the broker has acknowledged (QoS 0: when it is written). Nothing is queued for later: a value
   * that cannot be sent now is not sent when the broker returns.
   * @throws TwinError `E_BROKER` with a sentence (as a rejection)
   */
  async publish(topic: string, payload: string | Buffer, options: { qos: Qos; retain: boolean }): Promise<void> {
    if (topic === "" || /[+#\0]/.test(topic))
      throw new TwinError(
        "E_TOPIC",
        `The topic ${describe(topic)} cannot be published to: it must be text without + and #.`,
      );
    this.open();
    await this.#untilConnected();
    const client = this.#client!;
    await new Promise<void>((resolve, reject) => {
      const pending: Pending = { reject, messageId: undefined };
      const timer = setTimeout(() => this.#giveUp(pending, "the broker did not acknowledge within 10 s"), ACK_TIMEOUT);
      this.#pending.add(pending);
      client.publish(topic, payload, options, (error) => {
        clearTimeout(timer);
        if (!this.#pending.delete(pending)) return;
        if (error) reject(this.#notSent(error.message));
        else resolve();
      });
      if (options.qos > 0) pending.messageId = client.getLastMessageId();
    });
  }

  /** Ends the connection; the session of a stable client id stays with the broker, which queues for it. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#set({ kind: "closed" });
    this.#rejectPending("the connection was closed");
    this.#held = [];
    const client = this.#client;
    this.#client = undefined;
    if (client) await endClient(client);
  }

  async #connect(): Promise<void> {
    this.#set({ kind: "connecting", ...(this.#state.problem !== undefined && { problem: this.#state.problem }) });
    try {
      await this.#options.prepare?.();
      if (this.#closed()) return;
      if (!this.#client) await this.#create();
      else this.#client.reconnect({ incomingStore: this.#client.incomingStore, outgoingStore: await emptyStore() });
    } catch (error) {
      this.#later(error as Error);
    }
  }

  async #create(): Promise<void> {
    const mqtt = await import("mqtt");
    if (this.#closed()) return;
    const connect = mqtt.connect ?? mqtt.default.connect;
    // Reconnecting and resubscribing are done here: with jitter, and without overlaps.
    const client = connect(this.#options.url, { ...this.#options.client, reconnectPeriod: 0, resubscribe: false });
    this.#client = client;
    let problem: Error | undefined;
    client.on("error", (error) => (problem = error));
    client.on("connect", (packet) => {
      this.#attempts = 0;
      problem = undefined;
      if (!packet.sessionPresent) this.#active.clear();
      this.#set({ kind: "connected" });
      this.#sync();
    });
    client.on("close", () => {
      this.#rejectPending("the connection to the broker broke");
      this.#held = [];
      this.#later(problem);
      problem = undefined;
    });
    client.handleMessage = (packet, acknowledge) => this.#receive(packet as IPublishPacket, () => acknowledge());
  }

  #later(error: Error | undefined): void {
    if (this.#closed()) return;
    clearTimeout(this.#timer);
    const delay = Math.min(LONGEST_DELAY, FIRST_DELAY * 1.6 ** this.#attempts) * (0.5 + this.#options.random());
    this.#attempts++;
    this.#set({ kind: "waiting", problem: brokerProblem(error, this.address) });
    this.#timer = setTimeout(() => void this.#connect(), delay);
    this.#timer.unref();
  }

  #receive(packet: IPublishPacket, acknowledge: () => void): void {
    const { topic, qos, retain } = packet;
    const payload = Buffer.isBuffer(packet.payload) ? packet.payload : Buffer.from(packet.payload);
    const message = { topic, payload, qos, retain };
    if (this.#closed()) return; // Not acknowledged: the broker keeps it.
    if (this.#dispatch(message)) return acknowledge();
    if (qos > 0 && Array.from(this.#kept.keys()).some((filter) => topicMatches(filter, topic)))
      this.#held.push({ message, acknowledge });
    else {
      this.#warnUnmatched(topic);
      acknowledge();
    }
  }

  /** Hands a message to everybody who wants it; false when nobody does. */
  #dispatch(message: MqttMessage): boolean {
    let wanted = false;
    for (const { filter, handler, problem } of Array.from(this.#subscriptions)) {
      if (!topicMatches(filter, message.topic)) continue;
      wanted = true;
      try {
        handler(message);
      } catch (error) {
        problem?.(error as Error);
      }
    }
    return wanted;
  }

  /** A message of a filter that was joined, or of an earlier subscription of this client id. */
  #warnUnmatched(topic: string): void {
    const filters = Array.from(this.#active.keys());
    if (filters.some((filter) => topicMatches(filter, topic)) || this.#warned.size > 0) return;
    this.#warned.add(topic);
    this.#options.warn?.(
      `The broker ${this.address} sends ${describe(topic)}, to which no node subscribes now: it belongs to an earlier subscription of this client id. Such messages are not used.`,
    );
  }

  #keep(filter: string, qos: Qos): void {
    this.#kept.set(filter, qos);
    const timer = setTimeout(() => {
      this.#kept.delete(filter);
      this.#release(true);
      this.#syncSoon();
    }, KEEP);
    timer.unref();
  }

  #release(giveUp: boolean): void {
    const held = this.#held;
    this.#held = [];
    for (const one of held)
      if (this.#dispatch(one.message)) one.acknowledge();
      else if (giveUp) {
        this.#warnUnmatched(one.message.topic);
        one.acknowledge();
      } else this.#held.push(one);
  }

  #syncSoon(): void {
    if (this.#syncing) return;
    this.#syncing = true;
    setImmediate(() => {
      this.#syncing = false;
      this.#sync();
    });
  }

  /** Brings what the broker sends in line with what the nodes want. */
  #sync(): void {
    const client = this.#client;
    if (this.#state.kind !== "connected" || !client) return;
    const wanted = this.#wanted();
    const old = Array.from(this.#active.keys()).filter((filter) => !wanted.has(filter));
    const fresh = Array.from(wanted).filter(([filter, qos]) => this.#active.get(filter) !== qos);
    // First the new ones come, then the old ones go: between the two a message may come twice, but none is missed.
    let open = fresh.length;
    const dropOld = (): void => {
      if (open === 0 && old.length && client.connected) client.unsubscribe(old, () => {});
    };
    for (const filter of old) this.#active.delete(filter);
    dropOld();
    for (const [filter, qos] of fresh) {
      this.#active.set(filter, qos);
      client.subscribe(filter, { qos }, (error, granted) => {
        open--;
        dropOld();
        const refused = error ?? (granted?.some((g) => Number(g.qos) >= 128) ? new Error("not authorized") : undefined);
        if (refused && client.connected) this.#subscribeFailed(filter, refused);
        else if (refused) this.#active.delete(filter);
      });
    }
  }

  #wanted(): Map<string, Qos> {
    const all: { filter: string; qos: Qos }[] = [
      ...this.#subscriptions,
      ...Array.from(this.#kept, ([filter, qos]) => ({ filter, qos })),
    ];
    const wanted = new Map<string, Qos>();
    for (const wide of withoutOverlap(all.map((s) => s.filter))) {
      const covered = all.filter(
        (s) => withoutOverlap([wide, s.filter])[0] === wide && withoutOverlap([wide, s.filter]).length === 1,
      );
      wanted.set(wide, Math.max(...covered.map((s) => s.qos)) as Qos);
    }
    return wanted;
  }

  #subscribeFailed(filter: string, error: Error): void {
    const sentence = `The broker ${this.address} refused the subscription to ${describe(filter)}: ${error.message}.`;
    for (const s of this.#subscriptions)
      if (withoutOverlap([filter, s.filter]).length === 1) s.problem?.(new TwinError("E_BROKER", sentence));
  }

  async #untilConnected(): Promise<void> {
    if (this.#state.kind === "connected") return;
    await new Promise<void>((resolve, reject) => {
      let stop = (): void => {};
      const timer = setTimeout(() => {
        stop();
        reject(this.#notSent(this.#state.problem ?? "it is not connected"));
      }, CONNECT_WAIT);
      stop = this.onState(({ kind }) => {
        if (kind !== "connected" && kind !== "closed") return;
        clearTimeout(timer);
        setImmediate(() => stop());
        if (kind === "connected") resolve();
        else reject(this.#notSent("the connection was closed"));
      });
    });
  }

  #rejectPending(why: string): void {
    for (const pending of Array.from(this.#pending)) this.#giveUp(pending, why);
  }

  #giveUp(pending: Pending, why: string): void {
    if (!this.#pending.delete(pending)) return;
    if (pending.messageId !== undefined) this.#client?.removeOutgoingMessage(pending.messageId);
    pending.reject(this.#notSent(why));
  }

  #notSent(why: string): TwinError {
    return new TwinError("E_BROKER", `Nothing was sent to the broker ${this.address}: ${why.replace(/\.$/, "")}.`);
  }

  #closed(): boolean {
    return this.#state.kind === "closed";
  }

  #set(state: ConnectionState): void {
    if (this.#closed()) return;
    this.#state = state;
    for (const listener of Array.from(this.#listeners)) listener(state);
  }
}

async function emptyStore() {
  const { Store } = await import("mqtt");
  return new Store();
}

/** Says goodbye to the broker; a broker that does not answer within 2 s is left. */
function endClient(client: MqttClient): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => client.end(true, () => resolve()), 2000);
    client.end(false, () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
