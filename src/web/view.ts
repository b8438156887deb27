/** What the API says of a twin. */
import type { Store, TwinRecord, TwinRef } from "../lib/store/store.ts";
import type { Asset } from "../lib/twin/asset.ts";
import { displayUnit } from "../lib/twin/units.ts";
import type { AssetNode } from "../nodes/shared/asset-node.ts";
import type { Runtime } from "../nodes/shared/node-red.ts";
import { offersOf } from "../nodes/shared/offers.ts";
import { openStores } from "../nodes/shared/stores.ts";
import type { QuantityView, SignalView, Summary } from "./shapes.ts";

const RANK = { none: 0, info: 1, warning: 2, alarm: 3 };

export function summary(store: Store, record: TwinRecord): Summary {
  const { twin, asset, mimic, proposals } = record;
  const { anomaly, rul } = twin;
  return {
    store: store.name,
    branch: twin.branch,
    id: twin.id,
    asset,
    mimic,
    simulated: twin.simulated === true,
    time: twin.time,
    state: anomaly?.state ?? "unknown",
    severity: anomaly?.active || anomaly?.latched ? anomaly.severity : "none",
    health: anomaly?.health ?? null,
    why: whyOf(twin),
    rul: rul ? { unit: rul.unit, p05: rul.p05, p50: rul.p50, p95: rul.p95, severity: rul.severity ?? "none" } : null,
    proposals: proposals.length,
    notGood: Object.keys(twin.status ?? {}).length,
  };
}

/** The first reason of an alarm and of a short life, the graver one first; without either what the detector says. */
function whyOf({ anomaly, rul }: TwinRecord["twin"]): string {
  const alarm = RANK[anomaly?.active ? anomaly.severity : "none"];
  const life = RANK[rul?.severity ?? "none"];
  if (life === 0) return anomaly?.why[0] ?? "";
  const said = [rul?.why[0]];
  if (alarm > 0) said.splice(life > alarm ? 1 : 0, 0, anomaly?.why[0]);
  return said.filter(Boolean).join(" ");
}

/** The twin and the store that holds it. */
export function find(ref: TwinRef): { store: Store; record: TwinRecord } | undefined {
  for (const store of openStores()) {
    const record = store.twin(ref);
    if (record) return { store, record };
  }
  return undefined;
}

/** Everything about one twin. */
export function detail(RED: Runtime, store: Store, record: TwinRecord) {
  const { twin, proposals, events } = record;
  const ref = { branch: twin.branch, id: twin.id };
  const owner = assetFor(RED, store, twin.id);
  const asset = owner?.asset;
  return {
    ...summary(store, record),
    twin,
    proposals,
    events: events.slice(-50),
    audits: store.audits(ref).slice(-50),
    signals: asset ? signalViews(asset) : [],
    quantities: owner ? mergeQuantities(offersOf("quantities", owner.id)) : [],
    spectra: owner ? offersOf("spectra", owner.id).length : 0,
    failure: asset?.failure ?? null,
  };
}

/** The asset node that serves a twin. */
export function assetFor(RED: Runtime, store: Store, id: string): AssetNode | undefined {
  let found: AssetNode | undefined;
  RED.nodes.eachNode((config) => {
    if (found || config.type !== "twin-asset") return;
    const node = RED.nodes.getNode(String(config.id)) as AssetNode | null;
    if (node?.asset && node.store === store && node.asset.matches(id)) found = node;
  });
  return found;
}

/** Of a name to which two models give different units nobody knows in which of them a value is: it has none. */
export function mergeQuantities(models: readonly (readonly QuantityView[])[]): QuantityView[] {
  const merged = new Map<string, QuantityView>();
  for (const quantity of models.flat()) {
    const known = merged.get(quantity.name);
    if (!known) merged.set(quantity.name, quantity);
    else if (known.unit !== quantity.unit) merged.set(quantity.name, { ...known, unit: "" });
  }
  return Array.from(merged.values());
}

const finite = (x: number): number | null => (Number.isFinite(x) ? x : null);

const signalViews = (asset: Asset): SignalView[] =>
  Array.from(asset.signals.values(), ({ name, label, unit, component, normal }) => ({
    name,
    label,
    unit: displayUnit(unit),
    component,
    normal: normal ? [finite(normal[0]), finite(normal[1])] : null,
  }));
