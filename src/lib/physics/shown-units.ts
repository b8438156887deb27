/** Names and units of what a model section shows beside the signals: states, estimated parameters, derived quantities, virtual sensors. */
import type { Asset } from "../twin/asset.ts";
import { displayUnit } from "../twin/units.ts";
import type { PhysicsSettings } from "./settings.ts";

/** One entry of `model.states` or `model.derived`. */
export interface ShownQuantity {
  name: string;
  /** As the preset or the asset calls it; the name itself where neither has a word. */
  label: string;
  /** For people; empty where it has none, or nobody has declared one. */
  unit: string;
  /** True when it says nothing of its own: the change of a parameter that is calibrated to zero is its value. */
  same?: true;
}

/**
 * Everything that the model section can hold, in its order: states, parameters that are estimated, their changes in percent,
 * derived quantities.
 */
export function shownQuantities(
  settings: PhysicsSettings,
  asset: Pick<Asset, "signals" | "parameters">,
): ShownQuantity[] {
  const { model, estimate, preset } = settings;
  const shown = (name: string): ShownQuantity => ({
    name,
    label: labelOf(name),
    unit: shownUnit(name, settings, asset),
  });
  const drifting = estimate?.drifting ?? [];
  return [
    ...model.states.map(shown),
    ...drifting.map(({ name }) => shown(name)),
    ...drifting.map(changeOf),
    ...Array.from(model.derived.keys(), shown),
  ];

  function changeOf({ name }: { name: string }): ShownQuantity {
    const change = { name: `${name}Change`, label: `${labelOf(name)}: change`, unit: "%" };
    return model.p[model.parameters.indexOf(name)] === 0 ? { ...change, unit: "", same: true } : change;
  }

  function labelOf(name: string): string {
    const own = asset.signals.get(name)?.label ?? asset.parameters.get(name)?.label;
    return own || (preset?.parameters.find((p) => p.name === name)?.label ?? name);
  }
}

/** The unit in which the model section holds a name: the asset's, the declared one, else what the equations determine. */
export function shownUnit(
  name: string,
  { spec, equations, virtual }: Pick<PhysicsSettings, "spec" | "equations" | "virtual">,
  asset: Pick<Asset, "signals" | "parameters">,
): string {
  // Without units the equations run in those of the asset, so its parameters have theirs.
  const parameter = spec?.units ? undefined : asset.parameters.get(name)?.unit;
  const declared = asset.signals.get(name)?.unit ?? spec?.units?.get(name) ?? virtual?.[name] ?? parameter;
  return declared === undefined ? (equations?.inferred.get(name)?.display ?? "") : displayUnit(declared);
}
