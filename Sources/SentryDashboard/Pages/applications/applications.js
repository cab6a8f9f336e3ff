// The Applications page: what is asked about programs, what they may do, and what was decided lately.

import { get } from "../api.js";
import { h, replace, setText } from "../parts/dom.js";
import { makePoll } from "../parts/poll.js";
import { sentence } from "../parts/words.js";
import { countsSentence, policySentence } from "./policy.js";
import { makePrograms } from "./programs.js";
import { makeSettled } from "./settled.js";
import { makeWaiting } from "./waiting.js";

export function mount(root, context, page) {
  const policy = h("p", { class: "sentence-line", id: "policy" });
  const problem = h("p", { class: "sentence-line bad", id: "applications-problem", role: "alert", hidden: true });
  const counts = h("p", { class: "muted about", id: "question-counts" });
  const waiting = makeWaiting(again);
  const programs = makePrograms(context, again);
  const settled = makeSettled();
  const poll = makePoll(() => 2, load);
  let drawn = "";

  root.append(h("div", { class: "page full" },
    h("h1", { class: "hidden-label" }, "Applications"),
    poll.notice,
    h("div", { class: "sentences" }, problem, policy),
    waiting.element, programs.element,
    h("section", { class: "section", "aria-labelledby": "settled-title" },
      h("h2", { id: "settled-title" }, "Decided lately"), counts, settled.element)));

  async function load(signal) {
    const reply = await get("/v1/applications");
    if (signal.aborted) return;
    const problems = [reply.problem, reply.warning].filter(Boolean);
    problem.hidden = !problems.length;
    setText(problem, problems.map(sentence).join(" "));
    drawPolicy(reply);
    setText(counts, countsSentence(reply.counts));
    programs.show(reply);
  }

  function drawPolicy(reply) {
    const { kind, parts } = policySentence(reply);
    const key = JSON.stringify([reply.asked, reply.policy]);
    if (key === drawn) return;
    drawn = key;
    policy.className = `sentence-line ${kind}`;
    replace(policy, parts);
  }

  async function again() {
    await Promise.all([context.questions.again(), poll.again()]);
  }

  function showQuestions(reply) {
    waiting.show(reply);
    settled.show(reply.settled);
  }

  function navigate(next) {
    if (next.question) waiting.focus(Number(next.question));
  }

  if (context.questions.latest) showQuestions(context.questions.latest);
  const ready = Promise.all([poll.ready, context.questions.again()]);
  navigate(page);
  return { ready, navigate, showQuestions, unmount: () => poll.stop() };
}
