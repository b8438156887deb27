/** The live page: login, overview, one twin. */
import { clockTime, el, say } from "./dom.ts";
import type { Detail, Summary } from "./model.ts";
import { worstOf } from "./model.ts";
import { act, follow, get, type Line, loggedIn, login, logout, NotAllowed } from "./net.ts";
import { overview } from "./overview.ts";
import { TEXT } from "./texts.ts";
import { twinView } from "./twin.ts";

const main = document.getElementById("main")!;
const bar = document.getElementById("bar")!;
const lostBar = document.getElementById("lost")!;
const announce = document.getElementById("announce")!;
const THEME = "twinwire-theme";

let leave: (() => void) | undefined;
let lastState = "";

function theme(next?: string): void {
  const stored = next ?? localStorage.getItem(THEME) ?? "";
  if (next) localStorage.setItem(THEME, next);
  document.documentElement.dataset.theme =
    stored || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
}

function header(inside: boolean): void {
  const toggle = () => theme(document.documentElement.dataset.theme === "dark" ? "light" : "dark");
  bar.replaceChildren(
    el("a", { href: "#", class: "home" }, location.hash.length > 1 ? `← ${TEXT.back}` : TEXT.title),
    el("span", { class: "space" }),
    el("button", { type: "button", click: toggle }, TEXT.theme),
    ...(inside && loggedIn()
      ? [
          el(
            "button",
            {
              type: "button",
              click: () => {
                logout();
                showLogin();
              },
            },
            TEXT.logout,
          ),
        ]
      : []),
  );
}

function showLogin(): void {
  leave?.();
  header(false);
  const user = el("input", { name: "username", autocomplete: "username", required: true });
  const password = el("input", {
    name: "password",
    type: "password",
    autocomplete: "current-password",
    required: true,
  });
  const failed = el("p", { class: "answer", role: "alert", hidden: true }, TEXT.loginFailed);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (await login(user.value, password.value)) void start();
    else failed.hidden = false;
  };
  main.replaceChildren(
    el(
      "form",
      { class: "login", submit: (event) => void submit(event) },
      el("p", {}, TEXT.loginWhy),
      el("label", {}, TEXT.user, user),
      el("label", {}, TEXT.password, password),
      failed,
      el("button", { class: "primary" }, TEXT.login),
    ),
  );
  user.focus();
}

function showLost(since: number | null): void {
  lostBar.hidden = since === null;
  document.body.classList.toggle("offline", since !== null);
  if (since !== null) say(lostBar, TEXT.lost(clockTime(since)));
}

/** Follows the stream until the next page; back to the login when it is no longer valid. */
function connect(query: string, line: (data: Line) => void): AbortController {
  const controller = new AbortController();
  follow(query, controller.signal, line, showLost).catch((error) => {
    if (error instanceof NotAllowed) showLogin();
    else throw error;
  });
  return controller;
}

function showOverview(): void {
  const view = overview((twin) => {
    location.hash = new URLSearchParams({ branch: twin.branch, id: twin.id }).toString();
  });
  main.replaceChildren(view.node);
  const controller = connect("", (data) => {
    if (data.type === "twin") view.put(data.twin as Summary);
    if (data.type === "forget") view.clear();
  });
  leave = () => {
    view.close();
    controller.abort();
  };
}

function showTwin(ref: { branch: string; id: string }): void {
  const view = twinView(ref, (details) => {
    act({ ...ref, ...details })
      .then((text) => view.answer(text))
      .catch((error) => (error instanceof NotAllowed ? showLogin() : view.answer(String(error.message))));
  });
  main.replaceChildren(view.node);
  void get(`twin?${new URLSearchParams(ref)}`).then(
    (known) => known || view.answer(TEXT.notKnown),
    () => undefined,
  );
  lastState = "";
  const controller = connect(`?${new URLSearchParams(ref)}`, (data) => {
    if (data.type !== "twin") return;
    const detail = data.twin as Detail;
    view.update(detail);
    const { key } = worstOf(detail);
    if (key !== lastState && (key === "warning" || key === "alarm"))
      say(announce, `${ref.id}: ${TEXT.states[key]}. ${detail.why}`);
    lastState = key;
  });
  leave = () => {
    view.close();
    controller.abort();
  };
}

async function start(): Promise<void> {
  leave?.();
  leave = undefined;
  try {
    // Asks for something small first: without a login nothing else is tried.
    await get("info");
  } catch (error) {
    if (error instanceof NotAllowed) return showLogin();
  }
  header(true);
  const query = new URLSearchParams(location.hash.slice(1));
  const id = query.get("id");
  if (id) showTwin({ branch: query.get("branch") ?? "live", id });
  else showOverview();
}

theme();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => theme());
addEventListener("hashchange", () => void start());
void start();
