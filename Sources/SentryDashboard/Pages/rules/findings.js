// What the checks have found, as a list that leads to the rules.

import { h } from "../parts/dom.js";
import { plural } from "../parts/format.js";

/** Puts each finding at its rule. */
export function attachFindings(tree, findings, rules) {
  findings.forEach((finding, at) => {
    const index = rules?.[at] ? tree.at(rules[at]) : -1;
    if (index >= 0) tree.nodes[index].findings.push(finding);
  });
}

/** `2 errors, 1 warning`; empty for none. */
export function countFindings(findings) {
  return ["error", "warning", "note"].map((kind) => {
    const number = findings.filter((finding) => finding.severity === kind).length;
    return number ? plural(number, kind) : "";
  }).filter(Boolean).join(", ");
}

/** @param {(number: string) => void} onRule called with the number of a rule that was chosen */
export function drawFindings(findings, rules, onRule = null) {
  return h("ul", { class: "finding-list" }, findings.map((finding, at) => {
    const number = rules?.[at];
    const place = number ? `rule ${number}` : finding.line ? `line ${finding.line}` : "";
    return h("li", { class: `finding ${finding.severity}`, data: { id: finding.id, rule: number ?? "" } },
      h("span", { class: `badge ${finding.severity}` }, finding.severity),
      place && (number && onRule
        ? h("button", { type: "button", class: "link", on: { click: () => onRule(number) } }, place)
        : h("span", { class: "muted" }, place)),
      h("span", { class: "finding-text" }, finding.message, finding.hint && h("em", {}, ` ${finding.hint}`)));
  }));
}
