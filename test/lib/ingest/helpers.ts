import { TwinIngest } from "../../../src/lib/ingest/ingest.ts";
import { type MappingRow, readMapping } from "../../../src/lib/ingest/mapping.ts";
import { type RawMessage, readMessage } from "../../../src/lib/ingest/message.ts";
import type { Refusal } from "../../../src/lib/ingest/refusal.ts";
import { type AssetConfig, readAsset } from "../../../src/lib/twin/asset-config.ts";
import type { Envelope } from "../../../src/lib/twin/envelope.ts";

export const NOW = Date.UTC(2026, 10, 24, 12);

export const pump = (change: Partial<AssetConfig> = {}) =>
  readAsset({
    name: "pump",
    idPattern: "plant1:pump-1",
    clock: "wall",
    signals: [
      { name: "speed", unit: "/min", limitLow: 0, limitHigh: 4000 },
      { name: "suctionPressure", unit: "bar", label: "Suction pressure", limitLow: 0, limitHigh: 10 },
      { name: "flow", unit: "m3/h", maxRate: 10 },
      { name: "bearingTemperature", unit: "Cel", staleAfter: 60 },
      { name: "running", unit: "1" },
    ],
    ...change,
  });

export interface Outcome {
  envelopes: Envelope[];
  refused: Refusal[];
  accepted: number;
  converted: number;
  uncertain: number;
  late: number;
}

/** An ingest node without Node-RED: reads messages and keeps one TwinIngest per twin. */
export class Station {
  asset;
  mappings;
  twins = new Map<string, TwinIngest>();
  constructor(asset = pump(), rows: Partial<MappingRow>[] = []) {
    this.asset = asset;
    this.mappings = readMapping(rows);
  }
  take(message: RawMessage, now = NOW): Outcome {
    const { batches, refused } = readMessage(message, { asset: this.asset, mappings: this.mappings });
    const outcome: Outcome = { envelopes: [], refused: [...refused], accepted: 0, converted: 0, uncertain: 0, late: 0 };
    for (const batch of batches) {
      const key = `${batch.branch}\n${batch.id}`;
      const twin = this.twins.get(key) ?? new TwinIngest(this.asset, { clockTolerance: 60_000 });
      this.twins.set(key, twin);
      const result = twin.accept(batch, now);
      outcome.envelopes.push(...result.envelopes);
      outcome.refused.push(...result.refused);
      for (const key of ["accepted", "converted", "uncertain", "late"] as const) outcome[key] += result[key];
    }
    return outcome;
  }
}
