/** The part of the Node-RED editor API that our dialogs use. */
interface EditorNode {
  id: string;
  type: string;
  name?: string;
  _(key: string, vars?: Record<string, unknown>): string;
  // biome-ignore lint/suspicious/noExplicitAny: a node's properties have the types its defaults say.
  [key: string]: any;
}
interface EditorEvents {
  on(event: string, cb: (...args: never[]) => void): void;
  off(event: string, cb: (...args: never[]) => void): void;
}
declare const RED: {
  nodes: {
    registerType(type: string, definition: Record<string, unknown> & ThisType<EditorNode>): void;
    node(id: string): EditorNode | null;
    eachConfig(cb: (node: EditorNode) => boolean | undefined): void;
    eachNode(cb: (node: EditorNode) => boolean | undefined): void;
    filterNodes(filter: Record<string, unknown>): EditorNode[];
    dirty(dirty?: boolean): boolean;
  };
  validators: {
    number(blankAllowed?: boolean): (value: unknown, opt?: unknown) => boolean | string;
    regex(re: RegExp): (value: unknown, opt?: unknown) => boolean | string;
    typedInput(options: unknown): (value: unknown, opt?: unknown) => boolean | string;
  };
  plugins: { registerPlugin(id: string, definition: Record<string, unknown>): void };
  settings: Record<string, unknown>;
  comms: { subscribe(topic: string, cb: (topic: string, data: unknown) => void): void };
  events: EditorEvents;
  // biome-ignore lint/suspicious/noExplicitAny: Node-RED's editor publishes no types.
  editor: any;
  notify(text: string, options?: unknown): void;
  _(key: string, vars?: Record<string, unknown>): string;
};
interface JQuery {
  // biome-ignore lint/suspicious/noExplicitAny: Node-RED's jQuery widgets publish no types.
  typedInput(...args: unknown[]): any;
  // biome-ignore lint/suspicious/noExplicitAny: Node-RED's jQuery widgets publish no types.
  editableList(...args: unknown[]): any;
  // biome-ignore lint/suspicious/noExplicitAny: Node-RED's jQuery widgets publish no types.
  autoComplete(...args: unknown[]): any;
}
