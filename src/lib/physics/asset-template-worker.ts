import { serve } from "../worker.ts";
import { type AssetTemplate, assetTemplate } from "./asset-template.ts";
import type { Preset } from "./presets/preset.ts";

serve<Preset, AssetTemplate>((preset) => assetTemplate(preset));
