import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, it } from "mocha";

const require = createRequire(import.meta.url);
const root = join(import.meta.dirname, "..", "..");
const read = (path: string) => JSON.parse(readFileSync(join(root, path), "utf8"));
const pkg = read("package.json");
const types = Object.keys(pkg["node-red"].nodes);
const folderOf = (type: string) => join("src", "nodes", type.replace("twin-", ""));
const examples = globSync("examples/*.json", { cwd: root });

describe("the package", () => {
  it("asks for no more than six dependencies and the Node and Node-RED it promises", () => {
    assert.ok(Object.keys(pkg.dependencies).length <= 6);
    assert.equal(pkg.engines.node, ">=22.9");
    assert.equal(pkg["node-red"].version, ">=4.1.0");
    assert.equal(pkg.license, "Apache-2.0");
  });

  // npm skips an optional package in silence when its engine does not fit: without this the tests that use it would
  // only look as if they ran.
  it("has every optional and every test package where the tests need it", () => {
    for (const name of Object.keys(pkg.optionalDependencies)) {
      assert.ok(pkg.devDependencies[name], `${name} is optional for users and must be a devDependency for the tests`);
      assert.ok(existsSync(join(root, "node_modules", name, "package.json")), `${name} is not installed`);
    }
    for (const name of ["node-red/red.js", "node-red-4/red.js", "playwright-core", "ajv", "fast-check"])
      require.resolve(name);
    assert.match(read("node_modules/node-red/package.json").version, /^5\./);
    assert.match(read("node_modules/node-red-4/package.json").version, /^4\.1\./);
  });

  it("gives every node an icon, help, texts and an example that uses it", () => {
    const used = new Set(examples.flatMap((file) => read(file).map((node: { type: string }) => node.type)));
    for (const type of types) {
      assert.ok(existsSync(join(root, "icons", `${type}.svg`)), `icons/${type}.svg is missing`);
      assert.ok(read(join(folderOf(type), "locales", "en-US", `${type}.json`))[type], `texts of ${type}`);
      const help = readFileSync(join(root, folderOf(type), "locales", "en-US", `${type}.html`), "utf8");
      assert.ok(help.includes(`data-help-name="${type}"`) && help.length > 400, `help of ${type}`);
      assert.ok(used.has(type), `no example uses ${type}`);
    }
  });

  it("has examples that use no node from elsewhere", () => {
    const core =
      "tab,group,comment,inject,debug,function,change,switch,delay,trigger,link in,link out,mqtt in,mqtt out,mqtt-broker,http in,http response,status,catch,complete,rbe,split,join,template,json".split(
        ",",
      );
    for (const file of examples)
      for (const node of read(file))
        assert.ok(types.includes(node.type) || core.includes(node.type), `${basename(file)} uses ${node.type}`);
  });

  // Else Done in an untouched dialog would count as a change.
  it("has examples that can be imported together: no two fill the same twin of the same store", () => {
    const owners = new Map<string, string>();
    for (const file of examples)
      for (const node of read(file)) {
        if (node.type !== "twin-asset") continue;
        const twin = `${node.idPattern} in ${node.store || "the default store"}`;
        assert.equal(owners.get(twin), undefined, `${basename(file)} shares ${twin} with ${owners.get(twin)}`);
        owners.set(twin, basename(file));
      }
  });

  it("has examples whose settings are of the present version", async () => {
    for (const type of types) {
      const migrations = join(root, folderOf(type), "migrations.ts");
      if (!existsSync(migrations)) continue;
      const { migrate } = await import(pathToFileURL(migrations).href);
      for (const file of examples)
        for (const node of read(file))
          if (node.type === type) {
            const settings = migrate(structuredClone(node));
            const where = `${basename(file)}: ${type} ${node.id}`;
            assert.equal(node.version, settings.version, where);
            assert.deepEqual(
              // A machine's model is only stored where one is chosen.
              Object.keys(settings).filter((key) => !(key in node) && !(type === "twin-machine" && key === "model")),
              [],
              where,
            );
          }
    }
  });

  it("asks for no text that its locale file does not have", () => {
    for (const type of types) {
      const known = new Set(keys(read(join(folderOf(type), "locales", "en-US", `${type}.json`))));
      const sources = globSync("*.{ts,html}", { cwd: join(root, folderOf(type)) });
      for (const file of sources) {
        const text = readFileSync(join(root, folderOf(type), file), "utf8");
        for (const [, key] of text.matchAll(/["'`\]](twin-[a-z]+\.[A-Za-z0-9_.-]*[A-Za-z0-9_])["'`;]/g))
          if (key!.startsWith(`${type}.`) && !/\.(ts|js|svg|html|json)$/.test(key!))
            assert.ok(known.has(key!), `${type}/${file} asks for ${key}, which its locale file does not have`);
      }
    }
  });
});

/** Dotted paths of all texts in a catalogue. */
function keys(tree: Record<string, unknown>, prefix = ""): string[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "object" && value !== null
      ? [prefix + key, ...keys(value as Record<string, unknown>, `${prefix}${key}.`)]
      : [prefix + key],
  );
}
