declare module "fft.js" {
  /** Radix-4 transform of a power-of-two length; complex numbers interleaved. */
  export default class FFT {
    constructor(size: number);
    realTransform(out: Float64Array, data: ArrayLike<number>): void;
    completeSpectrum(out: Float64Array): void;
    transform(out: Float64Array, data: ArrayLike<number>): void;
    inverseTransform(out: Float64Array, data: ArrayLike<number>): void;
  }
}
