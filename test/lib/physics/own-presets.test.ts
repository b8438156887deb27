/** Own presets: files in a folder, and the copy that a node keeps. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PhysicsTwin } from "../../../src/lib/physics/physics-twin.ts";
import type { PresetFile } from "../../../src/lib/physics/presets/file.ts";
import { presets, shippedFile } from "../../../src/lib/physics/presets/index.ts";
import { isPresetName, ownFolder, readOwnPresets, saveOwnPreset } from "../../../src/lib/physics/presets/own.ts";
import { presetText } from "../../../src/lib/physics/presets/text.ts";
import { readPhysics } from "../../../src/lib/physics/settings.ts";
import { readAsset } from "../../../src/lib/twin/asset-config.ts";

const userDir = mkdtempSync(join(tmpdir(), "twinwire-own-"));
const folder = ownFolder(userDir);
const put = (file: string, content: unknown) =>
  writeFileSync(join(folder, file), typeof content === "string" ? content : JSON.stringify(content));
const tank = (change: Partial<PresetFile> = {}): PresetFile => ({ ...shippedFile("tank"), ...change });

describe("own presets", () => {
  beforeEach(() => rmSync(folder, { recursive: true, force: true }));
  after(() => rmSync(userDir, { recursive: true }));

  it("are none while there is no folder, and reading makes none", async () => {
    assert.deepEqual(await readOwnPresets(folder), { presets: [], problems: [] });
    assert(!existsSync(folder));
  });

  it("are read by name of the file; each that cannot be used is named and disturbs no other", async () => {
    mkdirSync(join(folder, "a-folder.json"), { recursive: true });
    put("buffer tank.json", tank({ title: "Buffer tank" }));
    put("pump.json", shippedFile("pump"));
    put("torn.json", '{ "format": "twinwire preset 1", "ti');
    put("wrong.json", tank({ equations: ["level = inflow +"] }));
    put("no.dots.json", tank());
    put("preset.schema.json", "{}");
    put("twice.json", JSON.stringify(tank()).replace('"outletArea"', '"tankArea"'));
    put("notes.txt", "not a preset");
    const { presets, problems } = await readOwnPresets(folder);
    assert.deepEqual(
      presets.map((p) => [p.name, p.file.title]),
      [
        ["buffer tank", "Buffer tank"],
        ["pump", "Centrifugal pump"],
      ],
    );
    const said = Object.fromEntries(problems.map((p) => [p.file, p.message]));
    assert.deepEqual(Object.keys(said), ["a-folder.json", "no.dots.json", "torn.json", "twice.json", "wrong.json"]);
    assert.match(said["a-folder.json"]!, /EISDIR|directory|folder/);
    assert.match(said["no.dots.json"]!, /The name "no\.dots" cannot be that of a preset: use up to 64 letters/);
    assert.match(said["torn.json"]!, /The file is not JSON/);
    assert.equal(said["twice.json"], 'The name "tankArea" is there twice: rename or remove one of them.');
    assert.match(said["wrong.json"]!, /Equations, line 1/);
  });

  it("are saved as people read them, and never over another without being told to", async () => {
    assert.equal(await saveOwnPreset(folder, "my tank", tank({ title: "Mine" }), false), true);
    assert.equal(readFileSync(join(folder, "my tank.json"), "utf8"), presetText(tank({ title: "Mine" })));
    assert.equal(await saveOwnPreset(folder, "my tank", tank({ title: "Other" }), false), false);
    assert.equal((await readOwnPresets(folder)).presets[0]!.file.title, "Mine");
    assert.equal(await saveOwnPreset(folder, "my tank", tank({ title: "Other" }), true), true);
    assert.equal((await readOwnPresets(folder)).presets[0]!.file.title, "Other");
    assert.deepEqual(readdirSync(folder), ["my tank.json"]);
    // Of two at once one comes first.
    const both = await Promise.all(["1", "2"].map((title) => saveOwnPreset(folder, "race", tank({ title }), false)));
    assert.deepEqual(both.sort(), [false, true]);
  });

  it("are refused under a name that leads elsewhere, and with content that cannot be used", async () => {
    const names = [
      "",
      "..",
      "../evil",
      "a/b",
      "a\\b",
      ".hidden",
      "a.json",
      "a\0b",
      "nul",
      " a",
      "a ",
      "x".repeat(65),
      3,
      null,
    ];
    for (const name of names) {
      assert.equal(isPresetName(name), false, String(name));
      await assert.rejects(saveOwnPreset(folder, name, tank(), true), /cannot be that of a preset/);
    }
    for (const name of ["Kühlkreis 2", "a", "my_tank-3", "x".repeat(64)]) assert.equal(isPresetName(name), true, name);
    await assert.rejects(saveOwnPreset(folder, "x", { ...tank(), title: 3 }, true), /no text as title/);
    await assert.rejects(
      saveOwnPreset(folder, "x", tank({ equations: ["y = 1"] }), true),
      /No equation defines "level"/,
    );
    assert(!existsSync(folder) && !existsSync(join(userDir, "twinwire", "evil.json")));
    put("../file", "");
    await assert.rejects(saveOwnPreset(join(userDir, "twinwire", "file"), "x", tank(), false), /cannot be written/);
  });

  it("have the text of the files that ship", () => {
    for (const name of presets.keys())
      assert.equal(
        presetText(shippedFile(name)),
        readFileSync(join(import.meta.dirname, "../../../presets", `${name}.json`), "utf8"),
        name,
      );
  });
});

describe("the copy of an own preset in a node", () => {
  const asset = readAsset({
    name: "t",
    idPattern: "t",
    signals: [
      { name: "level", unit: "cm" },
      { name: "inflow", unit: "L/min" },
    ],
    parameters: [],
  });
  const sample = (time: number) =>
    ({ v: 1, id: "t", branch: "live", rev: 1, time, values: { level: 100, inflow: 300 }, updated: ["level"] }) as never;

  it("is all that the node needs: it runs as the preset that ships does", () => {
    const run = (config: object) => {
      const twin = new PhysicsTwin(readPhysics(config, asset), asset);
      for (let k = 0; k < 50; k++) twin.update(sample(1000 * k));
      return twin.update(sample(60_000)).section;
    };
    const wanted = run({ preset: "tank" });
    assert(wanted.expected.level! > 0);
    assert.deepEqual(run({ preset: "file:mine", presetCopy: tank() }), wanted);
  });

  it("is refused with a sentence that names the preset when it is not there or cannot be used", () => {
    assert.throws(
      () => readPhysics({ preset: "file:mine" }, asset),
      /no copy of the preset "mine": choose it in the dialog again/,
    );
    assert.throws(
      () => readPhysics({ preset: "file:mine", presetCopy: tank({ outputs: { level: "kg" } }) }, asset),
      /The preset "mine" cannot be used\. .*line/,
    );
    assert.throws(() => readPhysics({ preset: "file:../pump" }, asset), /no copy of the preset/);
    const few = readAsset({ name: "t", idPattern: "t", signals: [{ name: "level", unit: "m" }], parameters: [] });
    assert.throws(() => readPhysics({ preset: "file:mine", presetCopy: tank() }, few), /The preset mine needs inflow/);
  });
});
