// The head of every page: one sentence about sentry, the master switch, theme and signing out.

import { get } from "./api.js";
import { complain } from "./parts/dialog.js";
import { setAttribute, setText } from "./parts/dom.js";
import { moment, plural } from "./parts/format.js";
import { learnHostTime, zoneSentence } from "./parts/clock.js";
import { switchFirewall } from "./parts/master.js";
import { verdicts } from "./parts/verdicts.js";

const themes = ["", "light", "dark"];

/**
 * @param {() => Promise<void>} signOut
 * @returns {{start(session), stop(), update(event), refresh(), showConnection(isConnected)}}
 */
export function makeHeader(signOut) {
  const sentence = document.getElementById("sentence");
  const master = document.getElementById("master");
  let status = null;
  let isConnected = true;
  let perSecond = 0;
  let timer = 0;

  async function refresh() {
    try {
      status = await get("/v1/status");
      showEnabled(status.enabled);
      learnHostTime(status.time);
      const zone = document.getElementById("zone");
      setText(zone, zoneSentence(status.utcOffset));
      zone.hidden = !zone.textContent;
    } catch (error) {
      if (error.status !== 401) isConnected = false;
    }
    describe();
  }

  function describe() {
    document.body.classList.toggle("offline", !isConnected);
    if (!isConnected) return setText(sentence, "No connection to the daemon: what is shown is old. Trying again…");
    if (!status) return;
    setText(sentence, statusSentence(status, perSecond));
    setAttribute(sentence, "title", sentence.textContent);
  }

  function showEnabled(enabled) {
    master.checked = enabled;
    document.body.classList.toggle("off", !enabled);
    setText(document.getElementById("master-text"), enabled ? "On" : "Off");
  }

  master.addEventListener("change", async () => {
    try {
      showEnabled(await switchFirewall(master.checked));
    } catch (error) {
      master.checked = !master.checked;
      complain(error);
    }
    refresh();
  });
  document.getElementById("sign-out").addEventListener("click", () => signOut().catch(complain));
  prepareTheme(document.getElementById("theme"));

  return {
    refresh,
    start(session) {
      document.getElementById("sign-out").hidden = !session.csrf;
      refresh();
      timer = setInterval(refresh, 15000);
    },
    stop() { clearInterval(timer); },
    update(event) {
      perSecond = verdicts.reduce((sum, verdict) => sum + (event.perSecond?.[verdict] ?? 0), 0);
      if (status && event.generation !== status.document.generation) refresh();
      if (event.enabled !== master.checked) showEnabled(event.enabled);
      describe();
    },
    showConnection(state) {
      if (state === isConnected) return;
      isConnected = state;
      if (state) refresh();
      else describe();
    },
  };
}

function statusSentence(status, perSecond) {
  const names = status.interfaces.filter((one) => one.filters || one.capturing).map((one) => one.name).join(", ");
  const deeds = { monitor: "Watching", queue: "Guarding", bridge: "Bridging" };
  const what = `${deeds[status.mode] ?? status.mode} ${names || "no interface"}`;
  const rules = plural(status.document.ruleCount, "rule");
  const isDryRun = status.queue?.dryRun || status.bridge?.dryRun;
  const harmless = status.mode === "monitor" ? "monitor mode" : isDryRun ? "dry run" : "";
  const pretence = harmless && ` (${harmless}: nothing is blocked)`;
  if (!status.enabled) return `${what}: switched off, every packet passes unjudged.`;
  const since = moment(status.document.appliedTime);
  const name = status.document.name.split("/").at(-1);
  return `${what} by ${rules}${pretence}, ${plural(Math.round(perSecond), "packet")}/s, in force since ${since}: ${name}`;
}

function prepareTheme(control) {
  const show = () => setText(control, { light: "Light", dark: "Dark" }[document.documentElement.dataset.theme] ?? "Auto");
  control.title = "Light, dark, or as the system has it";
  control.addEventListener("click", () => {
    const next = themes[(themes.indexOf(document.documentElement.dataset.theme ?? "") + 1) % themes.length];
    if (next) document.documentElement.dataset.theme = next;
    else delete document.documentElement.dataset.theme;
    try {
      localStorage.setItem("sentry.theme", next);
    } catch {
      // It holds until the page is closed.
    }
    show();
  });
  show();
}
