// How two documents differ, drawn.

import { h } from "../parts/dom.js";
import { plural } from "../parts/format.js";

const signs = { added: "+", removed: "−", changed: "~", moved: "↕" };
const shownAtMost = 300;

/** @param {object|null} difference as the daemon tells it */
export function drawDifference(difference) {
  if (!difference) return h("p", { class: "muted" }, "Not known: the draft has errors.");
  const others = [
    ...difference.settings.map((each) => ["setting", each]), ...difference.interfaces.map((each) => ["interface switch", each]),
    ...difference.other.map((each) => [kindOf(each), each]),
  ];
  if (!difference.rules.length && !others.length) {
    return h("p", { class: "muted" }, "None that counts: only comments or layout.");
  }
  const rest = difference.rules.length - shownAtMost;
  return h("ul", { class: "difference", id: "difference" },
    difference.rules.slice(0, shownAtMost).map(drawRule),
    rest > 0 && h("li", { class: "muted" }, `and ${plural(rest, "rule")} more`),
    others.length > 2 ? h("li", {}, h("details", {}, h("summary", {}, summary(others)), h("ul", {}, others.map(drawOther))))
      : others.map(drawOther));
}

const following = "test that follows renumbered rules";
const names = {
  [following]: ["test follows renumbered rules", "tests follow renumbered rules"], test: ["test"], setting: ["setting"],
  "interface switch": ["interface switch", "interface switches"], entry: ["other entry", "other entries"],
};

/** What of the document an entry is; of a test that differs in a rule's number alone, that it follows the rule. */
function kindOf({ field, old, new: now }) {
  if (!field.startsWith("tests[")) return "entry";
  const withoutRule = (text) => text.replace(/\brule = "?[\d.]+"?/g, "rule");
  return withoutRule(old) === withoutRule(now) ? following : "test";
}

/** `4 tests follow renumbered rules, 1 setting`. */
function summary(others) {
  const kinds = Map.groupBy(others, ([kind]) => kind);
  return [...kinds].map(([kind, list]) => plural(list.length, ...names[kind])).join(", ");
}

const drawOther = ([kind, change]) => h("li", { class: "changed" }, sign("changed"), `${kind} `, drawField(change));

function drawRule(change) {
  const hasMoved = change.old && change.new && change.old !== change.new;
  const place = hasMoved ? `${change.old} → ${change.new}` : change.new ?? change.old;
  return h("li", { class: change.kind, data: { number: change.new ?? change.old } }, sign(change.kind),
    h("span", { class: "rule-number" }, place), h("strong", {}, change.name), h("span", { class: "muted" }, change.summary),
    change.fields.map((field) => h("div", { class: "change-field" }, drawField(field))));
}

const sign = (kind) => h("span", { class: "sign", title: kind }, signs[kind] ?? "~");

function drawField({ field, old, new: now }) {
  const [before, after] = contrast(old, now);
  return h("span", {}, `${field}: `, h("del", {}, before), " → ", h("ins", {}, after));
}

/** Both texts; of long ones only what differs, with a few characters around it. */
function contrast(old, now) {
  if (old.length < 80 && now.length < 80) return [old || "nothing", now || "nothing"];
  let start = 0;
  while (start < old.length && old[start] === now[start]) start += 1;
  let end = 0;
  while (end < Math.min(old.length, now.length) - start && old.at(-1 - end) === now.at(-1 - end)) end += 1;
  return [old, now].map((text) => excerpt(text, Math.max(0, start - around), Math.min(text.length, text.length - end + around)));
}

const around = 16;

function excerpt(text, from, to) {
  const part = text.slice(from, Math.min(to, from + 160));
  return `${from > 0 ? "…" : ""}${part}${from + part.length < text.length ? "…" : ""}` || "nothing";
}
