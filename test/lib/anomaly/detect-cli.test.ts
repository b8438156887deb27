/** The command line as a user runs it. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rowTime } from "../../../src/lib/anomaly/recorded.ts";
import { CsvStream } from "../../../src/lib/machine/csv-stream.ts";
import { gaussian } from "./random.ts";

const CLI = join(import.meta.dirname, "../../../src/cli/detect.ts");

describe("twinwire-detect", function () {
  this.timeout(120_000);
  let folder = "";
  const at = (name: string) => join(folder, name);
  const run = (...args: string[]) =>
    spawnSync(process.execPath, ["--disable-warning=MODULE_TYPELESS_PACKAGE_JSON", CLI, ...args], { encoding: "utf8" });
  const scores = (name: string) => {
    const [head, ...lines] = readFileSync(at(name), "utf8").trim().split("\n");
    assert.equal(head, "timestamp,anomaly_score,alarm");
    return lines.map((line) => {
      const cells = line.split(",");
      return { timestamp: cells[0]!, score: Number(cells[1]), alarm: Number(cells[2]) };
    });
  };

  /** A pump in decimal commas; after row `from` the flow no longer follows the speed. */
  function pump(rows: number, from: number, seed: number): string {
    const random = gaussian(seed);
    const lines = ["Zeit time;speed;flow;note;broken"];
    for (let i = 0; i < rows; i++) {
      const speed = 10 + random();
      const flow = i < from ? speed * 2 + 0.1 * random() : 20 + 2 * random();
      const stamp = new Date(Date.UTC(2026, 0, 1) + i * 60_000).toISOString().slice(0, 19).replace("T", " ");
      const number = (x: number) => x.toFixed(3).replace(".", ",");
      lines.push([stamp, number(speed), number(flow), "ok", i < from ? 0 : 1].join(";"));
    }
    return lines.join("\n");
  }

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "twinwire-detect-"));
    writeFileSync(at("pump.csv"), pump(1200, 900, 1));
    writeFileSync(at("normal.csv"), pump(1500, 1500, 2));
  });
  after(() => rmSync(folder, { recursive: true }));

  it("scores every row of a recording whose beginning is normal", () => {
    const { stderr, status } = run(
      "--in",
      at("pump.csv"),
      "--out",
      at("a.csv"),
      "--signals",
      "speed,flow",
      "--train",
      "400",
    );
    assert.equal(status, 0, stderr);
    assert.match(stderr, /^1200 rows, \d+ alarms?, 0 bad rows scored as missing\n$/);
    const rows = scores("a.csv");
    assert.equal(rows.length, 1200);
    assert.equal(rows[0]!.timestamp, "2026-01-01 00:00:00");
    assert.ok(rows.every(({ score }) => score >= 0 && score <= 1));
    assert.equal(
      rows.slice(0, 400).some(({ alarm }) => alarm),
      false,
    );
    assert.equal(rows.slice(400, 900).filter(({ alarm }) => alarm).length, 0);
    assert.ok(rows.slice(910).every(({ alarm, score }) => alarm === 1 && score >= 0.5));
  });

  it("leaves labels and codes for missing values out, and says so", () => {
    const cells = (text: string, label: (i: number) => unknown, speed: (i: number, s: string) => string) =>
      text.split("\n").map((line, i) => {
        const [time, s, flow] = line.split(";");
        return i === 0 ? "time;speed;flow;ATT_FLAG" : [time, speed(i, s!), flow, label(i)].join(";");
      });
    const calm = pump(1000, 1000, 4);
    writeFileSync(
      at("calm.csv"),
      cells(
        pump(1500, 1500, 2),
        () => 0,
        (_, s) => s,
      ).join("\n"),
    );
    writeFileSync(
      at("flags.csv"),
      cells(
        calm,
        (i) => (i > 500 ? 1 : -999),
        (i, s) => (i % 50 === 0 ? "-9999" : s),
      ).join("\n"),
    );
    const common = ["--train-file", at("calm.csv"), "--in", at("flags.csv"), "--out", at("f.csv")];
    const { stderr } = run(...common);
    assert.match(stderr, /^Left out because of names like labels: ATT_FLAG/);
    assert.match(stderr, /\n20 cells with a code for a missing value/);
    assert.equal(scores("f.csv").filter(({ alarm }) => alarm).length, 0);
    const asked = run(...common, "--signals", "speed,flow,ATT_FLAG");
    assert.doesNotMatch(asked.stderr, /Left out/);
    assert.ok(
      scores("f.csv")
        .slice(510)
        .every(({ alarm }) => alarm === 1),
    );
  });

  it("judges all of a recording after one that is normal, and never looks ahead", () => {
    const common = ["--train-file", at("normal.csv"), "--signals", "speed,flow", "--separator", ";"];
    assert.equal(run("--in", at("pump.csv"), "--out", at("b.csv"), ...common).status, 0);
    const rows = scores("b.csv");
    assert.ok(
      rows.slice(0, 20).some(({ score }) => score > 0),
      "judged from the first rows on",
    );
    assert.ok(rows.slice(910).every(({ alarm }) => alarm === 1));
    const lines = readFileSync(at("pump.csv"), "utf8").split("\n");
    writeFileSync(at("short.csv"), lines.slice(0, 951).join("\n"));
    assert.equal(run("--in", at("short.csv"), "--out", at("c.csv"), ...common).status, 0);
    assert.deepEqual(scores("c.csv"), rows.slice(0, 950));
  });

  it("scores bad rows as missing and counts them", () => {
    const lines = readFileSync(at("pump.csv"), "utf8").split("\n");
    lines[501] = "yesterday;10;20;ok;0";
    lines[502] = "2026-01-01 08:21:00;;x;ok;0";
    lines[503] = '"2026-01-01 08:22:00";10,1;;ok;0';
    writeFileSync(at("bad.csv"), lines.join("\r\n"));
    const { stderr } = run("--in", at("bad.csv"), "--out", at("d.csv"), "--signals", "speed,flow", "--train", "400");
    assert.match(stderr, /2 bad rows scored as missing/);
    const rows = scores("d.csv");
    assert.equal(rows.length, 1200);
    assert.equal(rows[500]!.timestamp, "yesterday");
    assert.deepEqual([rows[500]!.score, rows[501]!.score], [rows[499]!.score, rows[499]!.score]);
    assert.equal(rows[502]!.timestamp, "2026-01-01 08:22:00");
  });

  it("watches a single column by its default", () => {
    const lines = ["timestamp,value"];
    const random = gaussian(5);
    for (let i = 0; i < 1500; i++)
      lines.push(`2026-01-01T${String(i % 24).padStart(2, "0")}:00:00Z,${i >= 1400 ? 30 : random()}`);
    writeFileSync(at("one.csv"), lines.join("\n"));
    assert.equal(run("--in", at("one.csv"), "--out", at("e.csv")).status, 0);
    const rows = scores("e.csv");
    assert.ok(rows[1400]!.score > 0.5 && rows[1400]!.alarm === 1, JSON.stringify(rows[1400]));
  });

  it("judges with the detector that is named", () => {
    const common = ["--in", at("pump.csv"), "--signals", "speed,flow", "--train", "400"];
    assert.equal(run(...common, "--out", at("auto.csv")).status, 0);
    assert.equal(run(...common, "--out", at("named.csv"), "--detector", "auto").status, 0);
    assert.deepEqual(scores("named.csv"), scores("auto.csv"));
    for (const name of ["cross-channel", "hotelling", "cusum"]) {
      assert.equal(run(...common, "--out", at("f.csv"), "--detector", name).status, 0);
      const rows = scores("f.csv");
      assert.equal(rows.slice(0, 900).filter(({ alarm }) => alarm).length, 0, name);
      // The broken relation lies between signals: each by itself is as it always was.
      const found = rows.slice(910, 1000).filter(({ alarm }) => alarm).length;
      assert.ok(name === "cusum" ? found === 0 : found > 60, `${name}: ${found}`);
    }
  });

  it("says in one sentence what is wrong", () => {
    for (const [args, sentence] of [
      [["--in", at("pump.csv")], /^twinwire-detect: The option --out is missing/],
      [["--in", at("none.csv"), "--out", at("x.csv")], /cannot be read: it does not exist/],
      [
        ["--in", at("pump.csv"), "--out", at("x.csv"), "--signals", "foo"],
        /--signals names "foo"; the columns are Zeit time, speed/,
      ],
      [["--in", at("pump.csv"), "--out", at("no/x.csv")], /cannot be written/],
      [["--in", at("pump.csv"), "--out", at("x.csv"), "--train", "5"], /--train is "5": give a number from 30/],
      [["--in", at("pump.csv"), "--out", at("x.csv"), "--train", "50", "--train-file", at("normal.csv")], /not both/],
      [
        ["--in", at("pump.csv"), "--out", at("x.csv"), "--detector", "magic"],
        /The detector is "magic": choose one of auto, ewma-z, cusum, page-hinkley, novelty, mewma, hotelling, pca, cross-channel, half-space-trees\./,
      ],
      [
        ["--in", at("pump.csv"), "--out", at("x.csv"), "--detector", "pca", "--signals", "flow"],
        /The detector pca finds what is wrong between signals, and only one is watched/,
      ],
      [["--in", at("pump.csv"), "--out", at("pump.csv")], /--out is the file ".*pump.csv" that is read: name another/],
      [["--in", at("pump.csv"), "--outt", at("x.csv")], /Unknown option '--outt'\. See --help/],
    ] as const) {
      const { stderr, status } = run(...args);
      assert.match(stderr, sentence);
      assert.equal(stderr.trim().split("\n").length, 1);
      assert.equal(status, 2);
    }
    assert.ok(readFileSync(at("pump.csv"), "utf8").startsWith("Zeit time"), "what is read is not overwritten");
  });

  it("says that nothing was judged", () => {
    for (const [args, why] of [
      [["--time", "speed"], /Nothing was judged: no row has a readable time and a number/],
      [["--train", "100000"], /Nothing was judged: the recording ends before the learning phase does/],
    ] as const) {
      const { stderr, status } = run("--in", at("pump.csv"), "--out", at("x.csv"), ...args);
      assert.match(stderr, why);
      assert.equal(status, 0);
    }
  });
});

describe("table of text, a piece at a time", () => {
  it("gives the same rows however it is cut", () => {
    const text = '\uFEFFtime,"a ""b""",c\r\n1,"x,\ny",2\r\n\r\n3,,"4"\n5,6,7';
    const rows = [
      ["1", "x,\ny", "2"],
      ["3", "", "4"],
      ["5", "6", "7"],
    ];
    for (let size = 1; size <= text.length; size++) {
      const csv = new CsvStream();
      const got: string[][] = [];
      for (let i = 0; i < text.length; i += size) got.push(...csv.push(text.slice(i, i + size)));
      got.push(...csv.end());
      assert.deepEqual(got, rows, `pieces of ${size}`);
      assert.deepEqual(csv.header, ["time", 'a "b"', "c"]);
    }
  });

  it("reads the times that recordings have", () => {
    const hour = Date.UTC(2016, 8, 13, 23);
    for (const text of ["2016-09-13T23:00Z", "2016-09-13 23:00:00", "13/09/16 23", "13.09.2016 23:00"])
      assert.equal(rowTime(text), hour, text);
    for (const text of ["", "soon", "31/02/16 00", "13/13/16 00"]) assert.equal(rowTime(text), undefined, text);
  });
});
