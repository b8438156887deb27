// The figures that the project has set itself, with bounds and what others have published. Parts of the benchmark hand in what they
// measured under these names; a list is printed in the order of its names.
const BOUNDS = [
  [
    "fleet: RMSE FD001; FD003",
    "≤ 11.0; 10.3",
    "10.2; 9.3",
    "STAR transformer 10.61; 10.71, LSTM 16.14; 16.18, CNN 18.45; 19.82, age alone 31.1; 34.1",
  ],
  ["fleet: PHM08 score FD001; FD003", "≤ 200; 230", "165; 190", "LSTM 338; 852, CNN 1287; 1596"],
  ["fleet: 90 % interval holds, %", "86 to 97", "88 to 94", ""],
  ["fleet: mean width", "≤ 35", "27", ""],
  ["fleet of 10 units, FD001: RMSE; interval holds, %", "≤ 15.5; ≥ 86", "13.5", ""],
  ["no failure known: RMSE FD001; FD003", "≤ 15; 18", "13; 15", ""],
  ["no failure known: interval holds, %", "≥ 87", "", ""],
  ["typical life wrong by 2: least share the interval holds, %", "≥ 80", "", ""],
  ["battery cells: of 8 inside; medians within 20 %", "≥ 6", "7; 4", ""],
  ["fault never seen: interval of the unflagged holds, %; false flags, %", "≥ 88; ≤ 2", "", ""],
  ["synthetic wear: median error, %", "≤ 12", "6", ""],
  ["synthetic wear: interval holds, %", "85 to 97", "", ""],
  ["fleet: µs a prediction", "≤ 50", "15", ""],
  ["fleet: training FD001, s of CPU", "≤ 3", "1", ""],
  ["fleet: model, kB", "≤ 200", "60", ""],
  ["no failure known: ms a prediction", "≤ 30", "5", ""],
  ["planner: % over the oracle FD001; FD003", "≤ 10; 10", "5; 5", ""],
  [
    "age replacement: T* for Weibull 2.5, 1000 h, 1:5; 2, 1000 h, 1:10; h",
    "493.047; 336.4512",
    "",
    "ReliaWiki 493.047",
  ],
  ["training: longest gap of the event loop; of it computed by the main thread, ms", "≤ 20", "", ""],
];

const measured = new Map();

/** @param values numbers, or texts; several are printed with semicolons */
export function note(name, ...values) {
  if (!BOUNDS.some(([known]) => known === name)) throw new Error(`Unknown figure ${name}`);
  measured.set(name, [...(measured.get(name) ?? []), ...values]);
}

export function printFigures() {
  console.log("Figures (measured | must | aim | published):");
  for (const [name, must, aim, published] of BOUNDS)
    if (measured.has(name))
      console.log(`  ${name}: ${measured.get(name).join("; ")} | ${must || "–"} | ${aim || "–"} | ${published || "–"}`);
}
