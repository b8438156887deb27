/**
 * Heat conduction in one dimension: a bar or fin along its length, or a cylinder or sphere along its radius.
 * ρ c ∂T/∂t = 1/xˢ · ∂/∂x (xˢ k ∂T/∂x) − g (T − T_medium) + q, s = 0, 1, 2 (Incropera & DeWitt, Fundamentals of Heat and Mass
 * Transfer, 2.3 and 3.6).
 *
 * Linear finite elements. The mass matrix is the mean of the consistent and the lumped one, whose errors of order h²
 * cancel in a bar (Goudreau & Taylor 1973). All modes are kept, so that time is exact.
 */
import type { Boundary } from "./boundary.ts";
import { addProduct, combine, type Dense, multiply, transpose, zeros } from "./dense.ts";
import { generalisedEigen } from "./eigen.ts";
import type { ModalSystem } from "./modal-core.ts";

export interface Rod {
  shape: "bar" | "cylinder" | "sphere";
  /** Length, or radius, m. */
  length: number;
  /** W/(m·K) */
  conductivity: number;
  /** ρ c, J/(m³·K) */
  capacity: number;
  elements: number;
  /** At 0; of a cylinder or sphere that is the axis, which is insulated. */
  left: Boundary;
  right: Boundary;
  /** Heat given off along the sides: film · perimeter / area, W/(m³·K). */
  sides?: { conductance: number; input: number };
  /** Heat sources: `perPower` is 1/volume, so that the input is in W. */
  heat?: { input: number; perPower: number };
  /** Where the temperature is wanted, m. */
  points: readonly number[];
  /** Number of inputs. */
  inputs: number;
  /** Temperature at rest, K. */
  initial: number;
}

/** @returns modes, inputs in K, W/m² and W, outputs in K */
export function rodSystem(rod: Rod): ModalSystem {
  const { K, M, F } = assemble(rod);
  const n = K.rows;
  const held = new Map<number, number>();
  if (rod.left.type === "temperature") held.set(0, rod.left.input);
  if (rod.right.type === "temperature") held.set(n - 1, rod.right.input);
  const free = Array.from({ length: n }, (_, i) => i).filter((i) => !held.has(i));
  const { values, vectors } = generalisedEigen(pick(K, free, free), pick(M, free, free));
  // What the prescribed temperatures do: −K_fd u, and their heating rate −M_fd du/dt. The latter is taken into the state,
  // z = Φᵀ (M_ff T_f + M_fd u), so that no derivative of an input is needed.
  const Kd = zeros(free.length, rod.inputs);
  const Md = zeros(free.length, rod.inputs);
  for (const [node, input] of held)
    free.forEach((i, row) => {
      Kd.a[row * rod.inputs + input]! += K.a[i * n + node]!;
      Md.a[row * rod.inputs + input]! += M.a[i * n + node]!;
    });
  const modes = transpose(vectors);
  const heldMass = multiply(modes, Md);
  const B = combine([1, multiply(modes, pickRows(F, free))], [-1, multiply(modes, Kd)]);
  for (let i = 0; i < free.length; i++)
    for (let j = 0; j < rod.inputs; j++) B.a[i * rod.inputs + j]! += values[i]! * heldMass.a[i * rod.inputs + j]!;
  const S = interpolation(rod, n);
  const Cq = multiply(pickColumns(S, free), vectors);
  const D = combine([-1, multiply(Cq, heldMass)]);
  for (const [node, input] of held) for (let k = 0; k < S.rows; k++) D.a[k * rod.inputs + input]! += S.a[k * n + node]!;
  const atRest = new Float64Array(free.length);
  const warm = new Float64Array(free.length);
  addProduct(pick(M, free, free), new Float64Array(free.length).fill(rod.initial), warm);
  addProduct(modes, warm, atRest);
  return { modes: Array.from(values, (rate) => ({ rate })), B, Cq, D, atRest, restInput: heldMass };
}

