// Which rules are selected, as in an outline view: plain, extended with Shift, one by one with Ctrl.

export class Selection {
  /** @param {import("./outline.js").Outline} outline */
  constructor(outline, onChange) {
    this.outline = outline;
    this.onChange = onChange;
    this.anchor = -1;
  }

  /** Selects just this rule. */
  only(index) {
    this.#clear();
    this.anchor = index;
    this.#set(index, true);
    this.#focus(index);
  }

  /** Selects from the rule that was chosen before to this one. */
  extend(index) {
    const { positions, shown, tree } = this.outline;
    const from = positions.get(this.anchor) ?? positions.get(this.outline.focus) ?? 0;
    const to = positions.get(index) ?? from;
    this.#clear();
    for (let each = Math.min(from, to); each <= Math.max(from, to); each += 1) tree.nodes[shown[each]].selected = true;
    if (!positions.has(this.anchor)) this.anchor = shown[from];
    this.#focus(index);
  }

  /** Adds the rule, or takes it away. */
  toggle(index) {
    this.anchor = index;
    this.#set(index, !this.outline.tree.nodes[index].selected);
    this.#focus(index);
  }

  all() {
    for (const index of this.outline.shown) this.#set(index, true);
    this.#focus(this.outline.focus);
  }

  /** Selects the rules with these numbers and shows the first. */
  numbers(list) {
    const { tree } = this.outline;
    const indexes = list.map((number) => tree.at(number)).filter((index) => index >= 0);
    if (!indexes.length) return;
    this.#clear();
    for (const index of indexes) {
      this.#set(index, true);
      tree.reveal(index);
    }
    this.anchor = indexes[0];
    return indexes[0];
  }

  #set(index, isSelected) {
    const node = this.outline.tree.nodes[index];
    if (node) node.selected = isSelected;
  }

  #clear() {
    for (const node of this.outline.tree.nodes) node.selected = false;
  }

  #focus(index) {
    this.outline.focusOn(index);
    this.onChange();
  }
}
