// Cost of one frame of the amplitude spectrum (window, transform, magnitudes) against the bare transform of fft.js with a cached plan.
import FFT from "fft.js";
import { spectrumOf } from "../../src/lib/signal/spectrum.ts";

const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];

export function run() {
  console.log("\nSpectrum of one frame against bare fft.js (cached plan), median of 15 alternating rounds");
  console.log("samples   ours µs   bare µs   ratio");
  for (const n of [1024, 4096, 16_384]) {
    const x = Float64Array.from({ length: n }, (_, i) => Math.sin(i * i));
    const plan = new FFT(n);
    const into = new Float64Array(n / 2 + 1);
    const out = new Float64Array(2 * n);
    const rounds = Math.ceil(4e6 / n / Math.log2(n));
    const time = (work) => {
      const from = performance.now();
      for (let i = 0; i < rounds; i++) work();
      return (1000 * (performance.now() - from)) / rounds;
    };
    const bare = () => plan.realTransform(out, x);
    const ours = () => spectrumOf(x, 1000, n, 0, into);
    // Each length makes V8 compile anew: only the settled code is measured.
    for (const end = performance.now() + 3000; performance.now() < end; ) for (const work of [bare, ours]) time(work);
    const measured = [[], []];
    for (let r = 0; r < 15; r++) for (const [i, work] of [ours, bare].entries()) measured[i].push(time(work));
    const [a, b] = measured.map(median);
    console.log(
      `${String(n).padStart(7)} ${a.toFixed(1).padStart(9)} ${b.toFixed(1).padStart(9)} ${(a / b).toFixed(2).padStart(7)}`,
    );
  }
}

if (process.argv[1] === import.meta.filename) run();
