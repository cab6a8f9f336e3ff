// The bar that counts down while a document is in force on trial.

import { post } from "./api.js";
import { complain, toast } from "./parts/dialog.js";
import { button, h, replace, setText } from "./parts/dom.js";

/** @returns {{hide(): void, update(trial: object|null, generation: number): void}} `generation`: of the rules in force */
export function makeTrialBar() {
  const bar = document.getElementById("trial");
  const left = h("strong", { id: "trial-left", class: "figure" });
  /** What is on trial while the bar is shown: `{generation, end}`, the end as `Date.now()` has it. */
  let shown = null;
  let isSettled = false;

  async function settle(path, body, text) {
    try {
      isSettled = true;
      await post(path, body);
      hide();
      toast(text, "good");
    } catch (error) {
      isSettled = false;
      if (error.status === 412) toast("The trial had ended already. Nothing was changed.");
      else complain(error);
    }
  }

  const keep = () => settle("/v1/confirm", undefined, "The new rules stay.");
  const goBack = () => settle("/v1/rollback", { steps: 1, generation: shown?.generation }, "The rules before are in force again.");

  function draw(trial) {
    const others = trial.user ? ` by ${trial.user}` : "";
    replace(bar,
      h("span", {}, `New rules are on trial, applied${others}. They go away again in `), left, h("span", { class: "spring" }),
      button("Keep", keep, { class: "button primary", id: "trial-keep" }),
      button("Go back", goBack, { id: "trial-back" }));
    bar.hidden = false;
  }

  function hide() {
    bar.hidden = true;
    shown = null;
  }

  return {
    hide,
    update(trial, generation) {
      if (!trial) {
        if (shown && !isSettled) toast(outcome(shown, generation));
        isSettled = false;
        return hide();
      }
      if (isSettled) return;
      if (shown?.generation !== generation) draw(trial);
      shown = { generation, end: Date.now() + trial.remaining * 1000 };
      setText(left, `${Math.max(0, Math.round(trial.remaining))} s`);
    },
  };
}

/** How a trial ended that was not settled here. */
function outcome({ generation, end }, generationNow) {
  if (generationNow === generation) return "The new rules were kept: they stay.";
  const isOver = Math.abs(Date.now() - end) < 3000 && generationNow === generation + 1;
  if (isOver) return "Nobody kept the new rules: the rules before are in force again.";
  return "The rules that were on trial are no longer in force.";
}
