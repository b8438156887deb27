import type { Preset } from "./preset.ts";
import { pump } from "./pump.ts";
import { tank } from "./tank.ts";

export const presets: ReadonlyMap<string, Preset> = new Map([
  ["pump", pump],
  ["tank", tank],
]);
