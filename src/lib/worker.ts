/** Long work (training, calibration) in a worker thread: one job, progress on the way, one result. */
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { TwinError } from "./twin/envelope.ts";

export interface WorkerOptions<Progress> {
  onProgress?: (progress: Progress) => void;
  /** Ends the worker; the promise rejects with `E_STOPPED`. */
  signal?: AbortSignal;
  /** Buffers in the job that are handed over instead of copied: afterwards they are empty here. */
  transfer?: ArrayBuffer[];
}

type Note<Progress, Result> =
  | { progress: Progress }
  | { result: Result }
  | { error: { message: string; code: string | undefined } };

/**
 * Runs the job in a new thread.
 * @param module absolute path of a module that calls `serve`
 * @param job structured-cloneable
 * @throws what the job threw, with its `code`; TwinError `E_STOPPED` when stopped
 */
export function runInWorker<Job, Result, Progress = number>(
  module: string,
  job: Job,
  { onProgress, signal, transfer = [] }: WorkerOptions<Progress> = {},
): Promise<Result> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(stopped());
    const worker = new Worker(module, { workerData: { job }, transferList: transfer });
    const stop = () => {
      finish(() => reject(stopped()));
      void worker.terminate();
    };
    const finish = (settle: () => void) => {
      signal?.removeEventListener("abort", stop);
      settle();
    };
    signal?.addEventListener("abort", stop, { once: true });
    worker.on("message", (note: Note<Progress, Result>) => {
      if ("progress" in note) onProgress?.(note.progress);
      else if ("result" in note) finish(() => resolve(note.result));
      else finish(() => reject(new TwinError(note.error.code ?? "E_WORKER", note.error.message)));
    });
    worker.on("error", (error) => finish(() => reject(error)));
    // Settled already, unless the thread died without a word.
    worker.on("exit", (code) =>
      finish(() => reject(new TwinError("E_WORKER", `The worker ended early with code ${code}.`))),
    );
  });
}

const stopped = () => new TwinError("E_STOPPED", "The work was stopped.");

/** Called once by a worker's module: does the job and sends the result. Does nothing in the main thread. */
export function serve<Job, Result, Progress = number>(
  work: (job: Job, progress: (p: Progress) => void) => Result | Promise<Result>,
): void {
  if (isMainThread || !parentPort) return;
  const port = parentPort;
  const send = (note: Note<Progress, Result>) => port.postMessage(note);
  Promise.resolve()
    .then(() => work((workerData as { job: Job }).job, (progress) => send({ progress })))
    .then(
      (result) => send({ result }),
      (error: unknown) =>
        send({
          error: {
            message: error instanceof Error ? error.message : String(error),
            code: (error as { code?: string }).code,
          },
        }),
    );
}
