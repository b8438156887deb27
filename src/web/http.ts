/** The little of Express that the routes use. */

import type { TwinRef } from "../lib/store/store.ts";
import { isBranch, isTwinId } from "../lib/twin/envelope.ts";

export interface Request {
  query: Record<string, unknown>;
  body?: unknown;
  originalUrl: string;
  headers: Record<string, string | undefined>;
  user?: { username?: string };
  on(event: "close", cb: () => void): void;
}

export interface Response {
  status(code: number): Response;
  json(body: unknown): void;
  redirect(url: string): void;
  set(headers: Record<string, string>): Response;
  type(type: string): Response;
  send(body: string | Buffer): void;
  write(chunk: string): boolean;
  end(): void;
  on(event: "drain" | "close", cb: () => void): void;
  flushHeaders(): void;
}

/** Branch and id of a request, or undefined when they are not a twin's. */
export function refOf(source: Record<string, unknown>): TwinRef | undefined {
  const branch = source.branch ?? "live";
  return isBranch(branch) && isTwinId(source.id) ? { branch, id: source.id } : undefined;
}

/** Data must never come from a cache: the next reader may not be allowed to see it. */
export const fresh = (res: Response): Response => res.set({ "Cache-Control": "no-store" });
