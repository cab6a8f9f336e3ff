// The Health page: what sentry does and how it is doing, in sentences first, then in numbers; switches and the way back.

import { get } from "../api.js";
import { h, replace, setText } from "../parts/dom.js";
import { makePoll } from "../parts/poll.js";
import { makeInterfaces } from "./interfaces.js";
import { makeRollback } from "./rollback.js";
import { makeSwitches } from "./switches.js";
import {
  keyFacts, listFacts, logFacts, lossFacts, notificationFacts, protectedFacts, queueFacts, rateFacts,
} from "./facts.js";
import { healthSentences, modeSentence } from "./sentences.js";

export function mount(root, context) {
  const sentences = h("div", { class: "sentences", id: "warnings", role: "status" });
  const mode = h("p", { class: "sentence-line", id: "mode" });
  const facts = h("div", { class: "cards health" });
  const switches = makeSwitches(context, () => poll.again());
  const interfaces = makeInterfaces(context, () => poll.again());
  const rollback = makeRollback(context, () => poll.again());
  const poll = makePoll(() => 3, load);
  let drawn = "";

  root.append(h("div", { class: "page full" },
    h("h1", { class: "hidden-label" }, "Health"),
    poll.notice, sentences, mode, switches.element,
    interfaces.element, facts, rollback.element));

  async function load(signal) {
    const [health, found, documents] = await Promise.all([get("/v1/health"), get("/v1/interfaces"), get("/v1/rollback")]);
    if (signal.aborted) return;
    switches.show(health);
    interfaces.show(found, health);
    rollback.show(documents, health);
    drawSentences(health);
    setText(mode, modeSentence(health));
    mode.hidden = !mode.textContent;
    drawCards(health);
  }

  /** Only what has changed is said again. */
  function drawSentences(health) {
    const found = healthSentences(health);
    const text = JSON.stringify(found);
    if (text === drawn) return;
    drawn = text;
    replace(sentences, found.map(({ kind, text: line }) => h("p", { class: `sentence-line ${kind}` }, line)));
  }

  function drawCards(health) {
    const cards = [
      ["Running", keyFacts(health)], ["Lost or left out", lossFacts(health)], ["Kernel queue", queueFacts(health)],
      ["Log", logFacts(health)], ["Notifications", notificationFacts(health)], ["Lists", listFacts(health)],
      ["Rate limits", rateFacts(health)], ["Never triggered", protectedFacts(health)],
    ];
    const shown = cards.filter(([, rows]) => rows.length > 0);
    const titles = shown.map(([title, rows]) => `${title} ${rows.map(([name]) => name).join()}`).join(";");
    if (facts.dataset.titles !== titles) {
      facts.dataset.titles = titles;
      replace(facts, shown.map(([title, rows]) => makeCard(title, rows)));
    }
    const values = facts.querySelectorAll("dd");
    shown.flatMap(([, rows]) => rows).forEach(([, value, kind], index) => {
      setText(values[index], value);
      values[index].className = kind ?? "";
    });
  }

  return {
    ready: poll.ready,
    update(event) { switches.update(event); },
    unmount: () => poll.stop(),
  };
}

function makeCard(title, rows) {
  return h("section", { class: "card", "aria-label": title, data: { card: title } }, h("h2", {}, title),
    h("dl", { class: "facts" }, rows.map(([name]) => [h("dt", {}, name), h("dd", {})])));
}
