import { serve } from "../worker.ts";
import { type AssetTemplate, assetTemplate } from "./asset-template.ts";
import { readCopy } from "./presets/copy.ts";

serve<{ name: string; file: unknown }, AssetTemplate>(({ name, file }) => assetTemplate(readCopy(name, file)));
