import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, it } from "mocha";

const read = (name: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, "..", "..", "..", "src", "lib", "twin", name), "utf8"));
const valid = new Ajv2020({ strict: false })
  .addSchema(read("envelope.schema.json"))
  .compile(read("message.schema.json"));

const twin = { v: 1, id: "plant1:pump-1", branch: "live", time: 1, values: { speed: 1 }, updated: ["speed"] };
const event = {
  topic: "plant1:pump-1/anomaly",
  payload: "Vibration is high.",
  event: "raised",
  severity: "warning",
  twin,
};

describe("schema of messages", () => {
  const right: [string, object][] = [
    ["a state", { topic: "plant1:pump-1/state", payload: { speed: 1 }, twin, mine: "kept" }],
    ["no answer yet", { topic: "plant1:pump-1/rul", payload: null, twin }],
    ["an event", event],
    ["an action with msg.twin.id alone", { action: "maintenance", twin: { id: "plant1:pump-1" } }],
    ["an action with msg.payload.id", { action: "desire", payload: { id: "plant1:pump-1", desired: { speed: 2 } } }],
    ["an action on a branch", { action: "accept", payload: { id: "p", branch: "replay:x", proposal: "c-1" } }],
    ["a stock message", { payload: 5, topic: "anything" }],
    ["a refusal", { payload: "No.", error: { code: "E_X", message: "No." } }],
  ];
  for (const [what, message] of right)
    it(`accepts ${what}`, () => assert.ok(valid(message), JSON.stringify(valid.errors)));

  const wrong: [string, object][] = [
    ["an envelope of another version", { payload: {}, twin: { ...twin, v: 2 } }],
    ["an unknown event", { ...event, event: "happened" }],
    ["an event without a sentence", { ...event, payload: 0.9 }],
    ["an event of no twin", { ...event, twin: undefined }],
    ["an event without severity", { ...event, severity: undefined }],
    ["an action without an id", { action: "reset", payload: {} }],
    ["an action on an unknown branch", { action: "reset", payload: { id: "p", branch: "test" } }],
    ["an action that is an event too", { ...event, action: "reset" }],
    ["a refusal without a code", { payload: "No.", error: { message: "No." } }],
    ["a revision in text", { twin, ifRev: "4" }],
  ];
  for (const [what, message] of wrong)
    it(`refuses ${what}`, () => assert.equal(valid(JSON.parse(JSON.stringify(message))), false));
});
