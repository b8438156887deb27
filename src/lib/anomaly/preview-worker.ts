/** The look back in a worker thread: `runInWorker(path of this module, request)`. */
import { serve } from "../worker.ts";
import { type PreviewRequest, preview } from "./preview.ts";
import type { Preview } from "./preview-shapes.ts";

serve<PreviewRequest, Preview>(preview);
