// The outline: a tree grid that keeps only the rows in sight in the page, so that ten thousand rules scroll like ten.

import { h, setAttribute } from "../parts/dom.js";
import { statistics } from "./counters.js";
import { columns, OutlineRow } from "./outline-row.js";

const spare = 8;

export class Outline {
  /**
   * @param {{look: (index: number, position: number) => object, onStatistic: (kind: string) => void}} owner `look` says what
   *   `OutlineRow.fill` needs besides the rule
   */
  constructor(owner) {
    this.owner = owner;
    this.tree = null;
    this.shown = [];
    this.positions = new Map();
    this.focus = -1;
    this.rows = [];
    this.statSelect = h("select", { class: "stat-select", id: "statistic", "aria-label": "What the last column shows" },
      statistics.map(([kind, label]) => h("option", { value: kind }, label)));
    this.statSelect.addEventListener("change", () => owner.onStatistic(this.statSelect.value));
    this.statTitle = h("span", { hidden: true }, "Value seen");
    this.head = h("div", { class: "rule-head", role: "row", "aria-rowindex": "1" },
      h("div", { class: "cell c-rule", role: "columnheader" }, "Rule"),
      columns.map(([field, label]) => h("div", { class: `cell c-${field}`, role: "columnheader" }, label)),
      h("div", { class: "cell c-stat", role: "columnheader" }, this.statTitle, this.statSelect));
    this.body = h("div", { class: "rule-body", role: "rowgroup" });
    this.element = h("div", {
      class: "outline", id: "outline", role: "treegrid", tabindex: "0", "aria-label": "Rules", "aria-multiselectable": "true",
    }, h("div", { role: "rowgroup", class: "rule-heads" }, this.head), this.body);
    this.element.addEventListener("scroll", () => this.#drawSoon(), { passive: true });
    this.element.addEventListener("focus", () => this.#markFocus());
    this.watcher = new ResizeObserver(() => this.#measure());
    this.watcher.observe(this.element);
    this.rowHeight = 26;
  }

  /** Shows these rules of a tree. */
  show(tree, shown) {
    this.tree = tree;
    this.shown = shown;
    this.positions = new Map(shown.map((index, position) => [index, position]));
    if (!this.positions.has(this.focus)) this.focus = this.#nearestShown(this.focus);
    this.#selectShown();
    setAttribute(this.element, "aria-rowcount", shown.length + 1);
    this.body.style.height = `${shown.length * this.rowHeight}px`;
    this.draw();
  }

  /** Puts the focus on a rule and scrolls it into sight. */
  focusOn(index, { center = false } = {}) {
    this.focus = index;
    const position = this.positions.get(index);
    if (position === undefined) return this.draw();
    const top = position * this.rowHeight;
    const height = this.element.clientHeight - this.head.offsetHeight;
    const { scrollTop } = this.element;
    if (center) this.element.scrollTop = top - (height - this.rowHeight) / 2;
    else if (top < scrollTop) this.element.scrollTop = top;
    else if (top + this.rowHeight > scrollTop + height) this.element.scrollTop = top + this.rowHeight - height;
    this.draw();
  }

  /** How many rows fit. */
  get pageSize() {
    return Math.max(1, Math.floor((this.element.clientHeight - this.head.offsetHeight) / this.rowHeight) - 1);
  }

  /** The row that shows a rule, if it is in sight. @returns {OutlineRow|undefined} */
  row(index) { return this.rows.find((row) => row.index === index && !row.element.hidden); }

  /** The rule that a row, or something in it, shows; -1 elsewhere. */
  indexOf(target) {
    const element = target.closest?.(".rule");
    return element ? this.rows.find((row) => row.element === element)?.index ?? -1 : -1;
  }

  /** Draws the rows in sight; without `isAll` just those that came into it. */
  draw(isAll = true) {
    this.pending = 0;
    if (!this.tree) return;
    const first = Math.max(0, Math.floor(this.element.scrollTop / this.rowHeight) - spare);
    const fits = Math.ceil(this.element.clientHeight / this.rowHeight) + 2 * spare;
    const last = Math.min(this.shown.length, first + fits);
    if (this.rows.length < fits) {
      while (this.rows.length < fits) this.#addRow();
      isAll = true;
    }
    const used = new Set();
    for (let position = first; position < last; position += 1) {
      const slot = position % this.rows.length;
      used.add(slot);
      if (isAll || this.rows[slot].position !== position) this.#fill(this.rows[slot], position);
    }
    this.rows.forEach((row, slot) => {
      if (used.has(slot)) return;
      row.element.hidden = true;
      row.index = row.position = -1;
    });
    this.#markFocus();
  }

  /** New figures for the rows in sight; `isFresh` says whose rule has just matched. */
  drawFigures(figures, isFresh) {
    for (const row of this.rows) {
      if (row.index < 0) continue;
      row.showFigures(figures(row.index));
      const fresh = isFresh(row.index);
      row.element.classList.toggle("is-fresh", fresh);
      if (fresh) row.light();
    }
  }

  showStatistic(kind, isSeen) {
    this.statSelect.value = kind;
    this.statSelect.hidden = isSeen;
    this.statTitle.hidden = !isSeen;
    this.element.dataset.statistic = isSeen ? "seen" : kind;
  }

  unmount() { this.watcher.disconnect(); }

  #addRow() {
    const row = new OutlineRow(this.rows.length);
    this.rows.push(row);
    this.body.append(row.element);
  }

  #fill(row, position) {
    const index = this.shown[position];
    row.position = position;
    row.element.hidden = false;
    row.element.style.transform = `translateY(${position * this.rowHeight}px)`;
    row.fill(index, this.tree.nodes[index], { ...this.owner.look(index, position), position, isFocused: index === this.focus });
  }

  #drawSoon() { this.pending ||= requestAnimationFrame(() => this.draw(false)); }

  #markFocus() {
    const row = this.row(this.focus);
    setAttribute(this.element, "aria-activedescendant", row ? row.element.id : null);
  }

  #measure() {
    const height = parseFloat(getComputedStyle(this.element).getPropertyValue("--row")) || 26;
    if (height !== this.rowHeight) {
      this.rowHeight = height;
      if (this.tree) this.body.style.height = `${this.shown.length * height}px`;
    }
    this.draw();
  }

  /** What is out of sight must not be deleted or moved: it leaves the selection, which goes to the rule in focus if nothing is left. */
  #selectShown() {
    const hidden = this.tree.nodes.filter((node, index) => node.selected && !this.positions.has(index));
    if (!hidden.length) return;
    for (const node of hidden) node.selected = false;
    const node = this.tree.nodes[this.focus];
    if (node && !this.tree.selected.length) node.selected = true;
  }

  #nearestShown(index) {
    for (let each = Math.min(index, this.tree.nodes.length - 1); each >= 0; each = this.tree.nodes[each].parent) {
      if (this.positions.has(each)) return each;
    }
    return this.shown[0] ?? -1;
  }
}
