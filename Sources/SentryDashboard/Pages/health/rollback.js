// The documents that were in force before, and the way back to each of them.

import { ApiError, post } from "../api.js";
import { ask, complain, toast } from "../parts/dialog.js";
import { button, h, setAttribute } from "../parts/dom.js";
import { count, plural, timestamp } from "../parts/format.js";
import { figure, makeTable } from "../parts/data-table.js";
import { lockoutSentence } from "../parts/words.js";

/** @returns {{element: HTMLElement, show(reply: object, health: object): void}} */
export function makeRollback(context, done) {
  let isOnTrial = false;
  const table = makeTable({
    id: "documents", caption: "Documents", keyOf: (one) => `${one.number} ${one.time}`, sort: "", widths: ["320px", "700px"],
    empty: "No document is known but the one in force.", columns: [
      { key: "time", label: "Put in force", width: "160px", text: (one) => timestamp(one.time) },
      { key: "name", label: "Document", width: "auto", text: (one) => [one.name, one.change].filter(Boolean).join(": ") },
      { key: "user", label: "By", kind: "wide", width: "100px", text: (one) => one.user },
      figure("rules", "Rules", "70px", (one) => one.ruleCount, (value) => (value === undefined ? "" : count(value))),
      { key: "difference", label: "Going back would change", kind: "wide", width: "26%", text: difference },
      {
        key: "actions", label: "Actions", isQuiet: true, width: "92px",
        make: () => button("Go back", () => {}, { class: "button quiet", data: { act: "rollback" } }),
        update: (one, cell) => {
          cell.firstElementChild.hidden = one.number === 0 || one.ruleCount === undefined || difference(one) === nothing;
          setAttribute(cell.firstElementChild, "aria-label", `Go back to ${one.name} of ${timestamp(one.time)}`);
          cell.firstElementChild.onclick = () => goBack(one);
        },
      },
    ],
  });

  async function goBack(one) {
    const trial = isOnTrial ? " This also ends the trial that is under way." : "";
    const text = `${one.name} of ${timestamp(one.time)} returns. What changes: ${difference(one)}. Tables stay as they are.${trial}`;
    if (!(await ask("Go back to these rules?", text, "Go back", "danger"))) return;
    try {
      const reply = await send(one, false);
      toast(`${reply.document.name} is in force again.`, "good");
      context.refresh();
    } catch (error) {
      if (error.status === 412) toast("Other rules came into force meanwhile. Nothing was changed.", "bad");
      else if (error !== refused) complain(error);
    }
    done();
  }

  return {
    element: h("section", { class: "section", "aria-label": "Earlier rules" }, h("h2", {}, "Rules before"), table.element),
    show({ documents, generation }, health) {
      isOnTrial = Boolean(health.trial);
      // Steps are counted from the rules that were in force when they were listed.
      table.show(documents.map((one) => ({ ...one, generation: generation ?? 0 })));
    },
  };
}

/** What going back to rules would change that are the same. */
const nothing = "nothing";

/** What is thrown when somebody decides not to insist. */
const refused = new Error("not insisted");

/** Rules that would end an SSH connection come back only if somebody insists. */
async function send({ number, generation }, force) {
  try {
    return await post("/v1/rollback", { steps: number, generation, force });
  } catch (error) {
    const lockout = error instanceof ApiError && error.status === 422 && error.body?.lockout;
    if (!lockout || force) throw error;
    if (!(await ask("This may lock you out", lockoutSentence(lockout), "Go back all the same", "danger"))) throw refused;
    return send({ number, generation }, true);
  }
}

function difference({ number, onTrial, difference: counts }) {
  if (number === 0) return onTrial ? "in force, on trial" : "in force";
  if (!counts) return "cannot be read by this version";
  const rules = ["added", "removed", "changed", "moved"].filter((kind) => counts[kind] > 0)
    .map((kind) => `${counts[kind]} ${kind}`);
  const parts = [rules.length && `rules: ${rules.join(", ")}`, counts.other && plural(counts.other, "other change")];
  return parts.filter(Boolean).join("; ") || nothing;
}