/** Conduction matrix in W/K, heat capacity in J/K, and load per input, each per unit of area (or angle). */
function assemble(rod: Rod): { K: Dense; M: Dense; F: Dense } {
  const n = rod.elements + 1;
  const h = rod.length / rod.elements;
  const K = zeros(n, n);
  const M = zeros(n, n);
  const F = zeros(n, rod.inputs);
  const load = (node: number, input: number, value: number) => {
    F.a[node * rod.inputs + input]! += value;
  };
  for (let e = 0; e < rod.elements; e++) {
    const w = weights(rod, e * h, h);
    for (const [i, j, sign] of [
      [0, 0, 1],
      [0, 1, -1],
      [1, 0, -1],
      [1, 1, 1],
    ] as const) {
      const at = (e + i) * n + e + j;
      const mass = (w.mass[i + j]! + (i === j ? w.lumped[i]! : 0)) / 2;
      M.a[at]! += rod.capacity * mass;
      K.a[at]! += (sign * rod.conductivity * w.total) / h ** 2 + (rod.sides?.conductance ?? 0) * w.mass[i + j]!;
    }
    for (const i of [0, 1] as const) {
      if (rod.heat) load(e + i, rod.heat.input, rod.heat.perPower * w.lumped[i]!);
      if (rod.sides) load(e + i, rod.sides.input, rod.sides.conductance * w.lumped[i]!);
    }
  }
  for (const [end, node] of [
    [rod.left, 0],
    [rod.right, n - 1],
  ] as const) {
    const area = weight(rod, node * h);
    if (end.type === "flux") load(node, end.input, area);
    if (end.type === "convection") {
      K.a[node * n + node]! += end.film * area;
      load(node, end.input, end.film * area);
    }
  }
  return { K, M, F };
}

const POWER = { bar: 0, cylinder: 1, sphere: 2 } as const;
const weight = (rod: Rod, x: number): number => x ** POWER[rod.shape];

/** ∫ xˢ, ∫ xˢ Nᵢ and ∫ xˢ Nᵢ Nⱼ over an element by three Gauss points, exact up to the fifth power. */
function weights(rod: Rod, from: number, h: number) {
  let total = 0;
  const lumped = [0, 0];
  const mass = [0, 0, 0];
  const g = Math.sqrt(0.6);
  for (const [p, c] of [
    [-g, 5 / 18],
    [0, 8 / 18],
    [g, 5 / 18],
  ] as const) {
    const b = (1 + p) / 2;
    const w = c * h * weight(rod, from + b * h);
    total += w;
    lumped[0]! += w * (1 - b);
    lumped[1]! += w * b;
    mass[0]! += w * (1 - b) ** 2;
    mass[1]! += w * b * (1 - b);
    mass[2]! += w * b ** 2;
  }
  return { total, lumped, mass };
}

/** Cubic Lagrange interpolation between the four nearest nodes: its error is of the order of that at the nodes. */
function interpolation(rod: Rod, n: number): Dense {
  const S = zeros(rod.points.length, n);
  const count = Math.min(4, n);
  rod.points.forEach((x, row) => {
    const s = (x / rod.length) * (n - 1);
    const first = Math.min(Math.max(Math.floor(s) - 1, 0), n - count);
    for (let i = first; i < first + count; i++) {
      let value = 1;
      for (let j = first; j < first + count; j++) if (j !== i) value *= (s - j) / (i - j);
      S.a[row * n + i] = value;
    }
  });
  return S;
}

function pick(m: Dense, rows: readonly number[], columns: readonly number[]): Dense {
  const out = zeros(rows.length, columns.length);
  rows.forEach((r, i) => {
    columns.forEach((c, j) => {
      out.a[i * columns.length + j] = m.a[r * m.columns + c]!;
    });
  });
  return out;
}
const all = (n: number) => Array.from({ length: n }, (_, i) => i);
const pickRows = (m: Dense, rows: readonly number[]): Dense => pick(m, rows, all(m.columns));
const pickColumns = (m: Dense, columns: readonly number[]): Dense => pick(m, all(m.rows), columns);
