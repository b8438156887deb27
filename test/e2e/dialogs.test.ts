import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { type Red, removeUserDir, root, startRed } from "../nodes/harness.ts";
import { browserAvailable, Editor, launch } from "./driver.ts";

type Flow = Record<string, unknown> & { id: string; type: string };
type Row = Record<string, unknown>;
type Act = (page: Page) => Promise<unknown>;

const example: Flow[] = JSON.parse(readFileSync(join(root, "examples", "1 Start here pump station.json"), "utf8"));
const store = { id: "store-of-dialogs", type: "twin-store", version: 1, name: "S", samplesPerSignal: 1000, memory: 10 };
const broker = {
  id: "broker-of-dialogs",
  type: "twin-mqtt",
  version: 1,
  name: "",
  host: "broker.plant.example",
  port: 1883,
  useTls: false,
  tls: "",
  protocol: "3.1.1",
  clientId: "",
  keepalive: 60,
  sessionExpiry: 86400,
};
const flows: Flow[] = [...example, store, broker];
const types = [
  ...["twin-asset", "twin-store", "twin-mqtt"],
  ...["twin-machine", "twin-ingest", "twin-state", "twin-physics", "twin-anomaly", "twin-rul", "twin-command"],
];
const isSupport = (type: string): boolean => type === "twin-store" || type === "twin-mqtt";
const idOf = (type: string): string => flows.find((n) => n.type === type)!.id;

