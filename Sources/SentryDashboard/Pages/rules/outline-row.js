// One row of the outline. Rows are used again for other rules as the outline scrolls.

import { h, setAttribute, setText } from "../parts/dom.js";

/** The columns that can be edited, as the rule language names them. */
export const columns = [
  ["property", "Property"], ["relation", "Rel."], ["value", "Value"], ["action", "Action"],
];

const calm = matchMedia("(prefers-reduced-motion: reduce)");

export class OutlineRow {
  constructor(slot) {
    /** Of its rule in the tree, and among the rules to be seen; -1 for a spare row. */
    this.index = -1;
    this.position = -1;
    this.flash = h("span", { class: "flash", "aria-hidden": "true" });
    this.mark = h("span", { class: "path-mark", "aria-hidden": "true" });
    this.triangle = h("span", { class: "triangle", "aria-hidden": "true" });
    this.box = h("input", { type: "checkbox", tabindex: "-1", class: "rule-switch" });
    this.number = h("span", { class: "rule-number" });
    this.name = h("span", { class: "rule-name", data: { field: "name" } });
    this.flag = h("span", { class: "flag" });
    this.cells = Object.fromEntries(columns.map(([field]) => [field, cell(`c-${field}`, field)]));
    this.figure = h("span", { class: "stat-figure" });
    this.more = h("span", { class: "stat-more" });
    this.stat = h("div", { class: "cell c-stat", role: "gridcell" }, this.more, this.figure);
    const rule = h("div", { class: "cell c-rule", role: "gridcell" },
      this.mark, this.triangle, this.box, this.number, this.name, this.flag);
    this.element = h("div", { class: "rule", role: "row", id: `row-${slot}` },
      this.flash, rule, Object.values(this.cells), this.stat);
  }

  /** Shows a rule. `look` says what is not in the rule itself: focus, search, path, figures. */
  fill(index, node, look) {
    const { element } = this;
    if (index !== this.index) this.flash.getAnimations().forEach((one) => one.cancel());
    this.index = index;
    element.dataset.number = node.number;
    element.style.setProperty("--level", node.level);
    setAttribute(element, "aria-level", node.level + 1);
    setAttribute(element, "aria-rowindex", look.position + 2);
    setAttribute(element, "aria-expanded", look.hasChildren ? String(look.isOpen) : null);
    setAttribute(element, "aria-selected", String(node.selected));
    element.className = classes(node, look);
    this.box.checked = node.enabled;
    this.box.disabled = look.isFixed;
    setAttribute(this.box, "aria-label", `Rule ${node.number} on`);
    setText(this.number, node.number);
    setText(this.name, node.name);
    setText(this.cells.property, node.property);
    setText(this.cells.relation, isAny(node) ? "" : node.relation);
    setText(this.cells.value, node.value);
    setText(this.cells.action, node.action);
    setAttribute(this.cells.value, "title", node.value.length > 24 ? node.value : null);
    setAttribute(this.name, "title", node.name.length > 24 ? node.name : null);
    this.#showFindings(node.findings);
    this.showFigures(look.figures);
  }

  showFigures([figure, more]) {
    setText(this.figure, figure);
    setText(this.more, more);
  }

  /** Lights the row up for a moment: its rule has just matched. */
  light() {
    if (calm.matches) return;
    this.flash.getAnimations().forEach((one) => one.cancel());
    this.flash.animate({ opacity: [0.9, 0] }, { duration: 1400, easing: "ease-out" });
  }

  #showFindings(findings) {
    const worst = ["error", "warning", "note"].find((kind) => findings.some((finding) => finding.severity === kind));
    this.flag.className = worst ? `flag ${worst}` : "flag";
    setText(this.flag, worst ? "!" : "");
    setAttribute(this.flag, "title", worst ? findings.map((finding) => finding.message).join("\n") : null);
    setAttribute(this.flag, "role", worst ? "img" : null);
    setAttribute(this.flag, "aria-label", worst ? `${worst}: ${findings[0].message}` : null);
  }
}

const cell = (name, field) => h("div", { class: `cell ${name}`, role: "gridcell", data: { field } });

const isAny = (node) => node.property === "Any";

function classes(node, look) {
  const names = ["rule"];
  if (look.position % 2) names.push("odd");
  if (!node.isOn) names.push("is-off");
  if (look.isFocused) names.push("is-focused");
  if (look.isAside) names.push("is-aside");
  if (look.isFresh) names.push("is-fresh");
  if (look.isNew) names.push("is-new");
  if (look.path) names.push("on-path", `path-${look.path}`);
  if (deeds[node.action]) names.push(`does-${deeds[node.action]}`);
  return names.join(" ");
}

const deeds = {
  Pass: "pass", Delete: "delete", Reject: "reject", "Drop connection": "drop", "->": "nothing", Trigger: "trigger",
  Delay: "delay",
};
