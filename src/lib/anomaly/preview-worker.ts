/** The look back in a worker thread: `runInWorker(path of this module, request)`. */
import { serve } from "../worker.ts";
import { type Preview, type PreviewRequest, preview } from "./preview.ts";

serve<PreviewRequest, Preview>(preview);
