/** The part of ml-regression 6 that we use; the package brings no types. */
declare module "ml-regression" {
  export class MultivariateLinearRegression {
    constructor(x: number[][], y: number[][], options?: { intercept?: boolean; statistics?: boolean });
    /** One row per column of x, then the intercept; one column per column of y. */
    weights: number[][];
  }
}
