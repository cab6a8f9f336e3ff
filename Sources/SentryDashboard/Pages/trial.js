// The bar that counts down while a document is in force on trial.

import { post } from "./api.js";
import { complain, toast } from "./parts/dialog.js";
import { button, h, replace, setText } from "./parts/dom.js";

/** @returns {{update(trial: object|null): void}} */
export function makeTrialBar() {
  const bar = document.getElementById("trial");
  const left = h("strong", { id: "trial-left", class: "figure" });
  let isShown = false;
  let isSettled = false;

  async function settle(path, body, text) {
    try {
      isSettled = true;
      await post(path, body);
      hide();
      toast(text, "good");
    } catch (error) {
      isSettled = false;
      complain(error);
    }
  }

  const keep = () => settle("/v1/confirm", undefined, "The new rules stay.");
  const goBack = () => settle("/v1/rollback", { steps: 1 }, "The rules before are in force again.");

  function draw(trial) {
    const others = trial.user ? ` by ${trial.user}` : "";
    replace(bar,
      h("span", {}, `New rules are on trial, applied${others}. They go away again in `), left, h("span", { class: "spring" }),
      button("Keep", keep, { class: "button primary", id: "trial-keep" }),
      button("Go back", goBack, { id: "trial-back" }));
    bar.hidden = false;
    isShown = true;
  }

  function hide() {
    bar.hidden = true;
    isShown = false;
  }

  return {
    update(trial) {
      if (!trial) {
        if (isShown && !isSettled) toast("Nobody kept the new rules: the rules before are in force again.");
        isSettled = false;
        return hide();
      }
      if (isSettled) return;
      if (!isShown) draw(trial);
      setText(left, `${Math.max(0, Math.round(trial.remaining))} s`);
    },
  };
}
