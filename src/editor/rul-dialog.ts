/** The parts of the dialog of twin-rul that Node-RED does not fill by itself: past failures, and a try on the record. */
import type { Preview } from "../web/rul-shapes.ts";
import { readPastFailures } from "./past-failures.ts";
import { COLORS, rulChart } from "./rul-chart.ts";
import { type Row, type Table, table } from "./table.ts";
import { numberOf } from "./validate.ts";

export interface RulDialog {
  failures(): Row[];
}

interface Limit {
  signal: string;
  threshold: unknown;
  direction: string;
  typicalLife: unknown;
}

export function openRulDialog(
  node: EditorNode,
  text: (key: string, vars?: Record<string, unknown>) => string,
): RulDialog {
  const value = (key: string) => String($(`#node-input-${key}`).val() ?? "");
  const unit = () => text(`unit.${value("unit")}`);
  const lives: Table = table(
    $("#twin-rul-failures"),
    [
      { key: "unit", label: text("column.unit"), type: "text", width: 2 },
      {
        key: "life",
        label: text("column.life"),
        type: "number",
        required: true,
        validate: (v) => numberOf(v) > 0 || text("error.failures"),
      },
    ],
    { addLabel: text("button.addFailure"), height: 150, newRow: { unit: "", life: "" } },
  );
  lives.set((node.failures as Row[] | undefined) ?? []);
  /** Number of the last question for the twins. */
  let asked = 0;
  const say = (sentence: string) => $("#twin-rul-preview-text").text(sentence);

  $("#twin-rul-import").on("click", (event) => {
    event.preventDefault();
    $("#twin-rul-file").trigger("click");
  });
  $("#twin-rul-file").on("change", async function () {
    const input = this as unknown as HTMLInputElement;
    const file = input.files?.[0];
    if (!file) return;
    const rows = readPastFailures(await file.text());
    input.value = "";
    for (const row of rows ?? []) lives.add(row);
    $("#twin-rul-failures-text").text(rows ? text("preview.imported", { count: rows.length }) : text("preview.badCsv"));
  });
  $("#twin-rul-learn").on("click", async (event) => {
    event.preventDefault();
    const preview = await load();
    if (!preview) return;
    const ended = preview.lives.filter((life) => life.failed);
    for (const [i, life] of ended.entries())
      lives.add({
        unit: `${value("twin") || $("#twin-rul-twin").val()} ${i + 1}`,
        life: Number((life.to - life.from).toPrecision(5)),
      });
    $("#twin-rul-failures-text").text(
      ended.length > 0 ? text("preview.lives", { count: ended.length }) : text("preview.noLives"),
    );
  });
  $("#twin-rul-show").on("click", async (event) => {
    event.preventDefault();
    const preview = await load();
    if (preview) draw(preview);
  });
  $("#node-input-asset").on("change", () => void listTwins());
  void listTwins();

  /** Signal and limit as they stand in the dialog now. */
  function limit(): Limit | undefined {
    const asset = RED.nodes.node(value("asset"));
    const failure = asset?.failure as Limit | undefined;
    if (value("indicator") === "own")
      return {
        signal: value("expression").trim(),
        threshold: numberOf(value("threshold")),
        direction: value("direction"),
        typicalLife: value("typicalLife"),
      };
    return failure?.signal ? { ...failure, typicalLife: value("typicalLife") || failure.typicalLife } : undefined;
  }

  async function listTwins(): Promise<void> {
    const asset = RED.nodes.node(value("asset"));
    const mine = ++asked;
    const reply = await fetchJson<{ twins: { id: string; branch: string; asset: string }[] }>("twin/api/twins");
    // Another asset may have been chosen since: only the last question fills the list.
    if (mine !== asked) return;
    const select = $("#twin-rul-twin").empty();
    const own = (reply?.twins ?? []).filter((t) => t.branch === "live" && t.asset === asset?.name);
    for (const { id } of own) $("<option>", { value: id, text: id }).appendTo(select);
    $("#twin-rul-preview-controls").toggle(own.length > 0);
    say(own.length > 0 ? "" : text("preview.noTwin"));
  }

  async function load(): Promise<Preview | undefined> {
    const goal = limit();
    const id = $("#twin-rul-twin").val();
    if (!id) return void say(text("preview.noTwin"));
    if (!goal) return void say(text("tip.noGoal"));
    const failures = lives
      .get()
      .map((row) => numberOf(row.life))
      .filter((life) => life > 0)
      .join(",");
    const query = new URLSearchParams({
      id: String(id),
      signal: goal.signal,
      threshold: String(goal.threshold),
      direction: goal.direction,
      unit: value("unit"),
      typicalLife: String(goal.typicalLife ?? ""),
      failures,
    });
    const preview = await fetchJson<Preview>(`twin/api/rul/preview?${query}`);
    if (preview && preview.points.length === 0) return void say(text("preview.noHistory"));
    return preview;
  }

  function draw(preview: Preview): void {
    const chart = rulChart(preview, Number(limit()!.threshold), unit(), text("preview.chart"));
    $("#twin-rul-chart").empty().append(chart, legend(preview));
    const number = (x: number | null) => (x === null ? text("preview.never") : String(Number(x.toPrecision(3))));
    const { answer, promised } = preview;
    const life = answer
      ? text("preview.answer", {
          p05: number(answer.p05),
          p50: number(answer.p50),
          p95: number(answer.p95),
          unit: unit(),
        })
      : text("preview.nothing");
    const promise = promised
      ? text(promised.of === "lives" ? "preview.promiseLives" : "preview.promise", {
          count: promised.count,
          inside: promised.inside,
          error: Math.round(100 * promised.error),
        })
      : text("preview.noPromise");
    say(`${life} ${promise}`);
  }

  /** What the lines and areas mean, of those that are there. */
  function legend({ lives, answer }: Preview): JQuery {
    const line = $("<div>").css({ fontSize: "12px", marginBottom: "6px" });
    const entry = (key: string, border: string) =>
      $("<span>")
        .css({ display: "inline-block", whiteSpace: "nowrap", marginRight: "12px" })
        .append(
          $("<span>").css({ display: "inline-block", width: "16px", borderTop: border, verticalAlign: "middle" }),
          ` ${text(`legend.${key}`)}`,
        )
        .appendTo(line);
    entry("record", `2px solid ${COLORS.record}`);
    entry("limit", `2px dashed ${COLORS.limit}`);
    if (lives.some((life) => life.failed)) entry("failure", `2px solid ${COLORS.limit}`);
    if (answer && !answer.reached) entry("interval", `8px solid ${COLORS.interval}`);
    return line;
  }

  async function fetchJson<T>(url: string): Promise<T | undefined> {
    try {
      return (await $.getJSON(url)) as T;
    } catch (error) {
      const reply = error as { responseJSON?: { message?: string }; statusText?: string };
      say(text("preview.failed", { error: reply.responseJSON?.message ?? reply.statusText ?? "" }));
      return undefined;
    }
  }

  return { failures: () => lives.get() };
}
