/**
 * Unit atoms and prefixes of UCUM (Schadow, McDonald: The Unified Code for Units of Measure, version 2.1, tables 1–18),
 * as far as machines need them, with their SI factors and dimensions.
 */

/** Exponents of m, kg, s, K, A, mol, cd and plane angle (rad), in this order. */
export type Dimension = readonly number[];

export interface Atom {
  /** value in SI = value × factor + offset */
  factor: number;
  offset: number;
  dimension: Dimension;
  /** Takes prefixes such as k and m. */
  metric: boolean;
  /** `offset`: a temperature scale, which stands alone. `log`: decibel and pH, which convert only to themselves. */
  special?: "offset" | "log";
}

const POSITION = { m: 0, kg: 1, s: 2, K: 3, A: 4, mol: 5, cd: 6, rad: 7 } as const;
type Base = keyof typeof POSITION;

export const DIMENSIONLESS: Dimension = Object.freeze([0, 0, 0, 0, 0, 0, 0, 0]);

function dimension(exponents: Partial<Record<Base, number>>): Dimension {
  const vector = [0, 0, 0, 0, 0, 0, 0, 0];
  for (const [base, exponent] of Object.entries(exponents)) vector[POSITION[base as Base]] = exponent;
  return Object.freeze(vector);
}

const LENGTH = dimension({ m: 1 });
const AREA = dimension({ m: 2 });
const VOLUME = dimension({ m: 3 });
const MASS = dimension({ kg: 1 });
const TIME = dimension({ s: 1 });
const TEMPERATURE = dimension({ K: 1 });
const FREQUENCY = dimension({ s: -1 });
const SPEED = dimension({ m: 1, s: -1 });
const ACCELERATION = dimension({ m: 1, s: -2 });
const FORCE = dimension({ kg: 1, m: 1, s: -2 });
const PRESSURE = dimension({ kg: 1, m: -1, s: -2 });
const ENERGY = dimension({ kg: 1, m: 2, s: -2 });
const POWER = dimension({ kg: 1, m: 2, s: -3 });
const CHARGE = dimension({ A: 1, s: 1 });
const VOLTAGE = dimension({ kg: 1, m: 2, s: -3, A: -1 });
const FLUX = dimension({ kg: 1, m: 2, s: -2, A: -1 });
const ANGLE = dimension({ rad: 1 });

const METRE_OF_WATER = 9806.65;
const METRE_OF_MERCURY = 133322;
const POUND = 0.45359237;
const GRAVITY = 9.80665;
const INCH = 0.0254;
const FOOT = 0.3048;
const GALLON_US = 231 * INCH ** 3;
const BTU_IT = 1055.05585262;

const metric = (factor: number, vector: Dimension): Atom => ({ factor, offset: 0, dimension: vector, metric: true });
const plain = (factor: number, vector: Dimension): Atom => ({ factor, offset: 0, dimension: vector, metric: false });
const scale = (factor: number, offset: number): Atom => ({
  factor,
  offset,
  dimension: TEMPERATURE,
  metric: false,
  special: "offset",
});

