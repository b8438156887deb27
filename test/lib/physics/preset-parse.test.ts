import assert from "node:assert/strict";
import fc from "fast-check";
import { parsePreset } from "../../../src/lib/physics/presets/parse.ts";

describe("the text of a preset file", () => {
  it("is JSON as JSON.parse reads it, whatever is in it", () => {
    fc.assert(fc.property(fc.json({ maxDepth: 4 }), (text) => assert.deepEqual(parsePreset(text), JSON.parse(text))));
    for (const text of [
      '\uFEFF{"a":1}',
      '{"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]}',
      '{"a":"{\\"b\\":1,\\"b\\":2}"}',
      '["a","a:",":"]',
    ])
      assert.deepEqual(parsePreset(text), JSON.parse(text.replace("\uFEFF", "")));
  });

  it("has no key twice in one object, however it is written", () => {
    for (const text of ['{"k":1,"k":2}', '{"x":{"k":1,"y":[{"k":3}],"k" : 2}}', '[{"k":{"z":1},"\\u006b":2}]'])
      assert.throws(() => parsePreset(text), /The name "k" is there twice: rename or remove one of them/);
    assert.throws(() => parsePreset('{"k":'), /The file is not JSON/);
  });
});
