import { serve } from "../../src/lib/worker.ts";

serve<number, number>((job, progress) => {
  if (job < 0) throw Object.assign(new Error("The job is negative."), { code: "E_NEGATIVE" });
  if (job === 0) for (;;);
  progress(0.5);
  return job * job;
});
