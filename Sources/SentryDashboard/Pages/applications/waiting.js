// Questions that wait for an answer, each a card with its buttons. A card stays a while after it is settled, and as long as the
// pointer or the keyboard is among the cards: no button may come under somebody's finger in the place of another.

import { post } from "../api.js";
import { complain, toast } from "../parts/dialog.js";
import { button, h, replace, setText } from "../parts/dom.js";
import { endText, pathText, programName, questionText } from "../parts/programs.js";
import { outcomeText } from "./settled.js";

/** Seconds that a settled card stays. */
const stay = 4;
const aside = "That holds for what runs the replaced file, until sentry is restarted.";
const answers = [
  { answer: "allow", label: "Allow", kind: "primary" }, { answer: "allow", label: "Allow once", once: true },
  { answer: "deny", label: "Deny", kind: "danger" }, { answer: "deny", label: "Deny once", once: true },
];

/** @returns {{element: HTMLElement, show(reply: object): void, focus(number: number): void}} `done` is called after an answer */
export function makeWaiting(done) {
  const list = h("ul", { class: "questions", id: "waiting", "aria-label": "Questions that wait" });
  const nothing = h("p", { class: "muted nothing" }, "No program waits for an answer.");
  const hint = "Allow and Deny are remembered for the program and the direction; once holds for some minutes and is not kept.";
  const element = h("section", { class: "section asking", "aria-label": "Questions", hidden: true },
    list, nothing, h("p", { class: "muted hint" }, hint));
  const cards = new Map();
  let wanted = null;

  list.addEventListener("pointerleave", () => clear());

  function show({ waiting, settled, policy }) {
    element.hidden = !waiting.length && !cards.size && policy?.unknown !== "ask";
    for (const question of waiting) {
      const card = cards.get(question.number) ?? add(question, policy);
      drawTime(card, question, policy);
    }
    const open = new Set(waiting.map(({ number }) => number));
    for (const [number, card] of cards) {
      if (!open.has(number) && !card.end) settle(card, settled.find((one) => one.number === number));
    }
    clear();
    if (wanted !== null) focus(wanted);
  }

  function add(question) {
    const card = makeCard(question, (choice) => answer(card, question, choice));
    cards.set(question.number, card);
    list.append(card.element);
    return card;
  }

  async function answer(card, question, { answer: word, once }) {
    for (const one of card.buttons) one.disabled = true;
    try {
      const reply = await post(`/v1/applications/questions/${question.number}`, { answer: word, once });
      settle(card, reply.question);
      const kept = reply.permission ? "It is remembered." : reply.question.untilRestart ? aside : "It is not kept.";
      toast(`${programName(question.path)} is ${word === "allow" ? "allowed" : "denied"}. ${kept}`, "good");
    } catch (error) {
      for (const one of card.buttons) one.disabled = false;
      complain(error);
    }
    done();
  }

  /** Settled cards go when they have been seen, and nobody is about to use another. */
  function clear() {
    if (!list.matches(":hover, :focus-within")) {
      for (const [number, card] of cards) {
        if (!card.end || Date.now() - card.end < stay * 1000) continue;
        card.element.remove();
        cards.delete(number);
      }
    }
    nothing.hidden = cards.size > 0;
  }

  function focus(number) {
    const card = cards.get(number);
    wanted = card ? null : number;
    card?.element.focus();
  }

  return { element, show, focus };
}

function makeCard(question, answer) {
  const id = `question-${question.number}`;
  const left = h("span", { class: "remaining" });
  const buttons = answers.map((choice) => button(choice.label, () => answer(choice), {
    class: `button ${choice.kind ?? ""}`, "aria-describedby": id, data: { answer: choice.answer, once: String(choice.once ?? false) },
  }));
  const foot = h("div", { class: "question-foot" }, buttons);
  const way = question.direction === "outbound" ? `outbound, from port ${question.localPort}`
    : `inbound, from ${endText(question.peer, question.peerPort)}`;
  const whose = `${question.user ?? "of a user without name"}, process ${question.process}`;
  const facts = [["Program", pathText(question.path)], ["User", whose], ["Direction", `${way}, ${question.transport.toUpperCase()}`]];
  const element = h("li", { class: "question card", tabindex: "-1", "aria-labelledby": id, data: { question: question.number, path: question.path } },
    h("h2", { id }, questionText(question)),
    question.replaced && h("p", { class: "callout" }, "It runs a file that has been replaced since it was started."),
    question.changed && h("p", { class: "callout" }, "It was allowed before, and its file has changed since."),
    h("dl", { class: "facts" }, facts.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
    left, foot);
  return { element, foot, left, buttons, end: 0, whole: question.remainingSeconds ?? 1 };
}

function drawTime(card, { remainingSeconds }, policy) {
  const seconds = Math.max(0, remainingSeconds ?? 0);
  const word = policy?.otherwise === "allow" ? "Allowed" : "Denied";
  setText(card.left, `${word} in ${Math.round(seconds)} s if nobody answers`);
  card.whole = Math.max(card.whole, policy?.timeoutSeconds ?? 0);
  card.left.style.setProperty("--share", `${Math.round((seconds / card.whole) * 100)}%`);
}

/** What became of it takes the place of the buttons, of the focus, too. */
function settle(card, question) {
  if (card.end) return;
  card.end = Date.now();
  const outcome = h("strong", { tabindex: "-1" }, question ? outcomeText(question) : "It is settled.");
  const hadFocus = card.foot.contains(document.activeElement);
  card.element.classList.add("is-settled");
  setText(card.left, "");
  replace(card.foot, outcome);
  if (hadFocus) outcome.focus();
}
