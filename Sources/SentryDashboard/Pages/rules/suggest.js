// A text field that offers what could be typed: a combo box with its list, for property, relation, value and action.

import { h, setAttribute } from "../parts/dom.js";

let made = 0;

/**
 * @param {{label: string, value: string, choices: (text: string) => {value: string, note?: string}[], hint?: () => string,
 *   onInput?: (text: string) => void, id?: string}} options `choices` tells what to offer for what was typed; everything,
 *   if nothing was typed yet
 * @returns {{element: HTMLElement, input: HTMLInputElement, close(): void, isOpen(): boolean}}
 */
export function suggestField({ label, value, choices, hint = () => "", onInput = () => {}, id }) {
  made += 1;
  const listId = `suggestions-${made}`;
  let offered = [];
  let chosen = -1;
  let isTyped = false;
  const input = h("input", {
    class: "field", id, value, role: "combobox", "aria-label": label, "aria-autocomplete": "list", "aria-expanded": "false",
    "aria-controls": listId, autocomplete: "off", spellcheck: "false", autocapitalize: "off",
  });
  const list = h("div", { class: "suggestions", id: listId, role: "listbox", "aria-label": `Suggestions: ${label}` });
  const hintLine = h("p", { class: "suggest-hint" });
  const popup = h("div", { class: "suggest-popup", popover: "manual" }, list, hintLine);
  const element = h("span", { class: "suggest" }, input, popup);
  const isOpen = () => popup.matches(":popover-open");

  function open() {
    offered = choices(isTyped ? input.value : "");
    chosen = -1;
    list.replaceChildren(...offered.map((choice, place) => option(choice, place)));
    list.hidden = offered.length === 0;
    hintLine.textContent = hint();
    hintLine.hidden = hintLine.textContent === "";
    if ((list.hidden && hintLine.hidden) || !input.isConnected) return close();
    if (!isOpen()) popup.showPopover();
    put();
    setAttribute(input, "aria-expanded", "true");
    setAttribute(input, "aria-activedescendant", null);
  }

  function option(choice, place) {
    const pick = (event) => {
      event.preventDefault();
      take(place);
      close();
    };
    const look = { role: "option", id: `${listId}-${place}`, "aria-selected": "false", class: "suggestion" };
    return h("div", { ...look, on: { mousedown: pick } },
      h("span", {}, choice.value), choice.note && h("span", { class: "muted" }, choice.note));
  }

  function put() {
    const spot = input.getBoundingClientRect();
    const below = innerHeight - spot.bottom - 8;
    popup.style.minWidth = `${spot.width}px`;
    popup.style.left = `${Math.max(4, Math.min(spot.left, innerWidth - popup.offsetWidth - 4))}px`;
    const isBelow = below >= Math.min(200, popup.scrollHeight) || below >= spot.top;
    popup.style.maxHeight = `${Math.min(280, isBelow ? below : spot.top - 8)}px`;
    popup.style.top = `${isBelow ? spot.bottom + 2 : spot.top - 2 - popup.offsetHeight}px`;
  }

  function close() {
    if (isOpen()) popup.hidePopover();
    setAttribute(input, "aria-expanded", "false");
    setAttribute(input, "aria-activedescendant", null);
  }

  function take(place) {
    input.value = offered[place].value;
    onInput(input.value);
  }

  function point(place) {
    chosen = (place + offered.length) % offered.length;
    [...list.querySelectorAll(".suggestion")].forEach((each, at) => setAttribute(each, "aria-selected", String(at === chosen)));
    setAttribute(input, "aria-activedescendant", `${listId}-${chosen}`);
    document.getElementById(`${listId}-${chosen}`)?.scrollIntoView({ block: "nearest" });
    take(chosen);
  }

  input.addEventListener("focus", open);
  input.addEventListener("click", () => isOpen() || open());
  input.addEventListener("blur", close);
  input.addEventListener("input", () => {
    isTyped = true;
    onInput(input.value);
    open();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && isOpen()) {
      event.stopPropagation();
      event.preventDefault();
      close();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!isOpen()) open();
      if (offered.length) point(event.key === "ArrowDown" ? chosen + 1 : chosen < 0 ? -1 : chosen - 1);
    }
  });
  return { element, input, close, isOpen };
}
