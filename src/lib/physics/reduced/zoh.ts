/**
 * A linear time-invariant system from one sample to the next, without any error of time stepping:
 * x(t + dt) = Φ x(t) + Γ₀ u(t) + Γ₁ (u(t + dt) − u(t)). With inputs that hold (zero-order hold) the last term is left out;
 * with inputs that run straight from sample to sample (first-order hold) it is exact too.
 * Van Loan (1978), Computing integrals involving the matrix exponential, IEEE Trans. Automatic Control 23(3).
 */
import { combine, type Dense, multiply, zeros } from "./dense.ts";
import { expm } from "./expm.ts";

export interface Discrete {
  /** n × n */
  phi: Dense;
  /** n × m */
  gamma0: Dense;
  /** n × m */
  gamma1: Dense;
}

/**
 * @param A n × n, @param B n × m, of dx/dt = A x + B u
 * @param dt seconds, positive
 * @throws RangeError when the exponential overflows
 */
export function discretise(A: Dense, B: Dense, dt: number): Discrete {
  const n = A.rows;
  const m = B.columns;
  const size = n + 2 * m;
  // In σ = s/dt: dx/dσ = dt (A x + B u), du/dσ = v, dv/dσ = 0, where v is the whole change of u.
  const block = zeros(size, size);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) block.a[i * size + j] = A.a[i * n + j]! * dt;
    for (let j = 0; j < m; j++) block.a[i * size + n + j] = B.a[i * m + j]! * dt;
  }
  for (let j = 0; j < m; j++) block.a[(n + j) * size + n + m + j] = 1;
  const e = expm(block);
  const part = (from: number, columns: number): Dense => {
    const out = zeros(n, columns);
    for (let i = 0; i < n; i++) for (let j = 0; j < columns; j++) out.a[i * columns + j] = e.a[i * size + from + j]!;
    return out;
  };
  return { phi: part(0, n), gamma0: part(n, m), gamma1: part(n + m, m) };
}

/** The step of twice the length. As exact as `discretise` where that would square too, that is for long steps. */
export function twice({ phi, gamma0, gamma1 }: Discrete): Discrete {
  return {
    phi: multiply(phi, phi),
    gamma0: combine([1, multiply(phi, gamma0)], [1, gamma0]),
    // The change comes in two halves, of which the first is there when the second begins.
    gamma1: combine([0.5, multiply(phi, gamma1)], [0.5, gamma0], [0.5, gamma1]),
  };
}
