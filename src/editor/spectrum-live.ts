/** The latest spectrum of a deployed twin spectrum node, live in its dialog. */
import { isTelling, linesOf } from "../web/page/spectrum-lines.ts";
import { spectrumPlot } from "../web/page/spectrum-plot.ts";
import type { SpectrumView } from "../web/shapes.ts";

const EVERY_MS = 2000;

/** Fills `area` while it is on the screen. @param text the words of the dialog, `live.…` */
export function spectrumLive(
  area: JQuery,
  node: string,
  text: (key: string, vars?: Record<string, unknown>) => string,
): void {
  const box = area.get(0)!;
  const words = document.createElement("div");
  const pictures = document.createElement("div");
  area.empty().append(words, pictures);
  const hovers = [{ at: null }, { at: null }];
  let shown: string | undefined;
  const ask = async (): Promise<void> => {
    if (!box.isConnected) return clearInterval(timer);
    if (document.hidden) return;
    const query = { node, ...(shown !== undefined && { have: shown }) };
    const answer = await $.getJSON("twin/api/spectrum", query).then(
      (a: { spectra: (SpectrumView & { twin: string })[] }) => a,
      () => undefined,
    );
    if (!answer || !box.isConnected) return;
    const [view] = answer.spectra;
    if (!view) {
      words.textContent = text("live.none");
      pictures.replaceChildren();
    } else if (view.curves) show(view);
    shown = view?.id;
  };
  const timer = setInterval(() => void ask(), EVERY_MS);
  // The dialog is on the screen a moment after it is prepared.
  setTimeout(() => void ask(), 300);

  function show(view: SpectrumView & { twin: string }): void {
    words.textContent = [`${view.twin}, ${new Date(view.time).toLocaleString()}.`, ...view.why].join(" ");
    const { velocity, amplitude, envelope } = view.curves;
    const width = Math.max(280, Math.round(box.clientWidth));
    const picture = (
      i: 0 | 1,
      label: string,
      curve: typeof amplitude,
      unit: string,
      parts: (part: string) => boolean,
    ) => spectrumPlot(curve, { width, height: 150, label, unit, lines: linesOf(view, parts), hover: hovers[i]! });
    const own = velocity ?? amplitude;
    pictures.replaceChildren(
      picture(0, text(velocity ? "live.velocity" : "live.amplitude"), own, own.unit, (part) => part === "shaft"),
      ...(envelope
        ? [picture(1, text("live.envelope"), envelope, text("live.overNoise"), (part) => isTelling(view, part))]
        : []),
    );
  }
}
