/**
 * Heat conduction in a rectangular plate: rectangular elements, lumped capacity, one banded matrix assembled once.
 * ρ c ∂T/∂t = k ΔT − g (T − T_medium) + q, with any of the four boundary conditions on each edge (boundary.ts).
 */
import { SymmetricBand } from "./banded.ts";
import type { Boundary } from "./boundary.ts";
import { type Dense, zeros } from "./dense.ts";

export type Edge = "left" | "right" | "bottom" | "top";

export interface Plate {
  /** m, along x and y; the corner between left and bottom is (0, 0). */
  width: number;
  height: number;
  /** W/(m·K) */
  conductivity: number;
  /** ρ c, J/(m³·K) */
  capacity: number;
  /** Elements along x and y. */
  cellsX: number;
  cellsY: number;
  edges: Readonly<Record<Edge, Boundary>>;
  /** Heat given off through the faces: film / thickness, W/(m³·K). */
  faces?: { conductance: number; input: number };
  /** Heat sources: `perPower` is 1/(area · thickness), so that the input is in W. */
  heat: readonly { input: number; x: readonly [number, number]; y: readonly [number, number]; perPower: number }[];
  /** Where the temperature is wanted, m. */
  points: readonly { x: number; y: number }[];
  inputs: number;
  /** Temperature at rest, K. */
  initial: number;
}

/** M dT/dt + K T = F u over the free nodes; outputs y = C T + D u. */
export interface HeatSystem {
  K: SymmetricBand;
  /** Diagonal of M, J/K per metre of thickness. */
  mass: Float64Array;
  F: Dense;
  C: Dense;
  D: Dense;
  initial: number;
  /** Slowest time constant of conduction, s. */
  timeConstant: number;
}

/** @returns inputs in K, W/m² and W, outputs in K */
export function plateSystem(plate: Plate): HeatSystem {
  const grid = new Grid(plate);
  const { free, count, held } = numbering(plate, grid);
  const K = new SymmetricBand(count, grid.along + 2);
  const mass = new Float64Array(count);
  const F = zeros(count, plate.inputs);
  const load = (i: number, input: number, value: number) => {
    F.a[i * plate.inputs + input]! += value;
  };
  /** Couples two nodes; what is prescribed goes to the right side. */
  const couple = (a: number, b: number, value: number) => {
    const i = free[a]!;
    if (i < 0) return;
    if (free[b]! >= 0) K.add(i, free[b]!, value);
    else for (const [input, share] of held.get(b)!) load(i, input, -value * share);
  };
  grid.forEachCell((nodes, x, y) => {
    const stiffness = element(plate.conductivity, grid.dx, grid.dy);
    const quarter = (grid.dx * grid.dy) / 4;
    nodes.forEach((a, i) => {
      nodes.forEach((b, j) => {
        couple(a, b, stiffness[i]![j]!);
      });
      if (free[a]! < 0) return;
      mass[free[a]!]! += plate.capacity * quarter;
      if (plate.faces) {
        couple(a, a, plate.faces.conductance * quarter);
        load(free[a]!, plate.faces.input, plate.faces.conductance * quarter);
      }
      for (const source of plate.heat) {
        const share = overlap(source.x, x, grid.dx) * overlap(source.y, y, grid.dy);
        if (share > 0) load(free[a]!, source.input, source.perPower * share * quarter);
      }
    });
  });
  for (const edge of EDGES) {
    const boundary = plate.edges[edge];
    if (boundary.type !== "convection" && boundary.type !== "flux") continue;
    grid.forEachSegment(edge, (a, b, length) => {
      for (const [i, j] of [
        [a, b],
        [b, a],
      ] as const) {
        const inflow = boundary.type === "flux" ? 1 : boundary.film;
        if (free[i]! >= 0) load(free[i]!, boundary.input, (inflow * length) / 2);
        if (boundary.type !== "convection") continue;
        // The mean of the consistent (1/3, 1/6) and the lumped (1/2, 0) edge, as for the conduction.
        couple(i, i, (5 * boundary.film * length) / 12);
        couple(i, j, (boundary.film * length) / 12);
      }
    });
  }
  const { C, D } = outputs(plate, grid, free, count, held);
  const timeConstant =
    (Math.max(plate.width, plate.height) ** 2 * plate.capacity) / (Math.PI ** 2 * plate.conductivity);
  return { K, mass, F, C, D, initial: plate.initial, timeConstant };
}

const EDGES = ["left", "right", "bottom", "top"] as const;

/** Nodes are counted along the side with fewer of them, which makes the band narrow. */
class Grid {
  readonly nx: number;
  readonly ny: number;
  readonly dx: number;
  readonly dy: number;
  /** Elements along the side that is counted first. */
  readonly along: number;

