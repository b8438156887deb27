/** Talking to Node-RED: the editor's login, JSON, and the stream of changes. */
import { TEXT } from "./texts.ts";

/** Node-RED's admin root: the page is at <root>/twin. */
export const ROOT = location.pathname.replace(/\/twin\/?$/, "");
const TOKENS = `auth-tokens${ROOT.replace(/\//g, "-")}`;

export class NotAllowed extends Error {}

/** The editor keeps its token in the local storage, one per admin root; the same login serves here. */
function token(): string | undefined {
  try {
    return JSON.parse(localStorage.getItem(TOKENS) ?? "null")?.access_token;
  } catch {
    return undefined;
  }
}

export const loggedIn = (): boolean => token() !== undefined;

export function logout(): void {
  const access = token();
  localStorage.removeItem(TOKENS);
  if (access)
    void fetch(`${ROOT}/auth/revoke`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${access}` },
      body: JSON.stringify({ token: access }),
    });
}

export async function login(username: string, password: string): Promise<boolean> {
  const body = new URLSearchParams({
    client_id: "node-red-editor",
    grant_type: "password",
    scope: "",
    username,
    password,
  });
  const answer = await fetch(`${ROOT}/auth/token`, { method: "POST", body });
  if (!answer.ok) return false;
  localStorage.setItem(TOKENS, JSON.stringify(await answer.json()));
  return true;
}

async function request(path: string, init: RequestInit = {}): Promise<Response> {
  const access = token();
  const headers = { ...init.headers, ...(access && { Authorization: `Bearer ${access}` }) };
  const answer = await fetch(`${ROOT}/twin/api/${path}`, { ...init, headers });
  if (answer.status === 401) throw new NotAllowed();
  return answer;
}

export async function get<T>(path: string): Promise<T | undefined> {
  const answer = await request(path);
  return answer.ok ? ((await answer.json()) as T) : undefined;
}

/** Posts an action; returns the sentence that says what became of it. */
export async function act(action: object): Promise<string> {
  const init = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(action) };
  const answer = await request("actions", init).catch(async (error) => {
    // Node-RED answers 401 to readers too: who can still read is logged in, but may not act.
    if (!(error instanceof NotAllowed)) throw error;
    await request("info");
    return undefined;
  });
  if (!answer) return TEXT.notAllowed;
  return ((await answer.json()) as { message: string }).message;
}

/** Reads the stream until `signal` aborts; connects again by itself. `lost` hears since when there is no connection. */
export async function follow(
  query: string,
  signal: AbortSignal,
  line: (data: Line) => void,
  lost: (since: number | null) => void,
): Promise<void> {
  let since: number | null = null;
  while (!signal.aborted) {
    try {
      const answer = await request(`stream${query}`, { signal });
      if (!answer.ok || !answer.body) throw new Error(TEXT.title);
      since = null;
      lost(null);
      await readLines(answer.body, signal, line);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof NotAllowed) throw error;
    }
    since ??= Date.now();
    lost(since);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

export type Line = { type: "twin"; twin: never } | { type: "hello" | "heartbeat" | "forget" };

/** The server sends a heartbeat every 5 s: longer silence is a lost connection. */
const SILENCE_MS = 15_000;

async function readLines(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal,
  line: (data: Line) => void,
): Promise<void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  signal.addEventListener("abort", () => void reader.cancel().catch(() => {}));
  for (;;) {
    let timer = 0;
    const silence = new Promise<never>((_, reject) => {
      timer = window.setTimeout(() => reject(new Error("silence")), SILENCE_MS);
    });
    try {
      const { done, value } = await Promise.race([reader.read(), silence]);
      if (done) return;
      rest += decoder.decode(value, { stream: true });
    } catch (error) {
      void reader.cancel().catch(() => {});
      throw error;
    } finally {
      clearTimeout(timer);
    }
    const lines = rest.split("\n");
    rest = lines.pop()!;
    for (const text of lines) if (text) line(JSON.parse(text));
  }
}
