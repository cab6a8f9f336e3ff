// What becomes of programs without a permission, in a sentence.

import { h } from "../parts/dom.js";
import { count, plural } from "../parts/format.js";
import { sentence } from "../parts/words.js";

const outcomes = { allow: "allowed", deny: "denied" };
const code = (text) => h("code", {}, text);

/**
 * @param {{asked: boolean, policy?: object}} reply of `/v1/applications`
 * @returns {{kind: "good"|"warn"|"", parts: (string|Node)[]}}
 */
export function policySentence({ asked, policy }) {
  if (!asked) {
    return {
      kind: "warn", parts: ["The rules in force ask for no permission: what is decided here is kept, and changes nothing yet. ",
        code("sentry applications on"), " adds the rules that ask; how to write them yourself is told in docs/Applications.md."],
    };
  }
  if (!policy) {
    return {
      kind: "", parts: ["What a program without a permission may do is left to the rules. To be asked, give the document’s settings ",
        code("applications = { unknown = ask; }"), "; docs/Applications.md tells more."],
    };
  }
  const { unknown, timeoutSeconds, otherwise, silence } = policy;
  if (unknown !== "ask") return { kind: "good", parts: [`Without a permission, programs are ${outcomes[unknown]}. Nobody is asked.`] };
  if (silence) return { kind: "warn", parts: [`Nobody is asked about programs without a permission: ${sentence(silence)}`] };
  return {
    kind: "good", parts: ["The first connection of a program without a permission waits for your answer. "
      + `Without one in ${plural(timeoutSeconds, "second")} it is ${outcomes[otherwise]}.`],
  };
}

/** What became of the questions since the start. */
export function countsSentence({ asked, allowed, denied, timedOut, unasked }) {
  if (!asked && !unasked) return "No question since sentry was started.";
  const ends = [[allowed, "allowed"], [denied, "denied"], [timedOut, "not answered in time"]].filter(([number]) => number);
  const known = ends.length ? `: ${ends.map(([number, what]) => `${count(number)} ${what}`).join(", ")}` : "";
  const most = unasked ? ` ${plural(unasked, "connection")} could not be asked about, as too many waited.` : "";
  return `${plural(asked, "question")} since sentry was started${known}.${most}`;
}
