/** Calibrations of one node: started by an action, run in a worker thread, taken over by the twin when they are done. */
import type { CalibrationResult } from "../../lib/physics/calibration/calibrate.ts";
import { type CalibrationData, fromCsv, fromHistory } from "../../lib/physics/calibration/data.ts";
import { doubts } from "../../lib/physics/calibration/faults.ts";
import { type CalibrationReport, type ReportContext, reportOf } from "../../lib/physics/calibration/report.ts";
import { restingInputs } from "../../lib/physics/calibration/resting.ts";
import { readCalibration } from "../../lib/physics/calibration/settings.ts";
import type { CalibrationJob } from "../../lib/physics/calibration/worker.ts";
import type { PhysicsTwin } from "../../lib/physics/physics-twin.ts";
import type { PhysicsConfig, PhysicsSettings } from "../../lib/physics/settings.ts";
import type { Action, Json, Store } from "../../lib/store/store.ts";
import type { Asset } from "../../lib/twin/asset.ts";
import { TwinError, twinKey } from "../../lib/twin/envelope.ts";
import { runInWorker } from "../../lib/worker.ts";

export interface CalibratingOptions {
  config: PhysicsConfig;
  settings: PhysicsSettings;
  asset: Asset;
  store: Store;
  /** Absolute path of the worker's module. */
  worker: string;
  /** Called while a calibration runs (share 0 … 1) and when it ends (undefined). */
  onProgress: (share: number | undefined) => void;
  /** Called with what a calibration found, under the name of the new version. */
  onDone: (action: Action, version: string, report: CalibrationReport) => void;
  onError: (action: Action, error: Error) => void;
}

export class Calibrating {
  readonly #options: CalibratingOptions;
  readonly #running = new Map<string, { share: number; stop: AbortController }>();

  constructor(options: CalibratingOptions) {
    this.#options = options;
  }

  /** Share done of a twin's calibration; undefined while there is none. */
  progress(branch: string, id: string): number | undefined {
    return this.#running.get(twinKey(branch, id))?.share;
  }

  /**
   * Starts a calibration; the node goes on with the present parameters meanwhile.
   * @returns the number of rows that it uses
   * @throws TwinError `E_CALIBRATE`, `E_DATA` or `E_CSV` with a sentence that says what to change
   */
  start(state: PhysicsTwin, action: Action, touch: () => void): number {
    const { config, settings, store } = this.#options;
    const key = twinKey(action.branch, action.id);
    if (this.#running.has(key)) throw new TwinError("E_CALIBRATE", `A calibration of ${action.id} is running already.`);
    const request = readCalibration(action, config, settings, state.parameters);
    const model = settings.equations!;
    const ports = { inputs: model.inputs, outputs: Array.from(model.outputs.keys()), toModel: settings.toModel };
    const { from, to } = request;
    const range = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
    const data =
      request.csv === undefined
        ? fromHistory(ports, (signal) => store.history({ branch: action.branch, id: action.id, signal, ...range }))
        : fromCsv(request.csv, ports, range);
    const job: CalibrationJob = {
      spec: settings.spec!,
      values: Object.fromEntries(state.parameters),
      data,
      options: {
        fitted: request.fitted,
        maxGap: settings.maxGap,
        ...(settings.horizon && { horizon: settings.horizon }),
        noise: noiseOf(settings),
        ...(config.correction !== false && { correct: config.correctionInputs ?? [] }),
      },
    };
    this.#run(key, job, state, action, touch, this.#context(data, request.csv === undefined ? action : undefined));
    return data.time.length;
  }

  /** What is known of the data beside the numbers; of a file nobody knows what happened in it. */
  #context(data: CalibrationData, ref: Action | undefined): ReportContext {
    const { config, settings, asset, store } = this.#options;
    const [from, to] = [data.time[0]!, data.time.at(-1)!];
    return {
      asset,
      config,
      resting: restingInputs(data, settings.equations!.inputs, asset, settings.fromModel),
      doubts: ref ? doubts(store, { branch: ref.branch, id: ref.id }, { from, to }) : [],
    };
  }

  #run(
    key: string,
    job: CalibrationJob,
    state: PhysicsTwin,
    action: Action,
    touch: () => void,
    context: ReportContext,
  ): void {
    const stop = new AbortController();
    const entry = { share: 0, stop };
    this.#running.set(key, entry);
    const { onProgress, onDone, onError, worker, settings } = this.#options;
    onProgress(0);
    runInWorker<CalibrationJob, CalibrationResult>(worker, job, {
      signal: stop.signal,
      onProgress: (share) => {
        entry.share = share;
        onProgress(share);
      },
    })
      .then((result) => {
        const report = reportOf(result, settings, context);
        const version = state.calibrate(versionOf(result, report));
        touch();
        onDone(action, version, report);
      })
      .catch((error: Error) => {
        if (!stop.signal.aborted) onError(action, error);
      })
      .finally(() => {
        this.#running.delete(key);
        if (!stop.signal.aborted) onProgress(undefined);
      });
  }

  /** Ends all calibrations without a word. */
  close(): void {
    for (const { stop } of this.#running.values()) stop.abort();
  }
}

/** Measurement noise that somebody entered, in the model's units. */
function noiseOf({ estimate, toModel }: PhysicsSettings): Map<string, number> {
  return new Map(
    Array.from(estimate?.noise ?? [], ([signal, sd]) => {
      const convert = toModel.get(signal);
      return [signal, convert ? Math.abs(convert(sd) - convert(0)) : sd];
    }),
  );
}

function versionOf(result: CalibrationResult, report: CalibrationReport): Parameters<PhysicsTwin["calibrate"]>[0] {
  const { correction } = result;
  return {
    time: result.to,
    values: Object.fromEntries(result.parameters.map(({ name, value }) => [name, value])),
    ...(correction !== undefined && { correction }),
    report: JSON.parse(JSON.stringify(report)) as Json,
  };
}
