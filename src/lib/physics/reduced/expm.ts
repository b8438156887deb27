/**
 * Matrix exponential by scaling and squaring with Padé approximants of degree 3 to 13.
 * Higham (2005), The scaling and squaring method for the matrix exponential revisited, SIAM J. Matrix Anal. Appl. 26(4),
 * algorithm 2.3; θ of table 2.3.
 */
import { combine, type Dense, identity, multiply, norm1, solve } from "./dense.ts";

/** Coefficients b of the numerator p(A) = Σ bₖAᵏ; the denominator is p(−A). */
const PADE: readonly { degree: number; theta: number; b: readonly number[] }[] = [
  { degree: 3, theta: 1.495585217958292e-2, b: [120, 60, 12, 1] },
  { degree: 5, theta: 2.53939833006323e-1, b: [30240, 15120, 3360, 420, 30, 1] },
  { degree: 7, theta: 9.504178996162932e-1, b: [17297280, 8648640, 1995840, 277200, 25200, 1512, 56, 1] },
  {
    degree: 9,
    theta: 2.097847961257068,
    b: [17643225600, 8821612800, 2075673600, 302702400, 30270240, 2162160, 110880, 3960, 90, 1],
  },
];
const THETA_13 = 5.371920351148152;
const B13 = [
  64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000, 10559470521600,
  670442572800, 33522128640, 1323241920, 40840800, 960960, 16380, 182, 1,
] as const;

/**
 * e^A of a square matrix.
 * @throws RangeError when an element is not finite or the result overflows
 */
export function expm(A: Dense): Dense {
  const norm = norm1(A);
  if (!Number.isFinite(norm)) throw new RangeError("the matrix has elements that are not finite");
  for (const { theta, b } of PADE) if (norm <= theta) return small(A, b);
  const squarings = Math.max(0, Math.ceil(Math.log2(norm / THETA_13)));
  let result = degree13(combine([2 ** -squarings, A]));
  for (let i = 0; i < squarings; i++) result = multiply(result, result);
  if (!Number.isFinite(norm1(result))) throw new RangeError("the exponential of the matrix overflows");
  return result;
}

function small(A: Dense, b: readonly number[]): Dense {
  const A2 = multiply(A, A);
  let power = identity(A.rows);
  const odd: [number, Dense][] = [];
  const even: [number, Dense][] = [];
  for (let k = 0; k < b.length; k += 2) {
    even.push([b[k]!, power]);
    odd.push([b[k + 1]!, power]);
    if (k + 2 < b.length) power = multiply(power, A2);
  }
  return quotient(multiply(A, combine(...odd)), combine(...even));
}

function degree13(A: Dense): Dense {
  const I = identity(A.rows);
  const A2 = multiply(A, A);
  const A4 = multiply(A2, A2);
  const A6 = multiply(A2, A4);
  const b = B13;
  const high = multiply(A6, combine([b[13], A6], [b[11], A4], [b[9], A2]));
  const U = multiply(A, combine([1, high], [b[7], A6], [b[5], A4], [b[3], A2], [b[1], I]));
  const even = multiply(A6, combine([b[12], A6], [b[10], A4], [b[8], A2]));
  const V = combine([1, even], [b[6], A6], [b[4], A4], [b[2], A2], [b[0], I]);
  return quotient(U, V);
}

/** (V − U)⁻¹ (V + U); V − U is never singular for norms below θ, unless its elements differ too much in size. */
function quotient(U: Dense, V: Dense): Dense {
  const result = solve(combine([1, V], [-1, U]), combine([1, V], [1, U]));
  if (!result) throw new RangeError("the elements of the matrix differ too much in size");
  return result;
}