  constructor({ width, height, cellsX, cellsY }: Plate) {
    this.nx = cellsX;
    this.ny = cellsY;
    this.dx = width / cellsX;
    this.dy = height / cellsY;
    this.along = Math.min(cellsX, cellsY);
  }

  node(i: number, j: number): number {
    return this.nx <= this.ny ? j * (this.nx + 1) + i : i * (this.ny + 1) + j;
  }

  get nodes(): number {
    return (this.nx + 1) * (this.ny + 1);
  }

  /** Nodes counterclockwise from (x, y), the lower left corner. */
  forEachCell(use: (nodes: [number, number, number, number], x: number, y: number) => void): void {
    for (let i = 0; i < this.nx; i++)
      for (let j = 0; j < this.ny; j++)
        use(
          [this.node(i, j), this.node(i + 1, j), this.node(i + 1, j + 1), this.node(i, j + 1)],
          i * this.dx,
          j * this.dy,
        );
  }

  forEachSegment(edge: Edge, use: (a: number, b: number, length: number) => void): void {
    const upright = edge === "left" || edge === "right";
    const end = edge === "left" || edge === "bottom" ? 0 : upright ? this.nx : this.ny;
    const at = (k: number) => (upright ? this.node(end, k) : this.node(k, end));
    const count = upright ? this.ny : this.nx;
    for (let k = 0; k < count; k++) use(at(k), at(k + 1), upright ? this.dy : this.dx);
  }
}

/** Nodes with a prescribed temperature, each with the inputs it is the mean of, and the numbers of the others. */
function numbering(plate: Plate, grid: Grid) {
  const prescribed = new Map<number, Set<number>>();
  for (const edge of EDGES) {
    const boundary = plate.edges[edge];
    if (boundary.type !== "temperature") continue;
    grid.forEachSegment(edge, (a, b) => {
      for (const node of [a, b]) {
        const inputs = prescribed.get(node) ?? new Set();
        prescribed.set(node, inputs.add(boundary.input));
      }
    });
  }
  const held = new Map(
    Array.from(
      prescribed,
      ([node, inputs]) => [node, Array.from(inputs, (i) => [i, 1 / inputs.size] as const)] as const,
    ),
  );
  const free = new Int32Array(grid.nodes);
  let count = 0;
  for (let i = 0; i < grid.nodes; i++) free[i] = held.has(i) ? -1 : count++;
  return { free, count, held };
}

/**
 * Conduction matrix of a rectangle: the mean of the bilinear element (Cook et al. 2002, 12.2) and of the five-point
 * difference, whose errors of order h² cancel inside (Collatz 1960, The Numerical Treatment of Differential Equations:
 * the nine-point formula). NAFEMS T4 needs half the elements along each side for the same error.
 */
function element(k: number, dx: number, dy: number): number[][] {
  const x = (k * dy) / (6 * dx);
  const y = (k * dx) / (6 * dy);
  const own = 2.5 * x + 2.5 * y;
  const alongX = -2.5 * x + y / 2;
  const alongY = x / 2 - 2.5 * y;
  const across = -(x + y) / 2;
  return [
    [own, alongX, across, alongY],
    [alongX, own, alongY, across],
    [across, alongY, own, alongX],
    [alongY, across, alongX, own],
  ];
}

/** Share of [from, from + size] that lies in the range. */
const overlap = ([low, high]: readonly [number, number], from: number, size: number): number =>
  Math.max(0, Math.min(high, from + size) - Math.max(low, from)) / size;

function outputs(
  plate: Plate,
  grid: Grid,
  free: Int32Array,
  count: number,
  held: ReadonlyMap<number, readonly (readonly [number, number])[]>,
): { C: Dense; D: Dense } {
  const C = zeros(plate.points.length, count);
  const D = zeros(plate.points.length, plate.inputs);
  plate.points.forEach(({ x, y }, row) => {
    const i = Math.min(Math.floor(x / grid.dx), grid.nx - 1);
    const j = Math.min(Math.floor(y / grid.dy), grid.ny - 1);
    const a = x / grid.dx - i;
    const b = y / grid.dy - j;
    for (const [node, value] of [
      [grid.node(i, j), (1 - a) * (1 - b)],
      [grid.node(i + 1, j), a * (1 - b)],
      [grid.node(i + 1, j + 1), a * b],
      [grid.node(i, j + 1), (1 - a) * b],
    ] as const)
      if (free[node]! >= 0) C.a[row * count + free[node]!]! += value;
      else for (const [input, share] of held.get(node)!) D.a[row * plate.inputs + input]! += value * share;
  });
  return { C, D };
}
