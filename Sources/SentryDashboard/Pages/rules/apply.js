// Apply: shows what will change, checks and tests the draft, and puts it in force, on trial if wanted.

import { post, putText } from "../api.js";
import { ask, openDialog, toast } from "../parts/dialog.js";
import { drawDifference } from "./difference.js";
import { h, replace } from "../parts/dom.js";
import { drawFindings } from "./findings.js";
import { plural } from "../parts/format.js";
import { lockoutSentence } from "../parts/words.js";

const trials = [[30, "30 seconds"], [60, "1 minute"], [300, "5 minutes"], [0, "They stay at once"]];

/**
 * Asks, and applies the draft.
 * @param {import("./draft.js").Draft} draft
 * @returns {Promise<"applied"|"on trial"|"overtaken"|null>} `overtaken`: other rules came into force meanwhile, nothing was done
 */
export async function applyDraft(draft) {
  const { text, findings, findingRules } = draft.state;
  const { name } = draft.base;
  const isFaulty = findings.some((finding) => finding.severity === "error");
  const check = await post("/v1/drafts/check", { name, text });
  if (check.generation !== undefined && check.generation !== draft.base.generation) return "overtaken";
  const trial = h("select", { class: "field", id: "apply-trial" },
    trials.map(([seconds, label]) => h("option", { value: seconds }, label)));
  trial.value = "60";
  const problem = h("p", { class: "problem", id: "apply-problem", role: "alert" });
  let outcome = null;

  const apply = async () => {
    try {
      outcome = await send(draft, Number(trial.value), false);
    } catch (error) {
      replace(problem, error.message);
      return false;
    }
    return outcome !== null;
  };
  await openDialog({
    title: isFaulty ? "The draft has errors" : "Apply the draft?",
    id: "apply", wide: true,
    body: [
      h("h3", {}, "What changes"), drawDifference(check.difference),
      h("h3", {}, "Checks"),
      findings.length ? drawFindings(findings, findingRules) : h("p", { class: "muted" }, "Nothing found."),
      h("h3", {}, "Tests"), drawTests(check.tests), problem,
    ],
    foot: !isFaulty && h("label", { class: "apply-trial" }, "Go back unless kept within", trial),
    buttons: [
      { label: "Cancel", value: null },
      !isFaulty && {
        label: check.tests.failures.length ? "Apply anyway" : "Apply", kind: check.tests.failures.length ? "danger" : "primary",
        value: true, id: "apply-go", check: apply,
      },
    ].filter(Boolean),
  });
  return outcome;
}

/** @returns {Promise<"applied"|"on trial"|"overtaken"|null>} `null`: refused, and the person did not insist */
async function send(draft, seconds, isForced) {
  const query = {
    name: draft.base.name, generation: draft.base.generation, change: draft.summary || "edited", difference: 1,
    confirm: seconds || undefined, force: isForced ? 1 : undefined,
  };
  try {
    const reply = await putText("/v1/rules", draft.state.text, query);
    toast(seconds ? "The new rules are in force on trial." : "The new rules are in force.", "good");
    if (reply.programsUnasked) toast("These rules do not ask what programs may do, as those before did.", "bad");
    if (reply.hiddenLogin) toast("Somebody is logged in over SSH by a way sentry cannot see.", "bad");
    return seconds ? "on trial" : "applied";
  } catch (error) {
    if (error.status === 412) return "overtaken";
    if (error.status === 423) throw new Error("Other rules are on trial. Keep them or go back first.");
    const { lockout, findings } = error.body ?? {};
    if (lockout && !isForced) {
      const goOn = await ask("This ends an SSH connection", lockoutSentence(lockout), "Apply anyway", "danger");
      return goOn ? send(draft, seconds, true) : null;
    }
    if (findings?.length) throw new Error(findings.map((finding) => finding.message).join("; "));
    throw error;
  }
}

function drawTests({ run, failures }) {
  if (!run && !failures.length) return h("p", { class: "muted" }, "The document has none.");
  if (!failures.length) return h("p", {}, h("span", { class: "badge good" }, "passed"), ` ${plural(run, "test")}`);
  return h("div", {},
    h("p", {}, "The document promises what these rules would not keep. Edited rules may still be applied."),
    h("ul", { class: "finding-list" }, failures.map(drawFailure)));
}

const drawFailure = (text) =>
  h("li", { class: "finding error" }, h("span", { class: "badge error" }, "failed"), h("span", { class: "finding-text" }, text));
