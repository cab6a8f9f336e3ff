// Dialogs and short messages.

import { button, h } from "./dom.js";

/**
 * Shows a dialog until one of its buttons is used.
 * @param {{title: string, body: Node|Node[], foot?: Node, wide?: boolean, id?: string, buttons: {label: string, value: any,
 *   kind?: "primary"|"danger", id?: string, check?: () => boolean|Promise<boolean>}[]}} content `check` keeps the dialog
 *   open by answering `false`
 * @returns {Promise<any>} the value of the button, `null` after Escape
 */
export function openDialog({ title, body, foot = null, buttons, wide = false, id = "dialog" }) {
  return new Promise((resolve) => {
    const finish = (value) => {
      dialog.close();
      dialog.remove();
      resolve(value);
    };
    const choose = async (choice, element) => {
      element.disabled = true;
      const isFine = choice.check ? await choice.check() : true;
      element.disabled = false;
      if (isFine !== false) finish(choice.value);
    };
    const row = buttons.map((choice) => {
      const element = button(choice.label, () => choose(choice, element), {
        class: `button ${choice.kind ?? ""}`, id: choice.id,
      });
      return element;
    });
    const dialog = h("dialog", { class: wide ? "dialog wide" : "dialog", id, "aria-labelledby": `${id}-title` },
      h("h2", { id: `${id}-title` }, title),
      h("div", { class: "dialog-body" }, body),
      h("div", { class: "dialog-buttons" }, foot, row));
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      finish(null);
    });
    dialog.addEventListener("keydown", (event) => event.stopPropagation());
    document.body.append(dialog);
    dialog.showModal();
    (dialog.querySelector("[autofocus]") ?? row.at(-1)).focus();
  });
}

/** Asks whether to go on. @returns {Promise<boolean>} */
export async function ask(title, text, label, kind = "primary") {
  const choices = [{ label: "Cancel", value: false }, { label, value: true, kind, id: "dialog-yes" }];
  return (await openDialog({ title, body: h("p", {}, text), buttons: choices })) === true;
}

/**
 * Says something in passing, at the foot of the page, for some seconds.
 * @param {string} text
 * @param {"plain"|"good"|"bad"} [kind]
 * @param {{label: string, run: () => void}} [action]
 */
export function toast(text, kind = "plain", action = null) {
  const close = () => element.remove();
  const element = h("div", { class: `toast ${kind}` },
    h("span", {}, text),
    action && button(action.label, () => { close(); action.run(); }, { class: "button quiet" }),
    button("×", close, { class: "button quiet close", "aria-label": "Close this message" }));
  const place = document.getElementById("toasts");
  while (place.children.length >= 4) place.firstElementChild.remove();
  place.append(element);
  setTimeout(close, kind === "bad" ? 12000 : 6000);
}

/** Says why something did not work. */
export const complain = (error) => toast(error?.message ?? String(error), "bad");
