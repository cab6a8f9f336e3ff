// A switch of three: allowed, denied, not decided. Arrows walk, and choose nothing: on the way to “deny” nobody is allowed.

import { button, h, setAttribute } from "../parts/dom.js";

const states = [["allow", "Allow"], ["deny", "Deny"], [null, "–", "Not decided"]];

/**
 * @param {string} label for reading aloud
 * @param {(state: "allow"|"deny"|null) => Promise<void>} choose called with what was pressed, unless it holds already
 * @returns {{element: HTMLElement, show(state: "allow"|"deny"|null): void}}
 */
export function makeChoice(label, choose) {
  let shown = null;
  let isBusy = false;
  const buttons = states.map(([state, text, meaning]) => button(text, () => press(state), {
    class: `button third ${state ?? "none"}`, title: meaning, "aria-label": meaning, data: { state: state ?? "none" },
  }));
  const element = h("div", { class: "group three", role: "group", "aria-label": label, on: { keydown: walk } }, buttons);

  async function press(state) {
    if (isBusy || state === shown) return;
    isBusy = true;
    element.classList.add("is-busy");
    await choose(state);
    element.classList.remove("is-busy");
    isBusy = false;
  }

  function walk(event) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const at = buttons.indexOf(document.activeElement);
    if (!step || at < 0) return;
    event.preventDefault();
    const next = buttons[(at + step + buttons.length) % buttons.length];
    for (const one of buttons) one.tabIndex = one === next ? 0 : -1;
    next.focus();
  }

  function show(state) {
    shown = state;
    buttons.forEach((one, index) => {
      const isOn = states[index][0] === state;
      setAttribute(one, "aria-pressed", String(isOn));
      if (!element.contains(document.activeElement)) one.tabIndex = isOn ? 0 : -1;
    });
  }

  return { element, show };
}
