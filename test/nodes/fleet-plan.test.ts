import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, it } from "mocha";
import { makeUserDir, type Red, removeUserDir, root, startRed } from "./harness.ts";

// biome-ignore lint/suspicious/noExplicitAny: answers of the API.
type Answer = any;
const HOUR = 3_600_000;
const BRANCH = "replay:turbofan-fd001";

/** Flight of the failure of every engine: its number of rows in the recording. */
function failures(): Map<string, number> {
  const lives = new Map<string, number>();
  const [, ...rows] = readFileSync(join(root, "data", "turbofan-fd001.csv"), "utf8")
    .trim()
    .split("\n");
  for (const row of rows) {
    const id = `engine-${row.split(",")[0]}`;
    lives.set(id, (lives.get(id) ?? 0) + 1);
  }
  return lives;
}

describe("example 11: train, predict, plan, calendar", function () {
  this.timeout(120_000);
  let red: Red | undefined;
  afterEach(async () => {
    await red?.stop();
    if (red) removeUserDir(red.userDir);
    red = undefined;
  });

  it("learns from engines that are not shown, orders work before the failures, and dates it in a calendar", async () => {
    const flow: Answer[] = JSON.parse(readFileSync(join(root, "examples", "11 Turbofan fleet and plan.json"), "utf8"));
    const planner = flow.find((n) => n.type === "twin-planner");
    for (const n of flow) if (n.type === "twin-machine") n.speed = 150_000;
    // What leaves the planner is written to files by Node-RED itself.
    const userDir = makeUserDir();
    const [plans, , calendar] = planner.wires;
    const file = (id: string, name: string, keep: boolean) => ({
      ...{ id, type: "file", z: planner.z, filename: join(userDir, name), filenameType: "str", wires: [] },
      ...{ appendNewline: keep, createDir: false, overwriteFile: keep ? "false" : "true", encoding: "utf8" },
    });
    const text = { id: "c0ffee0000000001", type: "json", z: planner.z, property: "payload", action: "str" };
    const added = [
      { ...text, wires: [["c0ffee0000000002"]] },
      file("c0ffee0000000002", "plans.jsonl", true),
      file("c0ffee0000000003", "maintenance.ics", false),
    ];
    plans.push(text.id);
    calendar.push("c0ffee0000000003");
    red = await startRed({ flows: [...flow, ...added], userDir });
    const api = async (path: string): Promise<Answer> => (await fetch(`${red!.url}/twin/api/${path}`)).json();
    const lives = failures();
    assert.equal(lives.size, 24);
    const end = Date.UTC(2008, 0, 1) + (Math.max(...lives.values()) - 1) * HOUR;

    // The recording ends with the life of the longest engine.
    let ends: Answer[] = [];
    for (let i = 0; i < 400; i++) {
      ends = (await api("twins")).twins ?? [];
      if (ends.length === 24 && Math.max(...ends.map((t) => t.time)) >= end) break;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    assert.equal(ends.length, 24, "all engines fly once the model is trained");
    const twins: Answer[] = await Promise.all(ends.map(({ id }) => api(`twin?id=${id}&branch=${BRANCH}`)));
    for (const { twin } of twins) {
      assert.equal(twin.rul.tier, "C", twin.id);
      // At the failure itself: the model saw none of these engines.
      assert.ok(twin.rul.p05 !== null && twin.rul.p05 < 15, `${twin.id}: p05 ${twin.rul.p05} at its failure`);
    }

    // A promise is kept when the work begins before the flight that fails.
    let inTime = 0;
    for (const { twin, events } of twins) {
      const orders = events.map((e: Answer) => /plan work for (\d{4}-\d\d-\d\d \d\d:\d\d) UTC/.exec(e.text)?.[1]);
      const first = orders.filter(Boolean).sort()[0];
      assert.ok(first, `${twin.id} was never ordered`);
      const failure = Date.UTC(2008, 0, 1) + (lives.get(twin.id)! - 1) * HOUR;
      if (Date.parse(`${first.replace(" ", "T")}Z`) < failure) inTime++;
    }
    console.log(`    work was dated before the failure for ${inTime} of 24 engines`);
    assert.ok(inTime >= 22, `${inTime}`);

    // Until the last plan has passed all its ways: to both files, and to the page.
    let jobs: Answer[] = [];
    let ics = "";
    let served: Response | undefined;
    for (let i = 0; i < 100; i++) {
      const lines = readFileSync(join(userDir, "plans.jsonl"), "utf8");
      ics = readFileSync(join(userDir, "maintenance.ics"), "utf8");
      served = await fetch(`${red.url}/plan.ics`);
      if (lines.endsWith("\n") && ics.endsWith("END:VCALENDAR\r\n") && ics === (await served.clone().text())) {
        jobs = lines
          .trim()
          .split("\n")
          .map((l) => JSON.parse(l));
        const dates = jobs.at(-1)!.map((job: Answer) => Date.parse(job.start));
        const begins = readCalendar(ics).map(({ begin }) => begin);
        if (`${dates.sort()}` === `${begins.sort()}`) break;
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    const last = jobs.at(-1)!;
    assert.ok(last.length > 0 && last.every((job: Answer) => job.policy === "predictive" && job.risk >= 0));
    // A plan was made while all flew, and each engine stood in one with a date.
    assert.equal(new Set(jobs.flat().map((job) => job.id)).size, 24);
    // Engines that have failed are silent, and not too late for ever.
    assert.ok(
      last.every((job: Answer) => !(job.stale && job.late)),
      JSON.stringify(last),
    );
    assert.ok(last.length < 12, `${last.length} of 24 still have a date`);
    assert.deepEqual([served?.status, served?.headers.get("content-type")], [200, "text/calendar; charset=utf-8"]);
    assert.equal(await served!.text(), ics);
    const events = readCalendar(ics);
    assert.deepEqual(
      events.map(({ begin, end }) => [begin, end]).sort(),
      last.map((job: Answer) => [Date.parse(job.start), Date.parse(job.end)]).sort(),
    );

    // Another run begins where the first did: no plan of it knows the first one's dates.
    const { id } = flow.find((n) => n.type === "inject" && n.name === "Start over");
    const firstRun = jobs.length;
    assert.equal((await fetch(`${red.url}/inject/${id}`, { method: "POST" })).status, 200);
    let fresh: Answer[] = [];
    for (let i = 0; i < 200 && !fresh.some((plan) => plan.length > 0); i++) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      const plans = readFileSync(join(userDir, "plans.jsonl"), "utf8").trim().split("\n").slice(firstRun);
      // The engines are reset one by one: no plan is made of those that wait for it.
      fresh = plans.map((l) => JSON.parse(l));
    }
    const first = fresh.find((plan) => plan.length > 0);
    assert.ok(first, "the second run is planned");
    assert.ok(
      first.every((job: Answer) => !job.stale && Date.parse(job.reported) < end),
      JSON.stringify(first),
    );
  });
});

/** Events of an iCalendar text (RFC 5545): unfolded, every component closed, an id, begin and end in UTC. */
function readCalendar(text: string): { uid: string; begin: number; end: number }[] {
  const lines = text.replace(/\r\n[ \t]/g, "").split("\r\n");
  assert.equal(lines[0], "BEGIN:VCALENDAR");
  assert.ok(lines.includes("VERSION:2.0") && lines.some((l) => l.startsWith("PRODID:")));
  const open: string[] = [];
  const events: Record<string, string>[] = [];
  for (const line of lines.filter((l) => l !== "")) {
    const [, name, value] = /^([A-Z-]+)(?:;[^:]*)?:(.*)$/.exec(line) ?? assert.fail(`no content line: ${line}`);
    if (name === "BEGIN") {
      open.push(value!);
      if (value === "VEVENT") events.push({});
    } else if (name === "END") assert.equal(open.pop(), value);
    else if (open.at(-1) === "VEVENT") events.at(-1)![name!] = value!;
  }
  assert.deepEqual(open, []);
  const time = (stamp: string | undefined) => {
    const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(stamp ?? "") ?? assert.fail(`${stamp}`);
    const [year, month, ...rest] = parts.slice(1).map(Number) as [number, number, number, number, number, number];
    return Date.UTC(year, month - 1, ...rest);
  };
  assert.equal(new Set(events.map((e) => e.UID)).size, events.length, "every event has an id of its own");
  return events.map((e) => ({ uid: e.UID!, begin: time(e.DTSTART), end: time(e.DTEND) }));
}
