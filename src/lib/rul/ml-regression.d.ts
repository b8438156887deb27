/** The part of ml-regression 6 that we use; the package brings no types. */
declare module "ml-regression" {
  export class TheilSenRegression {
    constructor(x: number[], y: number[]);
    slope: number;
    intercept: number;
  }
}
