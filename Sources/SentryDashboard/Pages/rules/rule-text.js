// Rules as text: copied to the clipboard, pasted before, after or into another.

import { post } from "../api.js";
import { openDialog, toast } from "../parts/dialog.js";
import { h } from "../parts/dom.js";
import { plural } from "../parts/format.js";

/**
 * Copies rules.
 * @param {string|undefined} text the draft, or nothing for the rules in force
 * @returns {Promise<boolean>} `false`: the browser refuses, so that the text was shown instead
 */
export async function copyRules(numbers, text) {
  const { snippet } = await post("/v1/drafts/copy", { text, rules: numbers });
  try {
    await navigator.clipboard.writeText(snippet);
    toast(`${plural(numbers.length, "rule")} copied as text.`);
    return true;
  } catch {
    await showText("Copy this text", snippet, true);
    return false;
  }
}

/** Shows a text to be read or, selected, to be copied by hand. */
export async function showText(title, text, isSelected = false) {
  const area = h("textarea", {
    class: "field text-area", readonly: true, autofocus: true, spellcheck: "false", "aria-label": title,
  });
  area.value = text;
  setTimeout(() => {
    area.setSelectionRange(0, isSelected ? text.length : 0);
    area.scrollTop = 0;
  });
  await openDialog({ title, wide: true, body: area, buttons: [{ label: "Close", value: null, kind: "primary" }] });
}

/**
 * Asks for a text and for the place where its rules go.
 * @param {string|null} target number of the rule beside which they go; `null`: to the end
 * @returns {Promise<{snippet: string, place: string}|null>}
 */
export async function askForRules(target) {
  const area = h("textarea", {
    class: "field text-area", id: "paste-text", autofocus: true, spellcheck: "false", "aria-label": "Rules as text",
    placeholder: "( { nodeName = \"no telnet\"; enabled = 1; … } )",
  });
  const places = [["before", `Before rule ${target}`], ["after", `After rule ${target}`], ["into", `Into rule ${target}`]];
  const choices = places.map(([place, label]) => h("label", { class: "choice" },
    h("input", { type: "radio", name: "paste-place", value: place, id: `paste-${place}`, checked: place === "after" }), label));
  readClipboard().then((text) => { area.value ||= text; });
  const taken = await openDialog({
    title: "Paste rules", id: "paste", wide: true,
    body: [
      h("p", { class: "muted" }, "One rule or many, in any form that documents have, also out of an e-mail."), area,
      target
        ? h("div", { class: "choices", role: "radiogroup", "aria-label": "Place" }, choices)
        : h("p", {}, "They go to the end."),
    ],
    buttons: [{ label: "Cancel", value: null }, { label: "Paste", value: true, kind: "primary", id: "paste-go" }],
  });
  if (!taken || !area.value.trim()) return null;
  const place = choices.map((label) => label.querySelector("input")).find((input) => input.checked)?.value ?? "after";
  return { snippet: area.value, place };
}

/** What the clipboard holds if it looks like rules and the browser lets us look. */
async function readClipboard() {
  try {
    const text = await navigator.clipboard.readText();
    return /[{(]/.test(text) ? text : "";
  } catch {
    return "";
  }
}
