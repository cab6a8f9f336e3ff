// How two documents differ, drawn.

import { h } from "./dom.js";
import { plural } from "./format.js";

const signs = { added: "+", removed: "−", changed: "~", moved: "↕" };
const shownAtMost = 300;

/** @param {object|null} difference as the daemon tells it */
export function drawDifference(difference) {
  if (!difference) return h("p", { class: "muted" }, "Not known: the draft has errors.");
  const others = [
    ...difference.settings.map((each) => ["setting", each]), ...difference.interfaces.map((each) => ["interface", each]),
    ...difference.other.map((each) => ["key", each]),
  ];
  if (!difference.rules.length && !others.length) {
    return h("p", { class: "muted" }, "None that counts: only comments or layout.");
  }
  const rest = difference.rules.length - shownAtMost;
  return h("ul", { class: "difference", id: "difference" },
    difference.rules.slice(0, shownAtMost).map(drawRule),
    rest > 0 && h("li", { class: "muted" }, `and ${plural(rest, "rule")} more`),
    others.map(([kind, change]) => h("li", { class: "changed" }, sign("changed"), `${kind} `, drawField(change))));
}

function drawRule(change) {
  const place = change.old && change.new && change.old !== change.new ? `${change.old} → ${change.new}` : change.new ?? change.old;
  return h("li", { class: change.kind, data: { number: change.new ?? change.old } }, sign(change.kind),
    h("span", { class: "rule-number" }, place), h("strong", {}, change.name), h("span", { class: "muted" }, change.summary),
    change.fields.map((field) => h("div", { class: "change-field" }, drawField(field))));
}

const sign = (kind) => h("span", { class: "sign", title: kind }, signs[kind] ?? "~");

function drawField({ field, old, new: now }) {
  return h("span", {}, `${field}: `, h("del", {}, short(old)), " → ", h("ins", {}, short(now)));
}

function short(text) {
  if (text === "") return "nothing";
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
