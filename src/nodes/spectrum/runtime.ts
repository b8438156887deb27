import { readSpectrum, type SpectrumConfig } from "../../lib/signal/settings.ts";
import {
  type ShownSpectrum,
  type SpectrumResult,
  type SpectrumSection,
  SpectrumTwin,
} from "../../lib/signal/spectrum-twin.ts";
import { Pieces, readWaveform } from "../../lib/signal/waveform.ts";
import type { TwinRef } from "../../lib/store/store.ts";
import { type Envelope, readEnvelope } from "../../lib/twin/envelope.ts";
import { assetOf, requireMatch } from "../shared/asset-node.ts";
import { KeyedStates } from "../shared/keyed-states.ts";
import type { Message, Node, Runtime, Send, Status } from "../shared/node-red.ts";
import { offer } from "../shared/offers.ts";
import { shared } from "../shared/register.ts";
import { isAction, readAction } from "../shared/stage.ts";
import { migrate } from "./migrations.ts";

/** @throws TwinError when the configuration is not usable */
export function wire(RED: Runtime, node: Node, stored: Partial<SpectrumConfig>): void {
  const config = migrate(stored);
  const { asset, store, id: assetId } = assetOf(RED, config.asset);
  const settings = readSpectrum(config, asset);
  const meaning = JSON.stringify([settings.source, settings.signal, settings.unit, settings.length, settings.fs]);
  const states = new KeyedStates<SpectrumTwin>(store, node.id, meaning, () => new SpectrumTwin(settings));
  const pieces = new Pieces();
  if (settings.mapping.length === 0) node.warn(RED._("twin-spectrum.warning.unmapped"));
  node.status({ fill: "grey", shape: "ring", text: `… ${RED._(shared("status.waiting"))}` });

  node.on("input", (msg, send, done) => {
    try {
      if (isAction(msg)) onAction(msg, send);
      else onTwin(msg, send);
      done();
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  });
  const unsubscribe = store.subscribe({
    action: (action) => {
      if (action.action === "reset" && states.has(action.branch, action.id))
        states.reset({ branch: action.branch, id: action.id });
      return undefined;
    },
  });
  const withdraw = offer("spectra", assetId, {
    node: node._alias ?? node.id,
    asset,
    of: ({ branch, id }) => (states.has(branch, id) ? states.get(branch, id).state.picture : undefined),
    newest,
  });
  node.on("close", (removed, done) => {
    withdraw();
    unsubscribe();
    states.close(removed);
    done();
  });

  function newest(): { twin: TwinRef; shown: ShownSpectrum } | undefined {
    let found: { twin: TwinRef; shown: ShownSpectrum } | undefined;
    for (const { ref, state } of states.values())
      if (state.picture && !(found && found.shown.time >= state.picture.time))
        found = { twin: ref, shown: state.picture };
    return found;
  }

  function onTwin(msg: Message, send: Send): void {
    const twin = readEnvelope(msg.twin);
    requireMatch(asset, twin.id);
    const entry = states.get(twin.branch, twin.id);
    if (settings.source === "waveform" && twin.wave !== undefined) {
      onWave(entry.state, twin, msg, send);
      return;
    }
    const result = entry.state.update(twin);
    states.touch(entry);
    // Samples go on as they came; the features of a block that they complete are a message of their own.
    if (result) send([[msg, features(msg, twin, result)], lines(twin, result)]);
    else send([msg, null]);
    if (settings.source === "samples" && !result) showProgress(entry.state.progress);
  }

  function onWave(state: SpectrumTwin, twin: Envelope, msg: Message, send: Send): void {
    const whole = pieces.add(msg.payload, msg.parts);
    if (whole === undefined) return;
    const wave = readWaveform(whole, twin.wave, twin.time);
    if (settings.signal !== "" && wave.signal !== settings.signal) return send([msg, null]);
    state.update(twin);
    const result = state.wave(wave);
    const { parts: _parts, ...kept } = msg;
    send([features(kept, twin, result), lines(twin, result)]);
    node.status(status(RED, result.section));
  }

  /** The envelope of the features: what the message brought in values goes on with it. */
  function features(msg: Message, twin: Envelope, result: SpectrumResult): Message {
    const { wave: _wave, ...rest } = twin;
    const brought = settings.source === "waveform" ? twin.values : {};
    const out: Envelope = {
      ...rest,
      time: Math.max(twin.time, result.time),
      source: `${twin.source ?? ""}/spectrum`,
      values: { ...brought, ...result.values },
      updated: [...new Set([...(settings.source === "waveform" ? twin.updated : []), ...Object.keys(result.values)])],
      spectrum: result.section,
    };
    return { ...msg, topic: `${twin.id}/spectrum`, payload: { ...result.section.features }, twin: out };
  }

  function lines(twin: Envelope, { spectrum, section, time }: SpectrumResult): Message {
    return {
      topic: `${twin.id}/spectrum/lines`,
      payload: Array.from(spectrum.amplitude),
      df: spectrum.df,
      unit: section.unit,
      twin: { v: 1, id: twin.id, branch: twin.branch, time, values: {}, updated: [], spectrum: section },
    };
  }

  function showProgress(share: number): void {
    node.status({
      fill: "blue",
      shape: "ring",
      text: `◷ ${RED._("twin-spectrum.status.collecting", { percent: Math.floor(100 * share) })}`,
    });
  }

  function onAction(msg: Message, send: Send): void {
    if (msg.reset !== undefined && msg.action === undefined && msg.twin === undefined) states.reset();
    else {
      const action = readAction(RED, msg);
      if (action.action === "reset" && asset.matches(action.id)) states.reset({ branch: action.branch, id: action.id });
    }
    send([msg, null]);
  }
}

function status(RED: Runtime, { zone, bearing, features }: SpectrumSection): Status {
  const text: string[] = [];
  if (features.velocityRms !== undefined)
    text.push(`${features.velocityRms.toPrecision(2)} mm/s${zone ? ` ${zone}` : ""}`);
  const found = bearing && bearing.verdict !== "none" && bearing.verdict !== "unknown";
  if (bearing) text.push(RED._(`twin-spectrum.verdict.${bearing.verdict.replace(" ", "-")}`));
  if (text.length === 0) text.push(`crest ${(features.crestFactor ?? 0).toPrecision(3)}`);
  const bad = zone === "D" || zone === "C" || found;
  const mark = zone === "D" ? "■" : bad ? "▲" : "●";
  return {
    fill: zone === "D" ? "red" : bad ? "yellow" : "green",
    shape: bad ? "ring" : "dot",
    text: `${mark} ${text.join(" · ")}`,
  };
}
