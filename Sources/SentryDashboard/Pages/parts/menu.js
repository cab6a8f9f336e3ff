// A button that opens a menu.

import { button, h } from "./dom.js";

/**
 * @param {string} label
 * @param {() => {label: string, run: () => void, key?: string, disabled?: boolean, id?: string}[]} items asked each time
 *   the menu opens
 */
export function menuButton(label, items, properties = {}) {
  const control = button(label, () => openMenu(control, items()), { "aria-haspopup": "menu", ...properties });
  return control;
}

/** Opens a menu below an element, or at `{x, y}` if `place` says so. */
export function openMenu(anchor, items, place = null) {
  const menu = h("div", { class: "menu", role: "menu", popover: "auto" });
  for (const item of items) {
    const run = () => {
      menu.hidePopover();
      item.run();
    };
    const look = { type: "button", role: "menuitem", tabindex: "-1", id: item.id, disabled: item.disabled };
    menu.append(h("button", { ...look, on: { click: run } },
      h("span", {}, item.label), item.key && h("kbd", {}, item.key)));
  }
  menu.addEventListener("keydown", (event) => moveInMenu(event, menu));
  menu.addEventListener("toggle", (event) => {
    if (event.newState !== "closed") return;
    const hadFocus = menu.contains(document.activeElement) || document.activeElement === document.body;
    menu.remove();
    if (hadFocus) anchor.focus();
  });
  anchor.after(menu);
  menu.showPopover();
  const spot = anchor.getBoundingClientRect();
  const size = menu.getBoundingClientRect();
  menu.style.left = `${Math.max(4, Math.min(place?.x ?? spot.left, innerWidth - size.width - 4))}px`;
  menu.style.top = `${Math.max(4, Math.min(place?.y ?? spot.bottom + 3, innerHeight - size.height - 4))}px`;
  menu.querySelector("button:not(:disabled)")?.focus();
}

function moveInMenu(event, menu) {
  const all = [...menu.querySelectorAll("button:not(:disabled)")];
  const at = all.indexOf(document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
  event.stopPropagation();
  if (event.key === "Tab") return menu.hidePopover();
  if (next === undefined) return;
  event.preventDefault();
  all[(next + all.length) % all.length]?.focus();
}
