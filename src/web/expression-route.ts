/** `POST <admin>/twin/api/expression`: what is wrong with an expression, as a sentence, while somebody types it. */
import { isPlainObject, isSignalName, TwinError } from "../lib/twin/envelope.ts";
import { pathExists } from "../lib/twin/paths.ts";
import type { Runtime } from "../nodes/shared/node-red.ts";

interface Request {
  body?: unknown;
}
interface Response {
  status(code: number): Response;
  json(body: unknown): void;
}

export type ExpressionAnswer = { ok: true; names: string[] } | { ok: false; message: string; position?: number };

const LONGEST = 2000;

/**
 * Serves the route; asks for `twin.read`. Body: `{ text, signals: [name], parameters?: [name] }`, the names of the
 * asset. Answer: `{ ok: true, names }` with what the expression reads, or `{ ok: false, message, position? }`.
 */
export function expressionRoute(RED: Pick<Runtime, "httpAdmin" | "auth">): void {
  RED.httpAdmin.post(
    "/twin/api/expression",
    RED.auth.needsPermission("twin.read"),
    (request: Request, response: Response) => {
      const answer = checkExpression(request.body);
      if (answer) response.json(answer);
      else response.status(400).json({ ok: false, message: "Send { text, signals } with the names of the signals." });
    },
  );
}

/** The answer to a request body; undefined when the body is not one. */
export function checkExpression(body: unknown): ExpressionAnswer | undefined {
  if (!isPlainObject(body) || typeof body.text !== "string" || !isNames(body.signals)) return undefined;
  if (body.parameters !== undefined && !isNames(body.parameters)) return undefined;
  if (body.text.length > LONGEST)
    return { ok: false, message: `The expression is longer than ${LONGEST} characters: make it shorter.` };
  const signals = new Map(body.signals.map((name) => [name, undefined as never]));
  const parameters = new Set<string>(body.parameters ?? []);
  // The parser is loaded with the first expression, not with Node-RED.
  const { compileExpression } =
    require("../lib/expression/compile.js") as typeof import("../lib/expression/compile.ts");
  try {
    const { names } = compileExpression(body.text, (name) => parameters.has(name) || pathExists({ signals }, name));
    return { ok: true, names: [...names] };
  } catch (error) {
    if (!(error instanceof TwinError)) throw error;
    const { position } = error as { position?: unknown };
    return { ok: false, message: error.message, ...(typeof position === "number" && { position }) };
  }
}

const isNames = (x: unknown): x is string[] => Array.isArray(x) && x.length <= 10_000 && x.every(isSignalName);
