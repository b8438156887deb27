/** The dialog's look back: a recorded history with the alarms that the settings typed would have raised, before Deploy. */
import type { Preview, PreviewAlarm, PreviewSensor } from "../lib/anomaly/preview-shapes.ts";
import { span } from "../lib/anomaly/words.ts";
import { idMatcher } from "../lib/twin/asset.ts";
import { type PlotPanel, type PlotSpan, plot } from "./plot.ts";

export interface AnomalyPreview {
  close(): void;
}

/** Alarms that are told in words. */
const TOLD = 5;
/** Milliseconds without a change before the look back is repeated. */
const PAUSE = 350;

/** @param config the settings as they stand in the dialog now */
export function anomalyPreview(node: EditorNode, config: () => Record<string, unknown>): AnomalyPreview {
  const text = (key: string, vars?: Record<string, unknown>) => node._(`twin-anomaly.preview.${key}`, vars);
  const twin = $("#twin-anomaly-twin");
  let open = true;
  let shown = false;
  let running = false;
  let again = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const asset = () => RED.nodes.node(String($("#node-input-asset").val() ?? ""));
  $("#twin-anomaly-try").on("click", () => void run());
  $("#node-input-asset").on("change", () => void listTwins());
  // What is shown must be about what is typed.
  $("#dialog-form").on("input.lookback change.lookback", "input, select", () => {
    if (!shown) return;
    clearTimeout(timer);
    timer = setTimeout(() => void run(), PAUSE);
  });
  void listTwins();

  /** The twins of the asset that the store knows, live ones first; its own id is the choice as delivered. */
  async function listTwins(): Promise<void> {
    const chosen = asset();
    const reply = await ask<{ twins: { id: string; branch: string }[] }>(() => $.getJSON("twin/api/twins"));
    if (!open || chosen !== asset()) return;
    twin.empty();
    const matches = idMatcher(String(chosen?.idPattern ?? ""));
    const own = ("twins" in reply ? reply.twins : []).filter(({ id }) => matches(id));
    own.sort((a, b) => Number(b.branch === "live") - Number(a.branch === "live"));
    for (const { id, branch } of own)
      $("<option>", {
        value: JSON.stringify({ id, branch }),
        text: branch === "live" ? id : `${id} (${branch})`,
      }).appendTo(twin);
    twin.add("#twin-anomaly-try").prop("disabled", own.length === 0);
    clear();
    if (chosen && own.length === 0) say(text("noTwin"), false);
  }

  async function run(): Promise<void> {
    if (running) {
      again = true;
      return;
    }
    const chosen = asset();
    if (!chosen) return say(text("noAsset"), true);
    running = true;
    if (!shown) say(text("running"), false);
    const { name, idPattern, clock, signals, parameters } = chosen;
    const settings = config();
    const data = JSON.stringify({
      ...JSON.parse(String(twin.val() ?? "{}")),
      config: settings,
      asset: { name, idPattern, clock, signals, parameters },
    });
    const request = { url: "twin/api/anomaly-preview", method: "POST", contentType: "application/json", data };
    const answer = await ask<Preview>(() => $.ajax(request));
    running = false;
    if (!open) return;
    if (again) {
      again = false;
      return run();
    }
    shown = true;
    if (!answer || "message" in answer) {
      clear();
      if (answer) say(String(answer.message), true);
    } else show(answer, String(settings.falseAlarmsPerMonth));
  }

  /** An answer, or the sentence that stands for it. */
  async function ask<T extends object>(request: () => PromiseLike<unknown>): Promise<T | { message: string }> {
    try {
      return (await request()) as T | { message: string };
    } catch (error) {
      const { responseJSON, statusText } = error as { responseJSON?: { message?: string }; statusText?: string };
      return { message: responseJSON?.message ?? text("failed", { error: statusText ?? "" }) };
    }
  }

  function show(answer: Preview, accepted: string): void {
    const { alarms, learned, from, to, times, score, panels, watched } = answer;
    const clock = clockFor(from, to);
    say(words(answer, accepted), false);
    const told = alarms.slice(0, TOLD).map((alarm) => sentence(alarm, clock));
    if (alarms.length > TOLD) told.push(text("more", { count: alarms.length - TOLD }));
    $("#twin-anomaly-preview-alarms")
      .empty()
      .append(...told.map((line) => $("<li>").text(line)));
    const spans: PlotSpan[] = [{ from, to: learned ?? to, style: "quiet" }];
    for (const a of alarms) spans.push(...shades(a, answer, sentence(a, clock)));
    const drawn: PlotPanel[] = panels.map(({ label, unit, values, expected }) => ({
      label,
      unit,
      lines: [{ values }, ...(expected ? [{ values: expected, style: "second" as const }] : [])],
    }));
    const limit = { values: times.map(() => 0.5), style: "limit" as const };
    drawn.push({ label: text("score"), unit: "", lines: [limit, { values: score }], range: [0, 1] });
    $("#twin-anomaly-plot")
      .empty()
      .append(plot(times, drawn, { time: clock, spans, label: text("chart"), height: drawn.length > 3 ? 44 : 62 }));
    const notes = [text("grey")];
    if (spans.some((s) => s.style === "alarm")) notes.push(text("red"));
    if (answer.sensors.length > 0) notes.push(text("violet"));
    if (panels.some((p) => p.expected)) notes.push(text("orange"));
    if (panels.length < watched) notes.push(text("panels", { shown: panels.length, watched }));
    notes.push(text("fresh"));
    if (answer.cut) notes.push(text("cut", { rows: answer.rows }));
    $("#twin-anomaly-preview-notes").text(notes.join(" "));
  }

  function words(answer: Preview, accepted: string): string {
    const { alarms, sensors, from, to, rows, learned, progress, perMonth } = answer;
    const length = span(to - from);
    if (learned === null && alarms.length === 0)
      return text("learning", { percent: Math.floor(100 * progress), span: length, rows });
    const count = alarms.length;
    const learning = span((learned ?? to) - from);
    const counted = text(count === 0 ? "none" : count === 1 ? "one" : "many", { count, span: length, rows, learning });
    const names = Array.from(new Set(sensors.map((s) => s.label))).join(", ");
    const head = names === "" ? counted : `${counted} ${text("sensor", { sensors: names })}`;
    if (!perMonth) return head;
    const { estimate, low, high } = perMonth;
    const vars = { estimate: short(estimate), low: short(low), high: short(high), accepted };
    return `${head} ${text(count === 0 ? "noRate" : "rate", vars)}`;
  }

  function sentence(alarm: PreviewAlarm, clock: (time: number) => string): string {
    const raised = alarm.text.join(" ") || text("noText");
    const said = alarm.later ? text("later", { raised, later: alarm.later }) : raised;
    const vars = { from: clock(alarm.from), text: said };
    return alarm.to === null ? text("stands", vars) : text("until", { ...vars, to: clock(alarm.to) });
  }

  function say(message: string, wrong: boolean): void {
    $("#twin-anomaly-preview-text")
      .text(message)
      .css("color", wrong ? "var(--red-ui-text-color-error)" : "");
  }

  function clear(): void {
    say("", false);
    $("#twin-anomaly-preview-alarms, #twin-anomaly-plot, #twin-anomaly-preview-notes").empty();
  }

  return {
    close() {
      open = false;
      clearTimeout(timer);
    },
  };
}

