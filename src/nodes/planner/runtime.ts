import { toICalendar } from "../../lib/planner/icalendar.ts";
import type { Plan } from "../../lib/planner/plan.ts";
import { Planner, type PlannerEvent } from "../../lib/planner/planner.ts";
import { type PlannerConfig, readPlanner } from "../../lib/planner/settings.ts";
import { hours } from "../../lib/planner/words.ts";
import type { Action, ActionResult } from "../../lib/store/store.ts";
import { nowFor } from "../../lib/twin/asset.ts";
import { type Envelope, LIVE, readEnvelope } from "../../lib/twin/envelope.ts";
import { assetOf, requireMatch } from "../shared/asset-node.ts";
import { KeyedStates } from "../shared/keyed-states.ts";
import type { Message, Node, Runtime, Send, Status } from "../shared/node-red.ts";
import { shared } from "../shared/register.ts";
import { isAction, RecentSet, readAction } from "../shared/stage.ts";
import { migrate } from "./migrations.ts";

/** One planner for the whole fleet of a branch, kept under this name. */
const FLEET = "fleet";
/** How often the clock is asked whether a plan is due. */
const LOOK_MS = 60_000;
/** What is asked of one machine after the other, such as a reset of the fleet, makes one plan: after a pause, or after the longest wait. */
const PAUSE_MS = 200;
const LONGEST_MS = 2000;

