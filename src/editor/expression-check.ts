/** Expressions in dialogs: asked of the runtime while somebody types, remembered, and answered with a sentence. */
import { assetSignals } from "./asset-select.ts";

type Verdict = true | string;

const verdicts = new Map<string, Verdict>();
const asked = new Set<string>();

/**
 * What is known about an expression over the quantities of an asset. While the runtime has not answered yet it is true,
 * and `answered` is called once when the answer is there.
 */
export function expressionProblem(text: string, assetId: string | undefined, answered: () => void): Verdict {
  const names = namesOf(assetId);
  if (text.trim() === "" || names.signals.length === 0) return true;
  const key = JSON.stringify([text, names]);
  const known = verdicts.get(key);
  if (known !== undefined) return known;
  if (!asked.has(key)) {
    asked.add(key);
    ask({ text, ...names })
      .then((verdict) => verdicts.set(key, verdict))
      // An editor that cannot ask does not block: the runtime checks again at deploy.
      .catch(() => verdicts.set(key, true))
      .finally(() => {
        asked.delete(key);
        answered();
      });
  }
  return true;
}

/** Paths that make sense in an expression over this asset, for suggestions. */
export function expressionNames(assetId: string | undefined): string[] {
  const { signals, parameters } = namesOf(assetId);
  const fixed = ["anomaly.health", "anomaly.score", "anomaly.active", "rul.p05", "rul.p50", "rul.p95"];
  const derived = ["model.derived.npshMargin", "model.derived.head"];
  const perSignal = signals.flatMap((s) => [`model.expected.${s}`, `model.residual.${s}`, `model.z.${s}`]);
  return [...signals, ...fixed, ...derived, ...perSignal, ...parameters];
}

function namesOf(assetId: string | undefined): { signals: string[]; parameters: string[] } {
  const asset = assetId ? RED.nodes.node(assetId) : null;
  const names = (rows: unknown): string[] => (Array.isArray(rows) ? rows.map((r) => String(r.name)) : []);
  return { signals: assetSignals(assetId).map((s) => s.name), parameters: names(asset?.parameters) };
}

async function ask(body: object): Promise<Verdict> {
  const answer = await $.ajax({
    url: "twin/api/expression",
    type: "POST",
    contentType: "application/json",
    data: JSON.stringify(body),
  });
  return answer.ok === true ? true : String(answer.message);
}
