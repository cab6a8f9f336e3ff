// How sentry is doing, in sentences for people.

import { sentence } from "../parts/words.js";

const modes = {
  queue: "The kernel keeps each packet until the rules have judged it.",
  bridge: "Frames pass from one interface to the other as the rules let them.",
};

/**
 * What deserves a look, or that nothing does.
 * @param {{enabled: boolean, warnings: string[]}} health the reply of `/v1/health`, the gravest warning first
 * @returns {{kind: "good"|"warn"|"bad", text: string}[]}
 */
export function healthSentences({ enabled, warnings }) {
  if (!warnings.length) return [{ kind: "good", text: "All is well: nothing is lost, and nothing needs a look." }];
  return warnings.map((text, index) => ({ kind: !enabled && index === 0 ? "bad" : "warn", text: sentence(text) }));
}

/** What sentry does with packets, in words that do not change from second to second; of monitor mode a warning tells. */
export function modeSentence({ mode, queue }) {
  const policy = queue && (queue.policy === "fail-closed" ? "While nobody judges them, packets are dropped (fail-closed)."
    : "While nobody judges them, packets pass (fail-open).");
  return [modes[mode] ?? "", policy].filter(Boolean).join(" ");
}
