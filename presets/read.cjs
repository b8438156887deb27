// Reads a file beside this one: TypeScript's two kinds of module have no common way to say where they lie.
const { readFileSync } = require("node:fs");
const { join } = require("node:path");

exports.pathOf = (name) => join(__dirname, `${name}.json`);
exports.readText = (name) => readFileSync(exports.pathOf(name), "utf8");
