/**
 * What nodes can tell of the twins of an asset beside what is in the store, for the API: each offers it while it is deployed,
 * also within a subflow.
 */
import type { ShownQuantity } from "../../lib/physics/shown-units.ts";
import type { ShownSpectrum } from "../../lib/signal/spectrum-twin.ts";
import type { TwinRef } from "../../lib/store/store.ts";
import type { Asset } from "../../lib/twin/asset.ts";

export interface Offers {
  /** twin-physics: what its model shows. */
  quantities: readonly ShownQuantity[];
  /** twin-spectrum: the latest spectra. */
  spectra: SpectrumOffer;
}

export interface SpectrumOffer {
  /** Id of the node in the editor: within a subflow that of its template. */
  node: string;
  asset: Pick<Asset, "signals">;
  /** Of a twin; undefined before its first waveform, also after a restart. */
  of(twin: TwinRef): ShownSpectrum | undefined;
  /** The newest of all its twins. */
  newest(): { twin: TwinRef; shown: ShownSpectrum } | undefined;
}

interface Offer<K extends keyof Offers> {
  asset: string;
  what: Offers[K];
}

const offered: { [K in keyof Offers]: Set<Offer<K>> } = { quantities: new Set(), spectra: new Set() };

/** @param asset id of the asset's node. @returns takes the offer back, for when the node closes */
export function offer<K extends keyof Offers>(kind: K, asset: string, what: Offers[K]): () => void {
  const entry: Offer<K> = { asset, what };
  offered[kind].add(entry);
  return () => offered[kind].delete(entry);
}

/** What the deployed nodes of an asset offer. */
export const offersOf = <K extends keyof Offers>(kind: K, asset: string): Offers[K][] =>
  Array.from(offered[kind]).flatMap((entry) => (entry.asset === asset ? [entry.what] : []));

/** What all deployed nodes offer. */
export const allOffers = <K extends keyof Offers>(kind: K): Offers[K][] =>
  Array.from(offered[kind], (entry) => entry.what);
