// How sentry is doing, in sentences for people.

import { sentence } from "./words.js";

const modes = {
  monitor: "It watches and counts, and enforces nothing: what rules would delete goes on all the same.",
  queue: "The kernel keeps each packet until the rules have judged it.",
  bridge: "Frames pass from one interface to the other as the rules let them.",
};

/**
 * What deserves a look, or that nothing does.
 * @param {object} health the reply of `/v1/health`
 * @returns {{kind: "good"|"warn"|"bad", text: string}[]}
 */
export function healthSentences(health) {
  const found = [...alarms(health), ...health.warnings.map((text) => ({ kind: "warn", text: sentence(text) }))];
  return found.length ? found : [{ kind: "good", text: "All is well: nothing is lost, and nothing needs a look." }];
}

function alarms(health) {
  const { trial, queue, bridge } = health;
  const isDry = queue?.dryRun || bridge?.dryRun;
  return [
    !health.enabled && { kind: "bad", text: "The firewall is switched off: every packet passes without being judged." },
    health.isObserved && { kind: "warn", text: "The whole document is only observed: nothing of what its rules say is done." },
    isDry && { kind: "warn", text: "This is a dry run: verdicts are reported, but all packets pass." },
    trial && { kind: "warn", text: `The rules of ${trial.user} are on trial: unless somebody keeps them, those before return.` },
    health.log && !health.log.enabled && { kind: "warn", text: "The log is switched off: what rules log is written nowhere." },
  ].filter(Boolean);
}

/** What sentry does with packets, in words that do not change from second to second. */
export function modeSentence({ mode, queue }) {
  const policy = queue && (queue.policy === "fail-closed" ? "While nobody judges them, packets are dropped (fail-closed)."
    : "While nobody judges them, packets pass (fail-open).");
  return [modes[mode] ?? "", policy].filter(Boolean).join(" ");
}
