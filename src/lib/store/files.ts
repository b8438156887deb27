/**
 * The memory store with snapshots on disk: what nodes know survives restarts and power cuts. One file per node, written
 * whole: to a temporary file, fsync, rename, fsync of the folder, so that a cut leaves either the old or the new one.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { isPlainObject, twinKey } from "../twin/envelope.ts";
import { type MemoryOptions, MemoryStore, type SavedState, stateOf } from "./memory.ts";
import type { Json, TwinRef } from "./store.ts";

const HEADER = { format: "twinwire node states", version: 1 };
/** Serialising many twins is cut into pieces of this length, so that Node-RED never stalls. */
const SLICE_MS = 5;
const PIECE_LENGTH = 500_000;
export const FLUSH_MS = 30_000;

export interface FileOptions extends MemoryOptions {
  /** Told in one sentence when a file cannot be read or written. */
  warn: (sentence: string) => void;
}

export class FileStore extends MemoryStore {
  readonly folder: string;
  #warn: (sentence: string) => void;
  #dirty = new Set<string>();
  /** Nodes whose file is being written: not on disk yet, should the process end now. */
  #underWay = new Set<string>();
  #timer: NodeJS.Timeout;
  #writing: Promise<void> | undefined;
  #closed = false;

  /** Opens the folder and reads what is there. A file that is torn or not ours is put aside and named in a warning. */
  constructor(name: string, folder: string, options: FileOptions) {
    super(name, options);
    this.folder = folder;
    this.#warn = options.warn;
    mkdirSync(folder, { recursive: true });
    for (const file of readdirSync(folder)) if (file.endsWith(".ndjson")) this.#load(file);
    this.#timer = setInterval(() => void this.flush(), FLUSH_MS);
    this.#timer.unref();
  }

  override saveState(node: string, ref: TwinRef, meaning: string, state: Json | (() => Json)): void {
    super.saveState(node, ref, meaning, state);
    this.#dirty.add(node);
  }

  override dropStates(node: string, ref?: TwinRef): void {
    super.dropStates(node, ref);
    this.#dirty.add(node);
  }

  /** Writes everything that changed. Calls while a write is under way wait for it and write what came since. */
  async flush(): Promise<void> {
    while (this.#writing) await this.#writing;
    if (this.#closed) return;
    this.#writing = this.#writeDirty().finally(() => (this.#writing = undefined));
    await this.#writing;
  }

  /** Writes everything that changed before it returns, and stops. */
  close(): void {
    if (this.#closed) return;
    this.collect();
    this.#closed = true;
    clearInterval(this.#timer);
    for (const node of new Set([...this.#dirty, ...this.#underWay])) this.#attempt(node, () => this.#writeNow(node));
    this.#dirty.clear();
  }

  async #writeDirty(): Promise<void> {
    this.collect();
    const nodes = Array.from(this.#dirty);
    this.#dirty.clear();
    for (const node of nodes) this.#underWay.add(node);
    for (const node of nodes)
      try {
        await this.#write(node);
        this.#underWay.delete(node);
      } catch (error) {
        this.#underWay.delete(node);
        this.#dirty.add(node);
        this.#warn(
          `The state of node ${node} could not be saved (${(error as Error).message}); it is tried again in 30 s.`,
        );
      }
  }

  async #write(node: string): Promise<void> {
    const path = this.#path(node);
    if (!this.states.get(node)?.size) return rmSync(path, { force: true });
    const temporary = `${path}.tmp`;
    const file = await open(temporary, "w");
    try {
      for (const piece of this.#pieces(node)) {
        if (this.#closed) break;
        await file.appendFile(piece); // gives Node-RED its turn
      }
      await file.sync();
    } finally {
      await file.close();
    }
    if (this.#closed) return rmSync(temporary, { force: true }); // close() has written a newer one meanwhile
    renameSync(temporary, path);
    this.#syncFolder();
  }

  #writeNow(node: string): void {
    const path = this.#path(node);
    if (!this.states.get(node)?.size) return rmSync(path, { force: true });
    const temporary = `${path}.last.tmp`; // an unfinished write may still hold the other one
    const file = openSync(temporary, "w");
    try {
      writeSync(file, Array.from(this.#lines(node)).join("\n"));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
    this.#syncFolder();
  }

  /** The lines, joined to pieces that take a few milliseconds each. */
  *#pieces(node: string): Generator<string> {
    let piece = "";
    let separator = "";
    let until = performance.now() + SLICE_MS;
    for (const line of this.#lines(node)) {
      piece += separator + line;
      separator = "\n";
      if (performance.now() < until && piece.length < PIECE_LENGTH) continue;
      yield piece;
      piece = "";
      until = performance.now() + SLICE_MS;
    }
    if (piece) yield piece;
  }

  /** Header, one line per twin, and the count: a file without the right count is torn. */
  *#lines(node: string): Generator<string> {
    let count = 0;
    yield JSON.stringify({ ...HEADER, node });
    for (const saved of Array.from(this.states.get(node)!.values())) {
      const line = this.#line(node, saved);
      if (line === undefined) continue;
      yield line;
      count++;
    }
    yield JSON.stringify({ count });
  }

  /** One state that cannot be written must not cost the others their file. */
  #line(node: string, saved: SavedState): string | undefined {
    try {
      return JSON.stringify({ ...saved, state: stateOf(saved) });
    } catch (error) {
      this.#warn(`The state of ${saved.id} in node ${node} cannot be saved: ${(error as Error).message}`);
      return undefined;
    }
  }

  #load(file: string): void {
    const path = join(this.folder, file);
    try {
      const lines = readFileSync(path, "utf8").split("\n");
      const header = JSON.parse(lines[0]!);
      if (header.format !== HEADER.format || header.version !== HEADER.version || typeof header.node !== "string")
        throw new Error("it is not a state file of this version");
      const states = lines.slice(1, -1).map((line) => JSON.parse(line));
      if (lines.length < 2 || JSON.parse(lines.at(-1)!).count !== states.length) throw new Error("it is incomplete");
      if (
        !states.every(
          (s) =>
            isPlainObject(s) &&
            typeof s.id === "string" &&
            typeof s.branch === "string" &&
            typeof s.meaning === "string",
        )
      )
        throw new Error("its entries are not node states");
      this.states.set(header.node, new Map(states.map((s) => [twinKey(s.branch, s.id), s])));
    } catch (error) {
      const aside = `${path}.corrupt`;
      renameSync(path, aside);
      this.#warn(
        `The state file ${file} cannot be used: ${(error as Error).message}. It was put aside as ${file}.corrupt, and its nodes learn again.`,
      );
    }
  }

  #attempt(node: string, write: () => void): void {
    try {
      write();
    } catch (error) {
      this.#warn(`The state of node ${node} could not be saved: ${(error as Error).message}`);
    }
  }

  /** Node ids are hexadecimal; anything else is made harmless for a file name. */
  #path(node: string): string {
    return join(this.folder, `${encodeURIComponent(node).replaceAll("*", "%2A").slice(0, 150)}.ndjson`);
  }

  /** After a rename the folder itself must reach the disk; not every system can open a folder. */
  #syncFolder(): void {
    if (process.platform === "win32" || !existsSync(this.folder)) return;
    const handle = openSync(this.folder, "r");
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  }
}
