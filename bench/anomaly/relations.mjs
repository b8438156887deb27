// Faults that no single signal shows, among four signals sampled every 60 s, at a budget of one false alarm a month; and what several
// signals cost.
import { detector, row } from "./stream.mjs";

const MINUTE = 60_000;
const SEEDS = 20;
const LEARNED = 2000;

export function run() {
  console.log(
    `Four signals with a common cause, learned from ${LEARNED} rows; found before ${LEARNED / 2} rows of fault, of ${SEEDS} seeds:`,
  );
  // The deviation of signal 0 from what the others say has a standard deviation of 0.1.
  row(
    "broken correlation: 10 of its deviations, every margin normal",
    found((x, _i, random) => [random() * Math.sqrt(1.01), ...x.slice(1)]),
  );
  row(
    "signal 0 off by one of its own standard deviations (10 of the relation)",
    found(([a, ...rest]) => [a + 1, ...rest]),
  );
  row(
    "stuck",
    found((x, _i, _random, last) => [last, ...x.slice(1)]),
  );
  row(
    "slow drift, 0.1 standard deviations per hour, within 5 days",
    found(([a, ...rest], i) => [a + (0.1 * i) / 60, ...rest], 7200),
  );
  const steps = [];
  for (let seed = 1; seed <= 5; seed++) {
    const s = stream(4, 0, seed);
    let all = true;
    for (let i = 0; i < 20_000; i++) all = s.next(([a, ...rest]) => [a + 5, ...rest]).active && (all || i < 50);
    steps.push(all);
  }
  row("5-sigma step for two weeks: the alarm stands all the time", `${steps.filter(Boolean).length}/${steps.length}`);
  console.log(
    "False alarms of several signals, raised / allowed (60 s samples, 10 per month, 3 seeds of 100 000 rows; an alarm is answered after an hour):",
  );
  for (const [label, n, phi] of [
    ["4 signals, white with a common cause", 4, 0],
    ["8 signals, AR(1) 0.7", 8, 0.7],
  ])
    row(label, falseAlarms(n, phi));
  console.log("Cost per row:");
  for (const n of [2, 8, 43]) row(`${n} signals`, `${cost(n).toFixed(1)} µs`);
}

function found(fault, rows = LEARNED / 2) {
  let hits = 0;
  const delays = [];
  for (let seed = 1; seed <= SEEDS; seed++) {
    const s = stream(4, 0, seed);
    for (let i = 0; i < rows; i++) {
      if (!s.next(fault).active) continue;
      hits++;
      delays.push(i + 1);
      break;
    }
  }
  delays.sort((a, b) => a - b);
  return `${hits}/${SEEDS}${delays.length ? `, after ${delays[delays.length >> 1]} rows (median)` : ""}`;
}

/** Signals that share a cause and have little noise of their own, after learning. */
function stream(n, phi, seed, budget = 1) {
  const random = gaussian(seed);
  const d = detector(n, LEARNED, budget);
  let common = random();
  let noise = Array.from({ length: n }, random);
  let time = 0;
  let last = 0;
  let i = 0;
  const next = (fault) => {
    common = phi * common + Math.sqrt(1 - phi * phi) * random();
    noise = noise.map((v) => phi * v + Math.sqrt(1 - phi * phi) * random());
    let x = noise.map((v) => common + 0.1 * v);
    if (fault) x = fault(x, i++, random, last);
    else last = x[0];
    time += MINUTE;
    return d.update(time, Float64Array.from(x), true, "");
  };
  for (let k = 0; k < LEARNED + 200; k++) next();
  return { d, next };
}

function falseAlarms(n, phi) {
  const rows = 100_000;
  let raised = 0;
  for (let seed = 1; seed <= 3; seed++) {
    const s = stream(n, phi, seed, 10);
    let standing = 0;
    for (let i = 0; i < rows; i++) {
      const v = s.next();
      if (v.raised) raised++;
      standing = v.active ? standing + 1 : 0;
      if (standing === 60) s.d.recentre(true);
    }
  }
  const allowed = (3 * rows * 10) / (30 * 24 * 60);
  return `${raised} / ${allowed.toFixed(0)} = ${(raised / allowed).toFixed(2)}`;
}

function cost(n) {
  const random = gaussian(7);
  const d = detector(n);
  const rows = Array.from({ length: 5000 }, () => Float64Array.from({ length: n }, random));
  let time = 0;
  const pass = (count) => {
    const start = performance.now();
    for (let i = 0; i < count; i++) d.update((time += MINUTE), rows[i % rows.length], true, "");
    return ((performance.now() - start) * 1000) / count;
  };
  pass(20_000);
  return Math.min(pass(20_000), pass(20_000));
}

function gaussian(seed) {
  let s = seed >>> 0;
  const uniform = () => {
    s = (s + 0x6d2b79f5) >>> 0;
    let t = s;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
