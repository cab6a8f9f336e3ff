// All fields of one rule in a dialog: for narrow screens, and to see everything at once.

import { openDialog } from "../parts/dialog.js";
import { debounce, h, replace } from "../parts/dom.js";
import { drawFindings } from "./findings.js";
import { suggestField } from "./suggest.js";

const fields = [
  ["name", "Name"], ["property", "Property"], ["relation", "Relation"], ["value", "Value"],
  ["action", "Action"], ["parameter", "Parameter"],
];

/**
 * @param {import("./rule-tree.js").RuleNode} node
 * @param {{vocabulary: import("./vocabulary.js").Vocabulary, preview: (edits: object[]) => Promise<object|null>}} tools
 * @returns {Promise<object[]|null>} the edits, `null` for none
 */
export async function editRule(node, { vocabulary, preview }) {
  const rule = { ...node };
  const verdict = h("div", { role: "status", class: "form-verdict" });
  const enabled = h("input", { type: "checkbox", id: "rule-enabled" });
  enabled.checked = node.enabled;
  const edits = () => [
    ...fields.filter(([field]) => rule[field] !== node[field])
      .map(([field]) => ({ set: { rule: node.number, field, text: rule[field] } })),
    ...(enabled.checked === node.enabled ? [] : [{ switch: { rules: [node.number], enabled: enabled.checked } }]),
  ];
  const check = debounce(250, async () => {
    try {
      showVerdict(verdict, await preview(edits()), node.number);
    } catch (error) {
      replace(verdict, error.message);
    }
  });
  const rows = fields.map(([field, label]) => {
    const combo = suggestField({
      label, value: node[field], id: `rule-${field}`,
      choices: (typed) => vocabulary.choices(field, rule, typed), hint: () => vocabulary.hint(field, rule),
      onInput: (text) => {
        rule[field] = text.trim();
        check();
      },
    });
    return h("div", { class: "labelled" }, h("label", { for: `rule-${field}` }, label), combo.element);
  });
  const taken = await openDialog({
    title: `Rule ${node.number}`, id: "rule-form",
    body: [h("label", { class: "form-switch" }, enabled, "Enabled"), rows, verdict],
    buttons: [{ label: "Cancel", value: null }, { label: "Done", value: true, kind: "primary", id: "rule-form-done" }],
  });
  check.cancel();
  return taken && edits().length ? edits() : null;
}

/** Shows what a preview says to a rule. @returns {boolean} whether something is wrong with it */
export function showVerdict(element, reply, number) {
  element.replaceChildren();
  if (!reply) return false;
  if (reply.editError) {
    element.append(drawFindings([{ severity: "error", message: reply.editError }]));
    return true;
  }
  const own = reply.findings.filter((finding, at) => reply.findingRules?.[at] === number);
  if (own.length) element.append(drawFindings(own));
  return own.some((finding) => finding.severity === "error");
}
