// The page around the views: session, navigation, the line that says how sentry is doing, and the live feed.

import { onSignedOut } from "./api.js";
import { button, h, replace, setAttribute } from "./parts/dom.js";
import { ask, complain } from "./parts/dialog.js";
import { keptDraft, readKept } from "./parts/kept.js";
import { makeHeader } from "./header.js";
import { makeLive } from "./live.js";
import { findSession, showSignIn, signOut } from "./session.js";
import { followApplied } from "./rules/applied.js";
import { makeQuestions } from "./questions.js";
import { makeTrialBar } from "./trial.js";

/**
 * Each view is a module with `mount(root, context, page)`, loaded when it is first shown. What it returns may have `update(event)`,
 * `navigate(page)`, `unmount()`, and `ready`: a promise that ends once the first answers are shown.
 */
const views = {
  rules: { title: "Rules", file: "./rules/rules.js", wantsRules: true },
  why: { title: "Why?", file: "./rules/rules.js", wantsRules: true, nav: "rules" },
  applications: { title: "Applications", file: "./applications/applications.js" },
  triggered: { title: "Triggered", file: "./triggered/triggered.js" },
  traffic: { title: "Traffic", file: "./traffic/traffic.js" },
  log: { title: "Log", file: "./log/log.js" },
  health: { title: "Health", file: "./health/health.js" },
};

const root = document.getElementById("view");
const header = makeHeader(leave);
const trial = makeTrialBar();
const questions = makeQuestions((reply) => shown?.handle.showQuestions?.(reply));
const live = makeLive({ onEvent: receive, onState: header.showConnection });

let shown = null;
let lastEvent = null;
let visit = 0;
/** The session has ended: only signing in is left. */
let isOver = false;

const context = {
  /** Goes to a view: `go("log", {rule: "2.3"})`. */
  go(name, query = {}) { location.hash = address(name, query); },
  /** The address of a view, for links. */
  address,
  /** The newest event of the live feed, or `null`. */
  get live() { return lastEvent; },
  /** What the daemon asks about programs: `latest` is the newest reply, `again()` looks at once. */
  questions,
  /** Looks at the daemon's status again, after something changed it. */
  refresh: () => header.refresh(),
};

function address(name, query = {}) {
  const items = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== undefined && value !== ""));
  return `#${name}${items.size ? `?${items}` : ""}`;
}

function receive(event) {
  lastEvent = event;
  header.update(event);
  followApplied(event);
  trial.update(event.trial ?? null, event.generation);
  questions.update(event.generation);
  shown?.handle.update?.(event);
}

/** What the page's address asks for; rules, if it names no view. */
function wanted() {
  const [name, query = ""] = location.hash.slice(1).split("?");
  return { name: Object.hasOwn(views, name) ? name : "rules", query };
}

async function show() {
  if (isOver) return;
  const { name, query } = wanted();
  const view = views[name];
  const turn = ++visit;
  document.title = `${view.title} · sentry`;
  markNavigation(view.nav ?? name);
  const values = Object.fromEntries(new URLSearchParams(query));
  const page = { ...values, view: name };
  if (shown?.file === view.file && shown.handle.navigate) return shown.handle.navigate(page);
  live.start(false);
  shown?.handle.unmount?.();
  shown = null;
  root.classList.remove("coming");
  replace(root, h("p", { class: "empty" }, "…"));
  try {
    const module = await import(view.file);
    if (turn !== visit) return;
    root.replaceChildren();
    root.dataset.view = name;
    const handle = await module.mount(root, context, page);
    if (turn !== visit) return handle.unmount?.();
    shown = { file: view.file, handle };
    if (handle.ready) appearWhen(handle);
    // Opened now: its first event has all that rules have counted while the view was made.
    live.start(view.wantsRules === true);
    if (lastEvent) shown.handle.update?.(lastEvent);
  } catch (error) {
    if (turn === visit) showFailure(error);
  }
}

/** Ends the session. The daemon would break off the feed, which is nothing to complain of. */
async function leave() {
  const goesAway = "The draft of the rules is not applied, and goes away.";
  if (readKept(keptDraft) && !(await ask("Sign out?", goesAway, "Sign out", "danger"))) return;
  live.pause();
  try {
    await signOut();
  } catch (error) {
    live.resume();
    throw error;
  }
}

/** A page appears once it has what it shows, so that nothing jumps; slow answers are not waited for. */
function appearWhen(handle) {
  const isSlow = new Promise((done) => setTimeout(done, 1500));
  root.classList.add("coming");
  Promise.race([handle.ready, isSlow]).finally(() => {
    if (shown?.handle === handle) root.classList.remove("coming");
  });
}

function showFailure(error) {
  // Browsers tell in words of their own that a script has not come.
  const isGone = error.status === 0 || (error instanceof TypeError && /import/i.test(error.message));
  replace(root, h("div", { class: "empty", role: "alert", id: "failure" }, h("p", {}, "This page could not be shown."),
    h("p", { class: "muted" }, isGone ? "The daemon does not answer. It is asked again every three seconds." : error.message),
    button("Try again", () => location.reload())));
  if (isGone) reloadWhenBack(visit);
}

/** A browser may remember that a script has not come: so the whole page is loaded again. */
async function reloadWhenBack(turn) {
  await new Promise((done) => setTimeout(done, 3000));
  if (turn !== visit || isOver) return;
  const isBack = await fetch("/", { method: "HEAD", cache: "no-store" }).then((reply) => reply.ok, () => false);
  if (isBack) location.reload();
  else reloadWhenBack(turn);
}

function markNavigation(name) {
  for (const link of document.querySelectorAll("#nav a")) {
    setAttribute(link, "aria-current", link.hash === `#${name}` ? "page" : null);
  }
}

function begin(session) {
  document.getElementById("head").classList.remove("away");
  header.start(session);
  questions.start();
  window.addEventListener("hashchange", () => show().catch(complain));
  show();
}

document.getElementById("skip").addEventListener("click", (event) => {
  event.preventDefault();
  root.focus();
});
// A link that is followed in a window that shows a page already: that only changes what stands behind #.
window.addEventListener("hashchange", () => {
  if (location.hash.startsWith("#open=")) location.reload();
});
onSignedOut(() => {
  if (isOver) return;
  isOver = true;
  visit += 1;
  live.stop();
  header.stop();
  trial.hide();
  questions.stop();
  shown?.handle.unmount?.();
  shown = null;
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.dispatchEvent(new Event("cancel", { cancelable: true }));
  document.getElementById("head").classList.add("away");
  showSignIn(root, "The session has ended.", () => location.reload());
});
// What is to be shown first is fetched while the session is looked for.
import(views[wanted().name].file).catch(() => {});
try {
  const session = await findSession();
  if (session) begin(session);
  else showSignIn(root, null, begin);
} catch (error) {
  showSignIn(root, error.message, begin);
}
