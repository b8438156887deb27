/** A state-space model A, B, C, D from any other program → a core that steps it exactly. */
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { describe } from "../../twin/envelope.ts";
import { displayUnit } from "../../twin/units.ts";
import type { Built } from "./built.ts";
import { type Dense, fromRows, zeros } from "./dense.ts";
import { DenseCore, isFiniteMatrix } from "./dense-core.ts";
import { readMatrixMarket } from "./matrix-market.ts";
import { type AssetSignals, Inputs, Outputs, type Source, type SpecReader } from "./spec-reader.ts";

/** Rows of numbers, or MatrixMarket text. */
export type MatrixSpec = number[][] | number[] | string;

export interface StateSpaceSpec {
  kind: "state-space";
  /** dx/dt = A x + B u, y = C x + D u, time in seconds. */
  A: MatrixSpec;
  B: MatrixSpec;
  C: MatrixSpec;
  D?: MatrixSpec;
  /** One per column of B. `unit` is what B expects; without it, that of the signal. */
  inputs: (Source & { unit?: string })[];
  /** One per row of C. `unit` is what C gives; without it, that of the signal. */
  outputs: { signal?: string; name?: string; unit?: string }[];
  start?: "steady" | "rest";
}

/** Beyond, an exponential takes longer than Node-RED may stand still. */
const MAX_STATES = 100;

export function readStateSpace(reader: SpecReader, signals: AssetSignals): Built {
  const A = readMatrix(reader, "A");
  const n = A.rows;
  if (A.columns !== n) throw reader.fail(`A is ${size(A)}: it must be square`);
  if (n > MAX_STATES) throw reader.fail(`A has ${n} states, at most ${MAX_STATES} are allowed: reduce the model first`);
  const B = readMatrix(reader, "B", n === 1 ? "row" : "column");
  const C = readMatrix(reader, "C", "row");
  if (B.rows !== n) throw reader.fail(`B is ${size(B)}: it must have ${n} rows, one per state`);
  if (C.columns !== n) throw reader.fail(`C is ${size(C)}: it must have ${n} columns, one per state`);
  const D = reader.has("D") ? readMatrix(reader, "D", "row") : zeros(C.rows, B.columns);
  if (D.rows !== C.rows || D.columns !== B.columns)
    throw reader.fail(`D is ${size(D)}: it must be ${C.rows} × ${B.columns}, like the rows of C and the columns of B`);
  const inputs = new Inputs(signals);
  const outputs = new Outputs(signals);
  const sources = reader.list("inputs", "input");
  const wanted = reader.list("outputs", "output");
  if (sources.length !== B.columns)
    throw reader.fail(`inputs has ${sources.length} rows, but B has ${B.columns} columns: one row per column`);
  if (wanted.length !== C.rows)
    throw reader.fail(`outputs has ${wanted.length} rows, but C has ${C.rows} rows: one row per row`);
  for (const source of sources) inputs.addOwn(source, unitOf(source, signals));
  for (const output of wanted) outputs.add(output, unitOf(output, signals));
  const system = { A, B, C, D };
  const { slowest, warnings } = judge(A, B);
  const steady = Number.isFinite(slowest);
  return {
    core: () => new DenseCore(system),
    inputs: inputs.finish(),
    outputs: outputs.finish(reader.where),
    start: reader.choice("start", ["steady", "rest"], steady ? "steady" : "rest"),
    slowest,
    size: n,
    warnings,
  };
}

const size = (m: Dense): string => `${m.rows} × ${m.columns}`;

function unitOf(row: SpecReader, signals: AssetSignals): string {
  if (row.has("unit")) return String(row.get("unit"));
  return signals.get(String(row.get("signal")))?.unit ?? "1";
}

function readMatrix(reader: SpecReader, name: "A" | "B" | "C" | "D", flat?: "row" | "column"): Dense {
  const value = reader.get(name);
  if (typeof value === "string") return readMatrixMarket(value, name);
  if (!Array.isArray(value) || value.length === 0) throw reader.fail(`${name} is missing; enter its rows of numbers`);
  const rows = Array.isArray(value[0]) ? value : flat === "column" ? value.map((x) => [x]) : [value];
  for (const [i, row] of rows.entries())
    if (!Array.isArray(row) || row.length !== rows[0].length || row.length === 0)
      throw reader.fail(`row ${i + 1} of ${name} must be a list of ${rows[0].length} numbers, like row 1`);
  const matrix = fromRows(rows.map((row) => row.map((x: unknown) => (typeof x === "number" ? x : Number.NaN))));
  if (!isFiniteMatrix(matrix)) {
    const bad = rows.flat().find((x) => typeof x !== "number" || !Number.isFinite(x));
    throw reader.fail(`${name} holds ${describe(bad)}, which is not a number`);
  }
  return matrix;
}

/** Is there a steady state, and how long does the model remember? */
function judge(A: Dense, B: Dense): { slowest: number; warnings: string[] } {
  const matrix = new Matrix(A.rows, A.rows);
  for (let i = 0; i < A.rows; i++) for (let j = 0; j < A.rows; j++) matrix.set(i, j, A.a[i * A.rows + j]!);
  const { realEigenvalues, imaginaryEigenvalues } = new EigenvalueDecomposition(matrix);
  const largest = Math.max(...realEigenvalues.map((re, i) => Math.hypot(re, imaginaryEigenvalues[i]!)));
  const worst = Math.max(...realEigenvalues);
  // Eigenvalues are known to about the square root of the rounding error where two of them meet.
  const noise = 1e-8 * largest;
  if (worst > noise)
    return {
      slowest: Number.POSITIVE_INFINITY,
      warnings: [
        `A is unstable: an eigenvalue has the real part ${worst.toPrecision(3)} ${displayUnit("/s")}, so that every error grows. Check the signs in A.`,
      ],
    };
  if (worst >= -noise)
    return {
      slowest: Number.POSITIVE_INFINITY,
      warnings: [
        `A ${new DenseCore({ A, B, C: zeros(1, A.rows), D: zeros(1, B.columns) }).hasSteadyState ? "has an undamped oscillation" : "is singular: the model has no steady state"}, so that errors of the inputs never die out.`,
      ],
    };
  return { slowest: -1 / worst, warnings: [] };
}
