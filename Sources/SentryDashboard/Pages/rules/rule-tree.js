// The rules as a tree that can be opened, closed, searched and selected. Nodes stand in document order.

/**
 * @typedef {object} RuleNode
 * @property {string} number @property {string} name @property {boolean} enabled @property {string} property
 * @property {string} relation @property {string} value @property {string} action @property {string} parameter
 * @property {number} level 0 at the top
 * @property {number} parent index of the rule above, -1 at the top
 * @property {number} end index just past the last rule below it
 * @property {boolean} isOn it and all above are enabled
 * @property {boolean} open @property {boolean} selected
 * @property {number} slot its place in the counters of the rules in force, -1 without one
 * @property {boolean} [isChanged] it says something else than the rule in force
 * @property {object[]} findings
 */

const separator = "\u0000";

export class RuleTree {
  /** @param {object[]} rules the outline that the daemon tells */
  constructor(rules) {
    /** @type {RuleNode[]} */
    this.nodes = rules.map((rule) => (
      { ...rule, level: 0, parent: -1, end: 0, open: false, selected: false, slot: -1, findings: [] }));
    this.indexes = new Map(this.nodes.map((node, index) => [node.number, index]));
    this.nodes.forEach((node, index) => this.#place(node, index));
  }

  #place(node, index) {
    const above = node.number.lastIndexOf(".");
    node.parent = above < 0 ? -1 : this.indexes.get(node.number.slice(0, above)) ?? -1;
    node.level = node.parent < 0 ? 0 : this.nodes[node.parent].level + 1;
    node.isOn = node.enabled && (node.parent < 0 || this.nodes[node.parent].isOn);
    for (let each = index; each >= 0; each = this.nodes[each].parent) this.nodes[each].end = index + 1;
  }

  at(number) { return this.indexes.get(number) ?? -1; }
  hasChildren(index) { return this.nodes[index].end > index + 1; }
  get selected() { return this.nodes.filter((node) => node.selected); }

  /** The selected rules without those that another selected rule brings with it. */
  get selectedTops() {
    const tops = [];
    for (let index = 0; index < this.nodes.length; index = this.nodes[index].selected ? this.nodes[index].end : index + 1) {
      if (this.nodes[index].selected) tops.push(this.nodes[index].number);
    }
    return tops;
  }

  /** Opens all rules above this one. */
  reveal(index) {
    for (let each = this.nodes[index].parent; each >= 0; each = this.nodes[each].parent) this.nodes[each].open = true;
  }

  /** The counters' places, for the rules in force themselves. */
  numberSlots() { this.nodes.forEach((node, index) => { node.slot = index; }); }

  /** What to see of rules not seen before: all of a short document, the top levels of a long one. */
  openAtFirst() {
    for (const node of this.nodes) node.open = this.nodes.length <= 150 || (this.nodes.length <= 2000 && node.level === 0);
  }

  /** The siblings of a rule, in order, as indexes. */
  siblings(index) {
    const parent = this.nodes[index].parent;
    const all = [];
    let each = parent + 1;
    const end = parent < 0 ? this.nodes.length : this.nodes[parent].end;
    for (; each < end; each = this.nodes[each].end) all.push(each);
    return all;
  }

  /** Indexes of the rules to show: the open ones, or what a search finds with all that stands above. */
  visible(matches = null) {
    const { nodes } = this;
    const shown = [];
    if (matches) {
      const wanted = new Uint8Array(nodes.length);
      for (const found of matches) {
        for (let each = found; each >= 0 && !wanted[each]; each = nodes[each].parent) wanted[each] = 1;
      }
      wanted.forEach((isWanted, index) => isWanted && shown.push(index));
      return shown;
    }
    for (let index = 0; index < nodes.length; index = nodes[index].open ? index + 1 : nodes[index].end) {
      shown.push(index);
    }
    return shown;
  }

  /** The rules in which every word is found, as a set of indexes; `null` without words. */
  search(text) {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    if (!words.length) return null;
    const found = new Set();
    this.nodes.forEach((node, index) => {
      node.searched ??= [node.number, node.name, node.property, node.relation, node.value, node.action, node.parameter]
        .join(" ").toLowerCase();
      if (words.every((word) => node.searched.includes(word))) found.add(index);
    });
    return found;
  }

  /**
   * Goes through the rules that another tree has, too, and hands each with its other self to `take`. Rules are the same
   * if they say the same, or if just one was changed in its place.
   */
  carryOver(old, take) {
    const [before, after] = [old.nodes, this.nodes];
    const shortest = Math.min(before.length, after.length);
    let head = 0;
    while (head < shortest && signature(before[head]) === signature(after[head])) head += 1;
    let tail = 0;
    while (tail < shortest - head && signature(before.at(-1 - tail)) === signature(after.at(-1 - tail))) tail += 1;
    for (let index = 0; index < head; index += 1) take(after[index], before[index]);
    for (let index = 1; index <= tail; index += 1) take(after.at(-index), before.at(-index));
    const [oldMiddle, newMiddle] = [before.slice(head, before.length - tail), after.slice(head, after.length - tail)];
    if (oldMiddle.length === newMiddle.length && oldMiddle.every((node, index) => node.level === newMiddle[index].level)
      && isMostlySame(oldMiddle, newMiddle)) {
      newMiddle.forEach((node, index) => take(node, oldMiddle[index]));
    } else {
      matchUp(oldMiddle, newMiddle, take);
    }
  }
}

/** What a rule says, apart from where it stands and whether it is on. */
const signature = (node) =>
  [node.level, node.name, node.property, node.relation, node.value, node.action, node.parameter].join(separator);

const content = (node) => [node.name, node.property, node.relation, node.value, node.action, node.parameter].join(separator);

function isMostlySame(before, after) {
  return before.filter((node, index) => content(node) !== content(after[index])).length <= 1;
}

function matchUp(before, after, take) {
  const waiting = new Map();
  for (const node of before) {
    const key = content(node);
    if (waiting.has(key)) waiting.get(key).push(node);
    else waiting.set(key, [node]);
  }
  for (const node of after) {
    const match = waiting.get(content(node))?.shift();
    if (match) take(node, match);
  }
}

/** For `carryOver`: what a person had opened, selected and in focus. */
export function takeView(node, from) {
  node.hasFocus = from.hasFocus;
  node.open = from.open;
  node.selected = from.selected;
}

/** For `carryOver`: which rule in force it is, and whether it says something else. */
export function takeSlot(node, from) {
  node.slot = from.slot;
  node.isChanged = from.enabled !== node.enabled || content(from) !== content(node);
}
