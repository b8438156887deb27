/** The part of the Node-RED runtime API that our nodes use (Node-RED 4.1 and 5). */
export interface Message {
  [key: string]: unknown;
  _msgid?: string;
  topic?: unknown;
  payload?: unknown;
  twin?: unknown;
  event?: unknown;
  action?: unknown;
  reset?: unknown;
}

export interface Status {
  fill?: "red" | "green" | "yellow" | "blue" | "grey";
  shape?: "ring" | "dot";
  text?: string;
}

export type Send = (msg: Message | null | (Message | Message[] | null)[]) => void;
export type Done = (err?: Error) => void;

export interface Node {
  id: string;
  type: string;
  name?: string;
  /** Path of flow ids; shared nodes inside subflows get an id of their own. */
  _alias?: string;
  credentials?: Record<string, unknown>;
  on(event: "input", cb: (msg: Message, send: Send, done: Done) => void): void;
  on(event: "close", cb: (removed: boolean, done: () => void) => void): void;
  send(msg: Message | null | (Message | Message[] | null)[]): void;
  status(status: Status): void;
  error(error: unknown, msg?: Message): void;
  warn(text: unknown): void;
  log(text: unknown): void;
}

export interface Runtime {
  _(key: string, vars?: Record<string, unknown>): string;
  version(): string;
  settings: { userDir?: string; httpAdminRoot?: string | false; adminAuth?: unknown; [key: string]: unknown };
  nodes: {
    createNode(node: Node, config: object): void;
    registerType(type: string, constructor: unknown, options?: object): void;
    getNode(id: string): Node | null;
    eachNode(cb: (config: Record<string, unknown>) => void): void;
  };
  plugins: { registerPlugin(id: string, definition: object): void };
  util: {
    cloneMessage<T>(msg: T): T;
    generateId(): string;
    evaluateNodeProperty(value: string, type: string, node: Node, msg: Message): unknown;
    getMessageProperty(msg: object, path: string): unknown;
  };
  // biome-ignore lint/suspicious/noExplicitAny: Express's own types are not part of this package.
  httpAdmin: Record<"get" | "post" | "put" | "delete" | "use", (path: string, ...handlers: any[]) => void>;
  auth: { needsPermission(permission: string): unknown };
  comms: { publish(topic: string, data: unknown, retain?: boolean): void };
}
