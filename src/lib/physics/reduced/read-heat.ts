/** Rod and plate as a person describes them → systems (rod.ts, plate.ts). */
import type { Boundary } from "./boundary.ts";
import type { Built } from "./built.ts";
import { HeatCore } from "./heat-core.ts";
import { reduceHeat } from "./krylov.ts";
import { ModalCore } from "./modal-core.ts";
import { type Edge, type Plate, plateSystem } from "./plate.ts";
import { type Rod, rodSystem } from "./rod.ts";
import { type AssetSignals, Inputs, Outputs, type Source, type SpecReader } from "./spec-reader.ts";

export type BoundarySpec =
  | { type: "temperature"; from: Source }
  | { type: "convection"; film: number | string; ambient: Source }
  | { type: "flux"; from: Source }
  | { type: "insulated" };

interface MaterialSpec {
  /** W/(m·K) */
  conductivity: number | string;
  /** kg/m³ */
  density: number | string;
  /** J/(kg·K) */
  specificHeat: number | string;
  /** °C at which the model starts at rest; without it, it starts in the steady state of its first inputs. */
  initialTemperature?: number | string;
}

export interface HeatPoint {
  signal?: string;
  name?: string;
  unit?: string;
}

export interface RodSpec extends MaterialSpec {
  kind: "rod";
  shape?: "bar" | "cylinder" | "sphere";
  /** Length or radius, m. */
  length: number | string;
  elements?: number | string;
  /** Not for cylinder and sphere, whose axis is insulated. */
  left?: BoundarySpec;
  right: BoundarySpec;
  /** Heat given off along the sides of a bar or fin; area and perimeter of its cross-section, m² and m. */
  sides?: { film: number | string; area: number | string; perimeter: number | string; ambient: Source };
  /** Heat that arises inside: a power spread evenly over `volume` (m³). */
  heat?: { from: Source; volume: number | string };
  points: (HeatPoint & { at: number | string })[];
}

export interface PlateSpec extends MaterialSpec {
  kind: "plate";
  /** m */
  width: number | string;
  height: number | string;
  thickness?: number | string;
  cellsX?: number | string;
  cellsY?: number | string;
  /** `reduced` (default): a few modes with the same response; `implicit`: every node, step by step. */
  solver?: "reduced" | "implicit";
  /** An edge that is not named is insulated. */
  edges: Partial<Record<Edge, BoundarySpec>>;
  /** Heat given off through both faces together. */
  faces?: { film: number | string; ambient: Source };
  /** Powers, each spread evenly over a rectangle. */
  heat?: { from: Source; x: [number, number]; y: [number, number] }[];
  points: (HeatPoint & { x: number | string; y: number | string })[];
}

const CELSIUS = 273.15;

export function readRod(reader: SpecReader, signals: AssetSignals): Built {
  const inputs = new Inputs(signals);
  const outputs = new Outputs(signals);
  const shape = reader.choice("shape", ["bar", "cylinder", "sphere"], "bar");
  const length = reader.number("length", "m", { above: 0 });
  const round = shape !== "bar";
  if (round && reader.has("left"))
    throw reader.fail(`left is the axis of the ${shape}, which is insulated: leave it out`);
  const material = readMaterial(reader);
  const left: Boundary =
    round || !reader.has("left") ? { type: "insulated" } : readBoundary(reader.part("left"), inputs);
  const right = readBoundary(reader.part("right"), inputs);
  const points = reader.list("points", "point").map((point) => {
    outputs.add(point, "K", "Cel");
    return point.number("at", "m", { from: 0, to: length });
  });
  const rod: Omit<Rod, "inputs"> = {
    shape,
    length,
    conductivity: material.conductivity,
    capacity: material.capacity,
    elements: reader.whole("elements", { from: 3, to: 200, fallback: 40 }),
    left,
    right,
    ...(reader.has("sides") && { sides: readSides(reader.part("sides"), inputs, round) }),
    ...(reader.has("heat") && { heat: readHeat(reader.part("heat"), inputs) }),
    points,
    initial: material.initial,
  };
  const system = rodSystem({ ...rod, inputs: inputs.count });
  const slowest = Math.min(...system.modes.map((mode) => mode.rate));
  return {
    core: () => new ModalCore(system),
    inputs: inputs.finish(),
    outputs: outputs.finish(reader.where),
    start: material.start,
    slowest: slowest > 0 ? 1 / slowest : Number.POSITIVE_INFINITY,
    size: system.modes.length,
    warnings: slowest > 0 ? [] : [ADIABATIC],
  };
}

const ADIABATIC =
  "No boundary prescribes a temperature or gives heat off: the temperatures have no steady state and drift with every error of a heat flow.";