/** An alarm is red, but violet where it is about a sensor. */
function shades(alarm: PreviewAlarm, { sensors, to: end }: Preview, title: string): PlotSpan[] {
  const [from, to] = [alarm.from, alarm.to ?? end];
  const own = sensors.filter((s: PreviewSensor) => s.from < to && (s.to ?? end) > from);
  const spans: PlotSpan[] = [];
  let done = from;
  for (const s of own) {
    const [begin, stop] = [Math.max(from, s.from), Math.min(to, s.to ?? end)];
    if (begin > done) spans.push({ from: done, to: begin, style: "alarm", title });
    spans.push({ from: begin, to: stop, style: "sensor", title });
    done = stop;
  }
  if (to > done || spans.length === 0) spans.push({ from: done, to, style: "alarm", title });
  return spans;
}

const DAY = 86_400_000;

/** Times of day, with the date where the record is longer than one, and the year where it is not this one. */
function clockFor(from: number, to: number): (time: number) => string {
  const old = new Date(to).getFullYear() !== new Date().getFullYear();
  const format = new Intl.DateTimeFormat(undefined, {
    ...(old && { year: "numeric" }),
    ...((old || to - from > DAY / 2) && { month: "short", day: "numeric" }),
    hour: "2-digit",
    minute: "2-digit",
    ...(to - from < 3_600_000 && { second: "2-digit" }),
    hourCycle: "h23",
  });
  return (time) => format.format(time);
}

/** Two digits are all that a rate from a few alarms deserves. */
const short = (x: number): string => String(Number(x.toPrecision(2)));
