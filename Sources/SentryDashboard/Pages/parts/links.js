// Links between the pages.

import { h } from "./dom.js";

/** The number that a rule's text begins with, `2.1.5.1` of `2.1.5.1 telnet`; `null` for rule 0 and anything else. */
export const ruleNumber = (text) => /^([1-9]\d*(?:\.\d+)*)(?: |$)/.exec(text)?.[1] ?? null;

/** A rule's number and name that lead to it among the rules, also if it has another number by then; any other text as it is. */
export function ruleLink(context, text) {
  const rule = ruleNumber(text);
  if (!rule) return document.createTextNode(text);
  return h("a", { href: context.address("rules", { rule, name: text.slice(rule.length + 1) }), data: { rule } }, text);
}

/** The address in `203.0.113.9:23` or `[2001:db8::1]:23`, without its port. */
export function withoutPort(text) {
  if (text.startsWith("[")) return text.slice(1, text.indexOf("]"));
  return text.split(":").length === 2 ? text.slice(0, text.indexOf(":")) : text;
}

/** The address and its port; the address leads to what the log has of it. */
export function endLink(context, text, view = "log") {
  const address = withoutPort(text);
  const at = text.indexOf(address);
  return [
    text.slice(0, at),
    h("a", { href: context.address(view, { address }), data: { address } }, address),
    h("span", { class: "muted" }, text.slice(at + address.length)),
  ];
}
