/** Rolling bearings: geometry and the frequencies at which a local defect is struck (Harris & Kotzalas 2006, ch. 10). */
export interface Bearing {
  name: string;
  /** Rolling elements in one row. */
  elements: number;
  /** Diameter of a rolling element and of its pitch circle, in one unit. */
  elementDiameter: number;
  pitchDiameter: number;
  /** Contact angle, degrees. */
  contactAngle: number;
  source: string;
}

/** Multiples of the shaft's speed, outer race standing still. */
export interface FaultOrders {
  /** A defect of the outer race. */
  BPFO: number;
  /** A defect of the inner race. */
  BPFI: number;
  /** A defect of a rolling element: it strikes both races, so twice the element's spin. */
  BSF2: number;
  /** A defect of the cage. */
  FTF: number;
}

const CWRU = "Case Western Reserve University Bearing Data Center";

/** Geometries published with public data sets. Others are entered in the dialog. */
export const BEARINGS: readonly Bearing[] = [
  { name: "6203 (SKF)", elements: 8, elementDiameter: 6.746, pitchDiameter: 28.499, contactAngle: 0, source: CWRU },
  { name: "6205 (SKF)", elements: 9, elementDiameter: 7.94, pitchDiameter: 39.04, contactAngle: 0, source: CWRU },
  {
    name: "6203 (FAG, IBU)",
    elements: 8,
    elementDiameter: 6.75,
    pitchDiameter: 28.55,
    contactAngle: 0,
    source: "Lessmeier et al. 2016, Paderborn University",
  },
  {
    name: "UER204 (LDK)",
    elements: 8,
    elementDiameter: 7.92,
    pitchDiameter: 34.55,
    contactAngle: 0,
    source: "Wang et al. 2018, XJTU-SY",
  },
  {
    name: "ZA-2115 (Rexnord)",
    elements: 16,
    elementDiameter: 8.4,
    pitchDiameter: 71.5,
    contactAngle: 15.17,
    source: "Qiu et al. 2006, IMS Center",
  },
  {
    name: "NSK 6804DD",
    elements: 13,
    elementDiameter: 3.5,
    pitchDiameter: 25.6,
    contactAngle: 0,
    source: "Nectoux et al. 2012, PRONOSTIA",
  },
];

/** @throws RangeError when the geometry cannot be: fewer than 3 elements, or elements larger than the pitch circle */
export function faultOrders(
  b: Pick<Bearing, "elements" | "elementDiameter" | "pitchDiameter" | "contactAngle">,
): FaultOrders {
  if (!(b.elements >= 3) || !Number.isInteger(b.elements))
    throw new RangeError(`A bearing has at least 3 rolling elements, got ${b.elements}.`);
  if (!(b.elementDiameter > 0 && b.elementDiameter < b.pitchDiameter))
    throw new RangeError("The rolling element must be smaller than the pitch circle, and both above zero.");
  if (!(b.contactAngle >= 0 && b.contactAngle < 90))
    throw new RangeError(`The contact angle is 0 to 90°, got ${b.contactAngle}.`);
  const ratio = (b.elementDiameter / b.pitchDiameter) * Math.cos((b.contactAngle * Math.PI) / 180);
  return {
    BPFO: (b.elements / 2) * (1 - ratio),
    BPFI: (b.elements / 2) * (1 + ratio),
    BSF2: (b.pitchDiameter / b.elementDiameter) * (1 - ratio * ratio),
    FTF: 0.5 * (1 - ratio),
  };
}
