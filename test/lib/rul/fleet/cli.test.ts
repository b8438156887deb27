/** The command line as a user runs it. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRandom } from "../../../../src/lib/random.ts";

const CLI = join(import.meta.dirname, "../../../../src/cli/rul.ts");

describe("twinwire-rul", function () {
  this.timeout(120_000);
  let folder = "";
  const at = (name: string) => join(folder, name);
  const run = (...args: string[]) =>
    spawnSync(process.execPath, ["--disable-warning=MODULE_TYPELESS_PACKAGE_JSON", CLI, ...args], { encoding: "utf8" });

  /** Machines whose heat grows to 1 over a life of 60 to 100 hours, seen hourly. */
  function machines(count: number, seed: string, share: number): string {
    const random = createRandom(seed);
    const lines = ["machine,hours,heat,room"];
    for (let u = 1; u <= count; u++) {
      const life = Math.round(60 + 40 * random.next());
      for (let t = 0; t <= life * share; t++)
        lines.push([`M${u}`, t, (t / life) ** 2 + 0.02 * random.normal(), 20 + random.normal()].join(","));
    }
    return lines.join("\n");
  }

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "twinwire-rul-"));
    writeFileSync(at("train.csv"), machines(12, "train", 1));
    writeFileSync(at("test.csv"), machines(4, "test", 0.7));
  });
  after(() => rmSync(folder, { recursive: true }));

  it("trains and predicts, one row per unit or all rows", () => {
    const columns = ["--unit", "machine", "--time", "hours"];
    const trained = run("train", "--in", at("train.csv"), "--model", at("m.json"), ...columns, "--seed", "3");
    assert.equal(trained.stderr, "");
    assert.match(trained.stdout, /12 units/);
    assert.match(trained.stdout, /1 signals \(heat\)/);
    assert.equal(run("predict", "--model", at("m.json"), "--in", at("test.csv"), "--out", at("p.csv")).status, 0);
    const [head, ...rows] = readFileSync(at("p.csv"), "utf8").trim().split("\n");
    assert.equal(head, "unit,time,pred,p05,p10,p50,p90,p95,unknown");
    assert.deepEqual(
      rows.map((row) => row.split(",")[0]),
      ["M1", "M2", "M3", "M4"],
    );
    for (const row of rows) {
      const [, time, pred, ...q] = row.split(",").map(Number) as [number, number, ...number[]];
      // 70 % of the life is over.
      assert.ok(Math.abs(pred! - (time * 3) / 7) < 10, row);
      assert.ok(q[0]! <= q[1]! && q[1]! <= q[2]! && q[2]! <= q[3]! && q[3]! <= q[4]!, row);
    }
    run("predict", "--model", at("m.json"), "--in", at("test.csv"), "--out", at("all.csv"), "--all");
    const every = readFileSync(at("all.csv"), "utf8").trim().split("\n");
    assert.equal(every.length, readFileSync(at("test.csv"), "utf8").split("\n").length);
    assert.ok(rows.every((row) => every.includes(row)));
  });

  it("does not learn from a column that is the answer, and says so", () => {
    const [head, ...rows] = readFileSync(at("train.csv"), "utf8").split("\n");
    const last = new Map(rows.map((row) => row.split(",")).map(([unit, hours]) => [unit, Number(hours)]));
    const left = rows.map((row) => [row, last.get(row.split(",")[0]!)! - Number(row.split(",")[1])].join(","));
    writeFileSync(at("labelled.csv"), [`${head},RUL`, ...left].join("\n"));
    const columns = ["--unit", "machine", "--time", "hours"];
    const trained = run("train", "--in", at("labelled.csv"), "--model", at("l.json"), ...columns);
    assert.match(trained.stderr, /^twinwire-rul: RUL left out: /);
    assert.match(trained.stdout, /1 signals \(heat\)/);
    assert.equal(run("predict", "--model", at("l.json"), "--in", at("test.csv"), "--out", at("l.csv")).status, 0);
  });

  it("says what to do instead where too few units have failed", () => {
    writeFileSync(at("two.csv"), machines(2, "two", 1));
    const refused = run(
      "train",
      "--in",
      at("two.csv"),
      "--model",
      at("x.json"),
      "--unit",
      "machine",
      "--time",
      "hours",
    );
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, /at least 3 units that failed, and this table has 2\. .*--signal and --threshold\./);
  });

  it("predicts without any failure known, from a limit and a rough typical life", () => {
    // Capacity falls as 1 − 0.3 (t / 500)², so the limit 0.7 is reached at 500; 150 are left at 350.
    const random = createRandom("capacity");
    const rows = Array.from({ length: 350 }, (_, i) => [
      i + 1,
      1 - 0.3 * ((i + 1) / 500) ** 2 + 0.003 * random.normal(),
    ]);
    writeFileSync(at("cell.csv"), `cycle,capacity\n${rows.map((r) => r.join(",")).join("\n")}\n`);
    const wear = ["--signal", "capacity", "--threshold", "0.7", "--falling", "--typical-life", "800"];
    const done = run("predict", ...wear, "--in", at("cell.csv"), "--out", at("cell.out.csv"));
    assert.equal(done.stderr, "");
    const [head, row, ...more] = readFileSync(at("cell.out.csv"), "utf8").trim().split("\n");
    assert.equal(head, "unit,time,pred,p05,p10,p50,p90,p95,unknown");
    assert.equal(more.length, 0);
    const [unit, time, pred, p05, , , , p95] = row!.split(",").map(Number) as number[];
    assert.deepEqual([unit, time], [1, 350]);
    assert.ok(p05! < 150 && 150 < p95! && Math.abs(pred! - 150) < 30, row);
  });

  it("takes wild samples of the followed signal for missing ones", () => {
    const random = createRandom("wild capacity");
    const clean = Array.from({ length: 350 }, (_, i) => 1 - 0.3 * ((i + 1) / 500) ** 2 + 0.003 * random.normal());
    // One sample in twelve is zero or a multiple, as loggers write when a cable is loose.
    const wild = clean.map((x, i) => (i > 20 && i % 12 === 0 ? (i % 24 === 0 ? 0 : 3 * x) : x));
    const answer = (rows: number[]) => {
      writeFileSync(at("wild.csv"), `cycle,capacity\n${rows.map((x, i) => `${i + 1},${x}`).join("\n")}\n`);
      const wear = ["--signal", "capacity", "--threshold", "0.7", "--falling", "--typical-life", "800"];
      run("predict", ...wear, "--in", at("wild.csv"), "--out", at("wild.out.csv"));
      return Number(readFileSync(at("wild.out.csv"), "utf8").trim().split("\n")[1]!.split(",")[6]);
    };
    // 150 are left.
    const [p, q] = [answer(clean), answer(wild)];
    assert.ok(Math.abs(q - p) < 40 && Math.abs(q - 150) < 40, `${q} with wild samples, ${p} without`);
  });

  it("says when the limit can hardly be meant, and writes the predictions all the same", () => {
    // Capacity falls from 1 to 0.85.
    const lines = Array.from({ length: 300 }, (_, i) => `${i + 1},${1 - 0.15 * (i / 300) + 0.001 * Math.sin(i)}`);
    writeFileSync(at("cell.csv"), `cycle,capacity\n${lines.join("\n")}\n`);
    const said = (...limit: string[]) => {
      const args = ["--signal", "capacity", "--in", at("cell.csv"), "--out", at("limit.csv"), "--typical-life", "800"];
      rmSync(at("limit.csv"), { force: true });
      const { status, stderr } = run("predict", ...args, ...limit);
      assert.equal(status, 0, stderr);
      assert.equal(readFileSync(at("limit.csv"), "utf8").trim().split("\n").length, 2);
      assert.ok(stderr.trim().split("\n").length <= 1, stderr);
      return stderr;
    };
    assert.equal(said("--threshold", "0.7", "--falling"), "");
    assert.match(said("--threshold", "0.7"), /capacity begins at or above the threshold 0\.7, .*\(add --falling/);
    assert.match(
      said("--threshold", "1.4", "--falling"),
      /begins at or below the threshold 1\.4, .*\(leave --falling out/,
    );
    assert.match(said("--threshold", "1.4"), /moves away from the threshold 1\.4: .*\(add --falling/);
    assert.match(said("--threshold", "-9", "--falling"), /has not come nearer to the threshold -9 by 5 % of the way:/);
  });

  it("counts the units of which the limit is wrong, and bears with machines that have hardly begun", () => {
    const unit = (name: string, from: number, to: number) =>
      Array.from({ length: 40 }, (_, i) => `${name},${i},${from + ((to - from) * i) / 40 + 0.002 * Math.sin(5 * i)}`);
    const said = (...units: string[][]) => {
      writeFileSync(at("units.csv"), `unit,cycle,heat\n${units.flat().join("\n")}\n`);
      const args = ["--signal", "heat", "--threshold", "1", "--in", at("units.csv"), "--out", at("units.out.csv")];
      return run("predict", ...args, "--typical-life", "80").stderr;
    };
    assert.equal(said(unit("a", 0, 0.5), unit("b", 0, 0)), "");
    assert.match(said(unit("a", 0, 0.5), unit("b", 2, 1.5)), /heat begins at or above the threshold 1 in 1 of 2 units/);
    assert.match(said(unit("a", 0, 0.01), unit("b", 0, 0)), /heat has not come nearer .* in any unit/);
  });

  it("answers what is wrong with one sentence and exit code 2", () => {
    const wrong = (args: string[], sentence: RegExp) => {
      const { status, stderr } = run(...args);
      assert.equal(status, 2, stderr);
      assert.match(stderr, sentence);
      assert.equal(stderr.trim().split("\n").length, 1);
    };
    wrong(["train", "--in", at("none.csv"), "--model", at("x.json")], /does not exist/);
    wrong(["train", "--in", at("train.csv"), "--model", at("x.json")], /no column "unit"; it has machine, hours/);
    wrong(["predict", "--model", at("test.csv"), "--in", at("test.csv"), "--out", at("x.csv")], /no JSON/);
    wrong(["train", "--in", at("train.csv"), "--model", at("x.json"), "--cap", "-1"], /--cap/);
    wrong(["predict", "--signal", "heat", "--in", at("test.csv"), "--out", at("x.csv")], /--threshold is missing/);
    const heat = ["predict", "--signal", "heat", "--threshold", "1", "--in", at("test.csv"), "--out", at("x.csv")];
    wrong([...heat, "--typical-life", "-3"], /--typical-life/);
    wrong([...heat, "--threshold", "high"], /--threshold/);
    wrong([...heat, "--seed", "x"], /--seed/);
    wrong([...heat, "--falling=no"], /--falling/);
    wrong(
      ["predict", "--model", at("m.json"), "--falling", "--in", at("test.csv"), "--out", at("x.csv")],
      /--falling has no meaning beside --model/,
    );
    wrong(
      ["train", "--in", at("train.csv"), "--model", at("x.json"), "--threshold", "1"],
      /--threshold has no meaning with train/,
    );
    wrong(["guess"], /neither train nor predict/);
    wrong(["train", "--bogus"], /bogus/);
  });
});
