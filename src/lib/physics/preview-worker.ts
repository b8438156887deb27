import { serve } from "../worker.ts";
import { type Preview, type PreviewRequest, preview } from "./preview.ts";

serve<PreviewRequest, Preview>((request) => preview(request));
