/** GET twin/api/spectrum: the latest spectra of a twin, to look at. */
import { FEATURES, type Feature } from "../lib/signal/feature-names.ts";
import type { Curve } from "../lib/signal/picture.ts";
import type { ShownSpectrum } from "../lib/signal/spectrum-twin.ts";
import type { Asset } from "../lib/twin/asset.ts";
import { displayUnit } from "../lib/twin/units.ts";
import type { Runtime } from "../nodes/shared/node-red.ts";
import { allOffers, offersOf } from "../nodes/shared/offers.ts";
import { fresh, type Request, type Response, refOf } from "./http.ts";
import type { CurveView, SpectrumView } from "./shapes.ts";
import { assetFor, find } from "./view.ts";

/**
 * `have` names spectra that the reader has already: of those only the id is repeated. With `node` instead of a twin: the newest
 * spectrum of a node, for its dialog.
 */
export function spectrum(RED: Runtime, req: Request, res: Response): void {
  const have = new Set([req.query.have].flat());
  const view = (shown: ShownSpectrum, asset: Pick<Asset, "signals">): SpectrumView | { id: string } => {
    const id = idOf(RED, shown);
    return have.has(id) ? { id } : spectrumView(id, shown, asset);
  };
  if (req.query.node !== undefined) {
    const latest = allOffers("spectra").flatMap(({ node, asset, newest }) => {
      const found = node === req.query.node && newest();
      return found ? [{ ...found, asset }] : [];
    });
    latest.sort((a, b) => b.shown.time - a.shown.time);
    return fresh(res).json({
      spectra: latest.slice(0, 1).map(({ twin, shown, asset }) => ({ ...view(shown, asset), twin: twin.id })),
    });
  }
  const ref = refOf(req.query);
  const found = ref && find(ref);
  if (!found) return fresh(res).status(404).json({ message: "This twin is not known (yet): check id and branch." });
  const owner = assetFor(RED, found.store, ref.id);
  const offers = owner ? offersOf("spectra", owner.id) : [];
  fresh(res).json({
    spectra: offers.flatMap((offered) => {
      const shown = offered.of(ref);
      return shown ? [view(shown, offered.asset)] : [];
    }),
  });
}

/** One id per spectrum, also over a restart: made when somebody looks. */
const ids = new WeakMap<ShownSpectrum, string>();
function idOf(RED: Runtime, shown: ShownSpectrum): string {
  let id = ids.get(shown);
  if (id === undefined) ids.set(shown, (id = RED.util.generateId()));
  return id;
}

export function spectrumView(id: string, shown: ShownSpectrum, asset: Pick<Asset, "signals">): SpectrumView {
  const { section, time, velocity, amplitude, envelope, marks } = shown;
  const { signal, unit, fs, n, rpm, zone, bearing, why, features } = section;
  return {
    id,
    label: asset.signals.get(signal)?.label ?? signal,
    time,
    fs,
    n,
    rpm,
    zone: zone ?? null,
    verdict: bearing?.verdict ?? null,
    why,
    features: (Object.keys(features) as Feature[]).map((name) => ({
      name,
      value: features[name]!,
      unit: displayUnit(FEATURES[name] === "wave" ? unit : FEATURES[name]),
    })),
    curves: {
      ...(velocity && { velocity: curveView(velocity) }),
      amplitude: curveView(amplitude),
      ...(envelope && { envelope: curveView(envelope) }),
    },
    marks: marks.map((mark) => ({
      ...mark,
      frequency: round(mark.frequency, 6),
      evidence: bearing?.findings.find((f) => f.part === mark.part)?.evidence ?? null,
    })),
  };
}

const curveView = ({ from, step, unit, values }: Curve): CurveView => {
  return { from, step, unit: displayUnit(unit), values: Array.from(values, (v) => round(v, 3)) };
};

const round = (x: number, digits: number): number => Number(x.toPrecision(digits));
