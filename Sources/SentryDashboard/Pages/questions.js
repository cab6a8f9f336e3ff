// What the daemon asks about programs, looked at once a second while it may ask: a bar at the foot of every page, which lies over the
// page and moves nothing, a count in the navigation, and a sentence for those who listen.

import { get } from "./api.js";
import { setAttribute, setText } from "./parts/dom.js";
import { plural } from "./parts/format.js";
import { makePoll } from "./parts/poll.js";
import { questionText } from "./parts/programs.js";

/** Seconds between two looks where nobody is asked about a program: other rules may come into force. */
const idle = 15;

/**
 * @param {(reply: object) => void} onReply gets each reply of `/v1/applications/questions`
 * @returns {{latest: object|null, start(), stop(), again(): Promise<void>, update(generation: number)}} `update` tells which
 *   rules are in force
 */
export function makeQuestions(onReply) {
  const bar = document.getElementById("questions");
  const [text, others, left, link] = ["text", "others", "left", "decide"].map((name) => document.getElementById(`questions-${name}`));
  const said = document.getElementById("questions-said");
  const nav = document.getElementById("nav-questions");
  let reply = null;
  let poll = null;
  let generation = null;
  /** The number of the newest question that was said. */
  let newest = 0;

  const isAsking = () => reply?.waiting.length > 0 || (reply?.policy?.unknown === "ask" && !reply.policy.silence);

  async function load(signal) {
    const found = await get("/v1/applications/questions");
    if (signal.aborted) return;
    reply = found;
    draw(reply.waiting);
    onReply(reply);
  }

  function draw(waiting) {
    bar.hidden = nav.hidden = waiting.length === 0;
    document.body.classList.toggle("asked", waiting.length > 0);
    setText(nav.lastElementChild, waiting.length || "");
    tell(waiting);
    if (!waiting.length) return;
    const [first] = waiting;
    setText(text, questionText(first));
    setText(others, waiting.length > 1 ? `and ${plural(waiting.length - 1, "more question")}` : "");
    setText(left, `${Math.max(0, Math.round(first.remainingSeconds ?? 0))} s`);
    setAttribute(link, "href", `#applications?question=${first.number}`);
  }

  /** Each question is said once, when it comes. */
  function tell(waiting) {
    const fresh = waiting.filter(({ number }) => number > newest);
    if (!waiting.length) setText(said, "");
    if (!fresh.length) return;
    newest = fresh.at(-1).number;
    const more = fresh.length > 1 ? `${plural(fresh.length, "question")} about programs. ` : "";
    setText(said, `${more}${questionText(fresh[0])}. Decide on the page Applications.`);
  }

  return {
    get latest() { return reply; },
    start() { poll = makePoll(() => (isAsking() ? 1 : idle), load); },
    stop() {
      poll?.stop();
      draw([]);
    },
    again: async () => poll?.again(),
    update(generationNow) {
      if (generation !== null && generation !== generationNow) poll?.again();
      generation = generationNow;
    },
  };
}