/** @throws TwinError when the configuration is not usable */
export function wire(RED: Runtime, node: Node, stored: Partial<PlannerConfig>): void {
  const config = migrate(stored);
  const { asset, store } = assetOf(RED, config.asset);
  const { lives, cycleHours, ...settings } = readPlanner(config);
  const states = new KeyedStates<Planner>(store, node.id, "planner-1", () => new Planner(settings, lives, cycleHours));
  const seenRequests = new RecentSet(1000);
  const soon = new Map<string, { timer: NodeJS.Timeout; since: number }>();
  // Machines that stop reporting send nothing by which that could be noticed. On the data's clock nothing happens without data.
  const clock = asset.clock === "wall" ? setInterval(look, LOOK_MS) : undefined;
  node.status(waiting(RED));

  node.on("input", (msg, send, done) => {
    try {
      if (isAction(msg)) onAction(msg, send);
      else onTwin(msg, send);
      done();
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  });
  const unsubscribe = store.subscribe({ action: (action) => answer(action) });
  node.on("close", (removed, done) => {
    clearInterval(clock);
    for (const { timer } of soon.values()) clearTimeout(timer);
    unsubscribe();
    states.close(removed);
    done();
  });

  function onTwin(msg: Message, send: Send): void {
    const twin = readEnvelope(msg.twin);
    requireMatch(asset, twin.id);
    const entry = states.get(twin.branch, FLEET);
    const due = entry.state.update(twin);
    states.touch(entry);
    if (due) publish(twin.branch, send);
  }

  /** The clock of the reports that are known: when they are forgotten or begin anew, it follows. */
  function nowOf(branch: string): number {
    const wall = Date.now();
    return nowFor(asset, branch, states.get(branch, FLEET).state.newest ?? wall, wall);
  }

  function look(): void {
    states.restoreAll();
    if (states.has(LIVE, FLEET) && states.get(LIVE, FLEET).state.isTime(nowOf(LIVE))) publishByClock(LIVE);
  }

  /** No message is there to fail: an error must not leave the timer. */
  function publishByClock(branch: string): void {
    try {
      publish(branch, (out) => node.send(out));
    } catch (error) {
      node.error(error);
    }
  }

  /** A plan when nothing more has been asked for a moment. */
  function publishSoon(branch: string): void {
    const before = soon.get(branch);
    clearTimeout(before?.timer);
    const since = before?.since ?? Date.now();
    const wait = Math.max(0, Math.min(PAUSE_MS, since + LONGEST_MS - Date.now()));
    const timer = setTimeout(() => publishByClock(branch), wait);
    soon.set(branch, { timer, since });
  }

  function publish(branch: string, send: Send): void {
    clearTimeout(soon.get(branch)?.timer);
    soon.delete(branch);
    const entry = states.get(branch, FLEET);
    const now = nowOf(branch);
    const { plan, events } = entry.state.plan(now);
    states.touch(entry);
    const simulated = branch !== LIVE || entry.state.simulated;
    send([planMessage(plan, branch, simulated), told(events, branch, now), calendar(plan, branch, simulated)]);
    node.status(entry.state.size ? status(RED, plan) : waiting(RED));
  }

  /** Branches of which something is planned. */
  function planned(): string[] {
    states.restoreAll();
    return Array.from(states.values()).flatMap(({ ref, state }) => (state.size ? [ref.branch] : []));
  }

  function told(events: readonly PlannerEvent[], branch: string, time: number): Message[] | null {
    const messages = events.map(({ id, event, severity, text }) => {
      store.putEvent({ branch, id, time, section: "rul", event, severity, text });
      return {
        topic: `${id}/plan`,
        payload: text,
        event,
        severity,
        twin: { v: 1, id, branch, time, values: {}, updated: [] },
      };
    });
    return messages.length ? messages : null;
  }

  function onAction(msg: Message, send: Send): void {
    if (msg.action === "plan") {
      const branch =
        typeof (msg.twin as Envelope | undefined)?.branch === "string" ? (msg.twin as Envelope).branch : undefined;
      const known = planned();
      for (const name of branch ? [branch] : known.length ? known : [LIVE]) publish(name, send);
      return;
    }
    if (msg.reset !== undefined && msg.action === undefined && msg.twin === undefined) {
      const known = planned();
      states.reset();
      for (const branch of known) publish(branch, send);
    } else {
      const action = readAction(RED, msg);
      if (asset.matches(action.id)) answer(action);
    }
  }

  function answer(action: Action): ActionResult | undefined {
    if (!["maintenance", "reset"].includes(action.action) || !asset.matches(action.id)) return undefined;
    if (!seenRequests.add(action.requestId)) return undefined;
    const entry = states.get(action.branch, FLEET);
    const known = entry.state.size > 0;
    const label = node.name || node.type;
    let message = `${label} has forgotten ${action.id}.`;
    if (action.action === "reset") entry.state.forget(action.id);
    else {
      message = entry.state.maintained(
        action.id,
        nowOf(action.branch),
        typeof action.failed === "boolean" ? action.failed : undefined,
      );
    }
    states.touch(entry);
    if (known) publishSoon(action.branch);
    return { node: label, ok: true, message };
  }

  function planMessage(plan: Plan, branch: string, simulated: boolean): Message {
    const dated = plan.jobs.map((job) => ({
      ...job,
      start: new Date(job.start).toISOString(),
      end: new Date(job.end).toISOString(),
      latest: new Date(job.latest).toISOString(),
      reported: new Date(job.reported).toISOString(),
    }));
    const watching = plan.watching.map((m) => ({ ...m, reported: new Date(m.reported).toISOString() }));
    return {
      topic: `${asset.name}/plan`,
      payload: dated,
      plan: { ...plan, jobs: dated, watching },
      branch,
      ...(simulated && { simulated }),
    };
  }

  function calendar(plan: Plan, branch: string, simulated: boolean): Message {
    const kind = branch !== LIVE ? "other" : simulated ? "simulated" : "real";
    const payload = toICalendar(plan.jobs, {
      now: plan.time,
      origin: "twinwire",
      summary: (job) => RED._(`twin-planner.calendar.${kind}`, { id: job.id, branch }),
    });
    return {
      topic: `${asset.name}/calendar`,
      payload,
      filename: "maintenance.ics",
      contentType: "text/calendar; charset=utf-8",
    };
  }
}

const waiting = (RED: Runtime): Status => {
  return { fill: "grey", shape: "ring", text: `… ${RED._(shared("status.waiting"))}` };
};

/** What has to be done, and how many machines are silent. */
function status(RED: Runtime, plan: Plan): Status {
  const work = workStatus(RED, plan);
  const silent = [...plan.jobs, ...plan.watching].filter((m) => m.stale).length;
  if (silent === 0) return work;
  return {
    ...work,
    ...(work.fill === "green" && { fill: "yellow" as const, shape: "ring" as const }),
    text: `${work.text}, ${RED._("twin-planner.status.silent", { count: silent })}`,
  };
}

function workStatus(RED: Runtime, { jobs, time, watching }: Plan): Status {
  const say = (key: string, vars?: Record<string, unknown>) => RED._(`twin-planner.status.${key}`, vars);
  const late = jobs.filter((j) => j.late).length;
  const order = jobs.filter((j) => j.order).length;
  if (late) return { fill: "red", shape: "ring", text: `■ ${say("late", { count: late })}` };
  if (order) return { fill: "yellow", shape: "ring", text: `▲ ${say("order", { count: order })}` };
  const next = jobs[0];
  if (next)
    return {
      fill: "green",
      shape: "dot",
      text: `● ${say("next", { id: next.id, time: hours((next.start - time) / 3_600_000) })}`,
    };
  return { fill: "green", shape: "dot", text: `● ${say("none", { count: watching.length })}` };
}
