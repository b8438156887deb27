/** The stretch of time that a calibration shall use: its two fields, what is recorded, and what speaks against it. */
import type { Doubt } from "../lib/physics/calibration/faults.ts";
import type { CalibrationData } from "../web/calibration-shapes.ts";
import type { Text } from "./physics-check.ts";

export interface TimeWindow {
  /** Source times, milliseconds, of what is typed; undefined when the window ends before it begins. */
  get(): { from?: number; to?: number } | undefined;
  /** Another twin. */
  refresh(): void;
  close(): void;
}

export function timeWindow(twin: () => string, text: Text): TimeWindow {
  const [from, to] = [$("#twin-physics-from"), $("#twin-physics-to")];
  let open = true;
  let request = 0;
  const part = $("#twin-physics-calibration").on("toggle", refresh);
  from.add(to).on("change", refresh);
  refresh();

  function get(): { from?: number; to?: number } | undefined {
    const [begin, end] = [timeOf(from), timeOf(to)];
    if (begin !== undefined && end !== undefined && begin >= end) return undefined;
    return { ...(begin !== undefined && { from: begin }), ...(end !== undefined && { to: end }) };
  }

  function refresh(): void {
    const mine = ++request;
    if (!part.prop("open")) return;
    const range = get();
    from.add(to).toggleClass("input-error", range === undefined);
    if (!range) return show(text("calibration.backwards"), []);
    const id = twin();
    if (id === "") return show("", []);
    const live = () => open && mine === request;
    $.ajax({ url: "twin/api/calibration/data", data: { id, ...range } })
      .done((answer: CalibrationData) => {
        if (!live()) return;
        const [begin, end] = [answer.from, answer.to];
        if (begin === null || end === null) return show(text("calibration.nothing"), []);
        show(text("calibration.recorded", { from: clock(begin), to: clock(end) }), answer.doubts, begin);
      })
      .fail(() => live() && show(text("calibration.nothing"), []));
  }

  function show(sentence: string, doubts: readonly Doubt[], begin = Number.POSITIVE_INFINITY): void {
    $("#twin-physics-recorded").text(sentence);
    const box = $("#twin-physics-doubts").empty();
    if (doubts.length === 0) return;
    box.append(doubtList(doubts, text("calibration.doubts"), text));
    const first = doubts[0]!.from;
    if (first <= begin) return;
    $("<button>", { type: "button", class: "red-ui-button red-ui-button-small", id: "twin-physics-before" })
      .text(text("calibration.before"))
      .on("click", () => void to.val(fieldOf(first - 1000)).trigger("change"))
      .appendTo(box);
  }

  return {
    get,
    refresh,
    close() {
      open = false;
    },
  };
}

/** What speaks against the data, as a list with a warning above. */
export function doubtList(doubts: readonly Doubt[], head: string, text: Text): JQuery {
  const line = ({ from, to, text: said }: Doubt): string => {
    if (to === null) return text("calibration.doubtStands", { from: clock(from), text: said });
    if (to === from) return text("calibration.doubtAt", { from: clock(from), text: said });
    return text("calibration.doubt", { from: clock(from), to: clock(to), text: said });
  };
  return $("<div>", { class: "form-tips", style: "max-width:none;margin-bottom:6px" }).append(
    $("<i>", { class: "fa fa-exclamation-triangle", style: "margin-right:6px" }),
    document.createTextNode(head),
    $("<ul>", { style: "margin:4px 0 0 20px" }).append(doubts.map((d) => $("<li>").text(line(d)))),
  );
}

export const clock = (time: number): string =>
  new Date(time).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });

/** A field for local time as milliseconds; undefined when it is empty. */
function timeOf(field: JQuery): number | undefined {
  const time = Date.parse(String(field.val() ?? ""));
  return Number.isFinite(time) ? time : undefined;
}

/** Local time as such a field wants it. */
function fieldOf(time: number): string {
  const local = new Date(time - 60_000 * new Date(time).getTimezoneOffset());
  return local.toISOString().slice(0, 19);
}