export function readPlate(reader: SpecReader, signals: AssetSignals): Built {
  const inputs = new Inputs(signals);
  const outputs = new Outputs(signals);
  const width = reader.number("width", "m", { above: 0 });
  const height = reader.number("height", "m", { above: 0 });
  const material = readMaterial(reader);
  const long = Math.max(width, height);
  const cells = (side: number) => Math.max(4, Math.round((30 * side) / long));
  const edges = reader.part("edges");
  const read = (edge: Edge): Boundary =>
    edges.has(edge) ? readBoundary(edges.part(edge), inputs) : { type: "insulated" };
  const plate: Omit<Plate, "inputs"> = {
    width,
    height,
    conductivity: material.conductivity,
    capacity: material.capacity,
    cellsX: reader.whole("cellsX", { from: 2, to: 200, fallback: cells(width) }),
    cellsY: reader.whole("cellsY", { from: 2, to: 200, fallback: cells(height) }),
    edges: { left: read("left"), right: read("right"), bottom: read("bottom"), top: read("top") },
    ...(reader.has("faces") && { faces: readFaces(reader, inputs) }),
    heat: reader.list("heat", "heat").map((part) => readPatch(part, reader, inputs, width, height)),
    points: reader.list("points", "point").map((point) => {
      outputs.add(point, "K", "Cel");
      return {
        x: point.number("x", "m", { from: 0, to: width }),
        y: point.number("y", "m", { from: 0, to: height }),
      };
    }),
    initial: material.initial,
  };
  if (plate.cellsX * plate.cellsY > MAX_CELLS)
    throw reader.fail(`more than ${MAX_CELLS} elements are too many: take fewer cells`);
  const system = plateSystem({ ...plate, inputs: inputs.count });
  const cools =
    plate.faces !== undefined || Object.values(plate.edges).some((e) => "film" in e || e.type === "temperature");
  const common = {
    inputs: inputs.finish(),
    outputs: outputs.finish(reader.where),
    start: material.start,
    warnings: cools ? [] : [ADIABATIC],
  };
  if (reader.choice("solver", ["reduced", "implicit"], "reduced") === "implicit") {
    const slowest = cools ? new HeatCore(system).slowest() : Number.POSITIVE_INFINITY;
    return { ...common, core: () => new HeatCore(system), slowest, size: system.mass.length };
  }
  const reduced = reduceHeat(system);
  const slowest = cools ? 1 / Math.min(...reduced.modes.map((mode) => mode.rate)) : Number.POSITIVE_INFINITY;
  return { ...common, core: () => new ModalCore(reduced), slowest, size: reduced.modes.length };
}

const MAX_CELLS = 5000;

function readMaterial(reader: SpecReader) {
  const celsius = reader.number("initialTemperature", "°C", { from: -CELSIUS, fallback: Number.NaN });
  return {
    conductivity: reader.number("conductivity", "W/(m·K)", { above: 0 }),
    capacity: reader.number("density", "kg/m³", { above: 0 }) * reader.number("specificHeat", "J/(kg·K)", { above: 0 }),
    initial: Number.isNaN(celsius) ? CELSIUS : celsius + CELSIUS,
    start: Number.isNaN(celsius) ? ("steady" as const) : ("rest" as const),
  };
}

function readBoundary(reader: SpecReader, inputs: Inputs): Boundary {
  const type = reader.choice("type", ["temperature", "convection", "flux", "insulated"]);
  switch (type) {
    case "temperature":
      return { type, input: inputs.add(reader, "from", "K") };
    case "convection":
      return { type, film: readFilm(reader), input: inputs.add(reader, "ambient", "K") };
    case "flux":
      return { type, input: inputs.add(reader, "from", "W/m2") };
    default:
      return { type };
  }
}

const readFilm = (reader: SpecReader): number => reader.number("film", "W/(m²·K)", { above: 0 });

function readSides(reader: SpecReader, inputs: Inputs, round: boolean) {
  if (round) throw reader.fail("only a bar gives heat off along its sides: leave it out");
  const perimeter = reader.number("perimeter", "m", { above: 0 });
  const area = reader.number("area", "m²", { above: 0 });
  return { conductance: (readFilm(reader) * perimeter) / area, input: inputs.add(reader, "ambient", "K") };
}

function readHeat(reader: SpecReader, inputs: Inputs) {
  return { input: inputs.add(reader, "from", "W"), perPower: 1 / reader.number("volume", "m³", { above: 0 }) };
}

function readFaces(reader: SpecReader, inputs: Inputs) {
  const faces = reader.part("faces");
  return { conductance: readFilm(faces) / readThickness(reader), input: inputs.add(faces, "ambient", "K") };
}

const readThickness = (reader: SpecReader): number => reader.number("thickness", "m", { above: 0 });

function readPatch(part: SpecReader, plate: SpecReader, inputs: Inputs, width: number, height: number) {
  const range = (name: "x" | "y", side: number): [number, number] => {
    const value = part.get(name);
    const [low, high] = Array.isArray(value) ? value.map(Number) : [Number.NaN, Number.NaN];
    if (!(low! >= 0 && low! < high! && high! <= side))
      throw part.fail(`${name} must be two numbers, from and to, within 0 and ${side} m`);
    return [low!, high!];
  };
  const x = range("x", width);
  const y = range("y", height);
  const perPower = 1 / ((x[1] - x[0]) * (y[1] - y[0]) * readThickness(plate));
  return { input: inputs.add(part, "from", "W"), x, y, perPower };
}