export const ATOMS: ReadonlyMap<string, Atom> = new Map<string, Atom>([
  ["m", metric(1, LENGTH)],
  ["g", metric(1e-3, MASS)],
  ["s", metric(1, TIME)],
  ["K", metric(1, TEMPERATURE)],
  ["A", metric(1, dimension({ A: 1 }))],
  ["mol", metric(1, dimension({ mol: 1 }))],
  ["cd", metric(1, dimension({ cd: 1 }))],
  ["rad", metric(1, ANGLE)],
  ["sr", metric(1, dimension({ rad: 2 }))],
  ["Hz", metric(1, FREQUENCY)],
  ["Bq", metric(1, FREQUENCY)],
  ["N", metric(1, FORCE)],
  ["Pa", metric(1, PRESSURE)],
  ["J", metric(1, ENERGY)],
  ["W", metric(1, POWER)],
  ["C", metric(1, CHARGE)],
  ["V", metric(1, VOLTAGE)],
  ["F", metric(1, dimension({ kg: -1, m: -2, s: 4, A: 2 }))],
  ["Ohm", metric(1, dimension({ kg: 1, m: 2, s: -3, A: -2 }))],
  ["S", metric(1, dimension({ kg: -1, m: -2, s: 3, A: 2 }))],
  ["Wb", metric(1, FLUX)],
  ["T", metric(1, dimension({ kg: 1, s: -2, A: -1 }))],
  ["H", metric(1, dimension({ kg: 1, m: 2, s: -2, A: -2 }))],
  ["lm", metric(1, dimension({ cd: 1, rad: 2 }))],
  ["lx", metric(1, dimension({ cd: 1, rad: 2, m: -2 }))],
  ["l", metric(1e-3, VOLUME)],
  ["L", metric(1e-3, VOLUME)],
  ["ar", metric(100, AREA)],
  ["t", metric(1000, MASS)],
  ["bar", metric(1e5, PRESSURE)],
  ["cal", metric(4.184, ENERGY)],
  ["P", metric(0.1, dimension({ kg: 1, m: -1, s: -1 }))],
  ["St", metric(1e-4, dimension({ m: 2, s: -1 }))],
  ["G", metric(1e-4, dimension({ kg: 1, s: -2, A: -1 }))],
  ["dyn", metric(1e-5, FORCE)],
  ["gf", metric(1e-3 * GRAVITY, FORCE)],
  ["[g]", metric(GRAVITY, ACCELERATION)],
  ["m[H2O]", metric(METRE_OF_WATER, PRESSURE)],
  ["m[Hg]", metric(METRE_OF_MERCURY, PRESSURE)],
  ["min", plain(60, TIME)],
  ["h", plain(3600, TIME)],
  ["d", plain(86_400, TIME)],
  ["wk", plain(7 * 86_400, TIME)],
  ["mo", plain((365.25 / 12) * 86_400, TIME)],
  ["a", plain(365.25 * 86_400, TIME)],
  ["deg", plain(Math.PI / 180, ANGLE)],
  ["'", plain(Math.PI / 10_800, ANGLE)],
  ["''", plain(Math.PI / 648_000, ANGLE)],
  ["circ", plain(2 * Math.PI, ANGLE)],
  ["Cel", scale(1, 273.15)],
  ["[degF]", scale(5 / 9, 459.67 * (5 / 9))],
  ["[degR]", plain(5 / 9, TEMPERATURE)],
  ["%", plain(0.01, DIMENSIONLESS)],
  ["[ppth]", plain(1e-3, DIMENSIONLESS)],
  ["[ppm]", plain(1e-6, DIMENSIONLESS)],
  ["[ppb]", plain(1e-9, DIMENSIONLESS)],
  ["[pi]", plain(Math.PI, DIMENSIONLESS)],
  ["atm", plain(101_325, PRESSURE)],
  ["att", plain(98_066.5, PRESSURE)],
  ["[psi]", plain((POUND * GRAVITY) / INCH ** 2, PRESSURE)],
  ["[in_i'H2O]", plain(METRE_OF_WATER * INCH, PRESSURE)],
  ["[in_i'Hg]", plain(METRE_OF_MERCURY * INCH, PRESSURE)],
  ["[in_i]", plain(INCH, LENGTH)],
  ["[ft_i]", plain(FOOT, LENGTH)],
  ["[yd_i]", plain(3 * FOOT, LENGTH)],
  ["[mi_i]", plain(5280 * FOOT, LENGTH)],
  ["[mil_i]", plain(1e-3 * INCH, LENGTH)],
  ["[nmi_i]", plain(1852, LENGTH)],
  ["[kn_i]", plain(1852 / 3600, SPEED)],
  ["[sin_i]", plain(INCH ** 2, AREA)],
  ["[sft_i]", plain(FOOT ** 2, AREA)],
  ["[cin_i]", plain(INCH ** 3, VOLUME)],
  ["[cft_i]", plain(FOOT ** 3, VOLUME)],
  ["[gal_us]", plain(GALLON_US, VOLUME)],
  ["[gal_br]", plain(4.54609e-3, VOLUME)],
  ["[qt_us]", plain(GALLON_US / 4, VOLUME)],
  ["[pt_us]", plain(GALLON_US / 8, VOLUME)],
  ["[foz_us]", plain(GALLON_US / 128, VOLUME)],
  ["[bbl_us]", plain(42 * GALLON_US, VOLUME)],
  ["[lb_av]", plain(POUND, MASS)],
  ["[oz_av]", plain(POUND / 16, MASS)],
  ["[ston_av]", plain(2000 * POUND, MASS)],
  ["[lbf_av]", plain(POUND * GRAVITY, FORCE)],
  ["[Btu_IT]", plain(BTU_IT, ENERGY)],
  ["[HP]", plain(550 * FOOT * POUND * GRAVITY, POWER)],
  ["B", { factor: 1, offset: 0, dimension: DIMENSIONLESS, metric: true, special: "log" }],
  ["[pH]", { factor: 1, offset: 0, dimension: DIMENSIONLESS, metric: false, special: "log" }],
]);

export const PREFIXES: ReadonlyMap<string, number> = new Map([
  ["Y", 1e24],
  ["Z", 1e21],
  ["E", 1e18],
  ["P", 1e15],
  ["T", 1e12],
  ["G", 1e9],
  ["M", 1e6],
  ["k", 1e3],
  ["h", 1e2],
  ["da", 1e1],
  ["d", 1e-1],
  ["c", 1e-2],
  ["m", 1e-3],
  ["u", 1e-6],
  ["n", 1e-9],
  ["p", 1e-12],
  ["f", 1e-15],
  ["a", 1e-18],
  ["z", 1e-21],
  ["y", 1e-24],
]);