/** A wrong value typed into a dialog, and the sentence that refuses it. */
const wrong: Record<string, [spoil: Act, sentence: RegExp][]> = {
  "twin-asset": [
    [(page) => page.locator("#node-config-input-idPattern").fill("pump one"), /^The twin id must be text without/],
    [(page) => cell(page, "Unit", 0).fill("furlongs"), /^speed: .*furlongs/],
    [(page) => cell(page, "Normal from", 0).fill("2000"), /^Signal speed, normal range: the low value 2000/],
    [(page) => page.locator("#twin-asset-failure-threshold").fill("high"), /^Enter the value at which the machine/],
    [(page) => page.locator("#twin-asset-failure-signal").fill("noise"), /^Failed when: noise is not in the table/],
  ],
  "twin-store": [[(page) => page.locator("#node-config-input-memory").fill("0"), /^The memory must lie between/]],
  "twin-mqtt": [
    [(page) => page.locator("#node-config-input-host").fill("my broker"), /^A host name has no spaces/],
    [(page) => page.locator("#node-config-input-host").fill(""), /^Enter the broker's host name/],
  ],
  "twin-machine": [
    [(page) => page.locator("#node-input-clock").fill("9999"), /^The clock must be a number from 1 to 3600/],
    [(page) => cell(page, "Begins, h", 0).fill("soon"), /^Faults, row 1: enter the hour/],
  ],
  "twin-ingest": [
    [(page) => page.locator("#node-input-source").selectOption("mqtt"), /^Enter a topic/],
    [(page) => page.locator("#node-input-source").selectOption("mqtt"), /^Choose a broker/],
    [(page) => addRow(page, "#twin-ingest-mapping", { Topic: "plant/#/pump" }), /^Mapping.* row 1/],
  ],
  "twin-state": [[(page) => page.locator("#node-input-asset").selectOption("_ADD_"), /Asset/]],
  "twin-physics": [
    [
      async (page) => {
        await open(page, "#twin-physics-expert");
        await page.locator("#node-input-learn").fill("1");
      },
      /^Learn from/,
    ],
    [(page) => page.getByLabel("shutOffHead, Value").fill("4o"), /shutOffHead.*4o/],
  ],
  "twin-anomaly": [
    [(page) => page.locator("#node-input-falseAlarmsPerMonth").fill("0"), /^False alarms per month: enter/],
    [(page) => cell(page, "Limit", 0).fill("low"), /^Warn when, row 1: enter a quantity and a number/],
  ],
  "twin-rul": [[(page) => page.locator("#node-input-horizon").fill("0"), /^Look ahead must be/]],
  "twin-command": [
    [(page) => cell(page, "Lowest", 0).fill("slow"), /^Commandable signals, row 1: enter the lowest/],
    [(page) => cell(page, "set", 0).fill("flow"), /^Rules, row 1: "flow" is not in the table/],
    [(page) => page.locator("#node-input-target").selectOption("mqtt"), /^Choose a broker/],
  ],
};

/** A change of a table, and the table that Done must store; one undo must bring the old one back. */
const changes: [type: string, key: string, change: Act, check: (rows: Row[]) => void, by?: string][] = [
  [
    "twin-machine",
    "faults",
    (page) => cell(page, "Takes, h", 0).fill("4,5"),
    (rows) => assert.equal(rows[0]!.ramp, 4.5),
  ],
  [
    "twin-ingest",
    "mapping",
    (page) => addRow(page, "#twin-ingest-mapping", { Topic: "plant/{id}/flow", Signal: "flow" }),
    (rows) => assert.deepEqual([rows[0]!.topic, rows[0]!.signal], ["plant/{id}/flow", "flow"]),
  ],
  ["twin-anomaly", "limits", (page) => cell(page, "Limit", 0).fill("0.9"), (rows) => assert.equal(rows[0]!.limit, 0.9)],
  [
    "twin-command",
    "rules",
    (page) => page.locator("#twin-command-rules .red-ui-editableList-item-remove").first().click(),
    (rows) => assert.equal(rows.length, 1),
  ],
  ["twin-asset", "signals", (page) => cell(page, "to", 1).fill("75"), (rows) => assert.equal(rows[1]!.normalHigh, 75)],
  [
    "twin-asset",
    "signals",
    async (page) => {
      await open(page, "#twin-asset-more");
      const asset = {
        name: "Imported",
        idPattern: "x:*",
        signals: [{ name: "level", unit: "m" }],
        failure: { signal: "" },
      };
      await page.locator("#twin-asset-json").fill(JSON.stringify(asset));
      await page.locator("#twin-asset-import").click();
      await page.locator("#twin-asset-message").getByText("Imported: 1 signals").waitFor();
      assert.equal(await page.locator("#node-config-input-idPattern").inputValue(), "x:*");
    },
    (rows) => assert.deepEqual(rows, [{ name: "level", unit: "m" }]),
    ", imported as JSON",
  ],
];

const cell = (page: Page, label: string, row: number) =>
  page.locator(".red-ui-editableList-container").getByLabel(label, { exact: true }).nth(row);

async function addRow(page: Page, table: string, cells: Record<string, string>): Promise<void> {
  await page.locator(`${table} .red-ui-editableList-addButton`).click();
  for (const [label, text] of Object.entries(cells))
    await page.locator(table).getByLabel(label, { exact: true }).last().fill(text);
}

const open = (page: Page, details: string): Promise<void> =>
  page.locator(details).evaluate((d) => ((d as HTMLDetailsElement).open = true) as never);

/** The sentences with which the editor refuses a node. */
const sentences = (editor: Editor, id: string): Promise<string[]> =>
  // biome-ignore lint/suspicious/noExplicitAny: Node-RED's editor publishes no types.
  editor.page.evaluate((nodeId) => (globalThis as any).RED.nodes.node(nodeId).validationErrors ?? [], id);

for (const version of ["5", "4"] as const)
  describe(`every dialog, in Node-RED ${version}`, function () {
    this.timeout(300_000);
    let red: Red;
    let browser: Browser;
    let editor: Editor;

    before(async function () {
      if (!browserAvailable()) this.skip();
      red = await startRed({ version, flows });
      browser = await launch();
      editor = await Editor.open(browser, red.url);
      editor.page.setDefaultTimeout(8000);
    });
    after(async () => {
      await browser?.close();
      await red?.stop();
      if (red) removeUserDir(red.userDir);
    });
    afterEach(() => {
      if (editor) assert.deepEqual(editor.errors.splice(0), []);
    });

    // From a validator with one parameter Node-RED takes any sentence for "valid" (its editor.js, validateNodeProperty).
    it("has validators whose sentences Node-RED takes: they declare two parameters", async () => {
      const lengths = await editor.page.evaluate((all) => {
        type Type = { defaults: Record<string, { validate?: (value: unknown, options?: unknown) => unknown }> };
        const { RED } = globalThis as unknown as { RED: { nodes: { getType(type: string): Type } } };
        return all.flatMap((type) =>
          Object.entries(RED.nodes.getType(type).defaults)
            .filter(([, d]) => d.validate)
            .map(([key, d]) => ({ name: `${type}.${key}`, length: d.validate!.length })),
        );
      }, types);
      assert.ok(lengths.length > 30, JSON.stringify(lengths));
      assert.deepEqual(
        lengths.filter((v) => v.length !== 2),
        [],
      );
    });

    it("finds nothing wrong with the example", async () => {
      for (const type of types) assert.deepEqual(await sentences(editor, idOf(type)), [], type);
    });

    it("changes nothing by Done untouched, and offers the live page", async () => {
      for (const type of types) {
        const before = await editor.node(idOf(type));
        assert.equal(before.changed, false, type);
        await editor.edit(idOf(type));
        const link = editor.page.locator(".twin-live-page a");
        assert.equal(await link.count(), isSupport(type) ? 0 : 1, type);
        if (!isSupport(type))
          assert.equal(new URL((await link.getAttribute("href"))!, `${red.url}/`).pathname, "/twin");
        await editor.done();
        assert.deepEqual(await editor.node(idOf(type)), before, type);
      }
    });

    for (const type of types)
      it(`${type}: refuses a wrong value with a sentence; undo takes it back; Cancel keeps it out`, async () => {
        const id = idOf(type);
        const before = await editor.node(id);
        for (const [spoil, sentence] of wrong[type]!) {
          await editor.edit(id);
          await spoil(editor.page);
          await editor.cancel();
          assert.deepEqual(await editor.node(id), before);
          await editor.edit(id);
          await spoil(editor.page);
          await editor.done();
          const said = await sentences(editor, id);
          assert.equal((await editor.node(id)).valid, false, String(sentence));
          assert.ok(
            said.some((s) => sentence.test(s)),
            `${sentence}: ${JSON.stringify(said)}`,
          );
          await editor.undo();
          const { dirty: _after, ...restored } = await editor.node(id);
          const { dirty: _before, ...original } = before;
          assert.deepEqual(restored, original);
        }
      });

    for (const [type, key, change, check, by = ""] of changes)
      it(`${type}: Done stores the table ${key}${by}; one undo brings the old one back`, async () => {
        const id = idOf(type);
        const before = await editor.node(id);
        await editor.edit(id);
        await change(editor.page);
        await editor.done();
        const after = await editor.node(id);
        check(after[key] as Row[]);
        assert.equal(after.changed, true);
        assert.deepEqual(await sentences(editor, id), []);
        await editor.undo();
        const { dirty: _after, ...restored } = await editor.node(id);
        const { dirty: _before, ...original } = before;
        assert.deepEqual(restored, original);
      });
  });
