// The tool bar above the outline.

import { button, h, setText } from "../parts/dom.js";
import { openDialog } from "../parts/dialog.js";
import { count, plural } from "../parts/format.js";
import { menuButton } from "../parts/menu.js";

export class RulesBar {
  /** @param {import("./rules.js").RulesView} page */
  constructor(page) {
    this.page = page;
    const { acts } = page;
    this.search = h("input", {
      type: "search", class: "field search", id: "search", placeholder: "Search the rules",
      "aria-label": "Search the rules", spellcheck: "false",
    });
    this.search.addEventListener("input", () => page.search(this.search.value));
    this.search.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" || event.key === "Enter") page.outline.element.focus();
      if (event.key === "Escape" && acts.endSearch()) page.outline.element.focus();
    });
    this.count = h("span", { class: "muted rule-count", id: "rule-count", role: "status" });
    const tool = (id, label, run, title, properties = {}) => button(label, run, { id, title, ...properties });
    const roomy = { class: "button roomy" };
    this.tools = {
      add: tool("rule-new", "New", () => acts.add("after"), "A new rule after this one (Ctrl Enter)"),
      edit: tool("rule-edit", "Edit", () => acts.editWhole(), "All fields of the rule (Enter edits one in its place)"),
      remove: tool("rule-delete", "Delete", () => acts.remove(), "Delete (Del)", roomy),
      copy: tool("rule-copy", "Copy", () => acts.copy(), "Copy the selected rules as text (Ctrl C)", roomy),
      paste: tool("rule-paste", "Paste", () => acts.paste(), "Paste rules before, after or into this one", roomy),
      undo: tool("undo", "Undo", () => acts.undo(), "Undo (Ctrl Z)", roomy),
      redo: tool("redo", "Redo", () => acts.redo(), "Redo (Ctrl ⇧ Z)", roomy),
    };
    this.onlyPath = button("Only its way", () => this.#togglePath(), { id: "only-path", "aria-pressed": "false", hidden: true });
    this.file = h("input", { type: "file", hidden: true, "aria-label": "A document", accept: ".plist,.nsy,.txt,.xml" });
    this.file.addEventListener("change", () => {
      if (this.file.files[0]) acts.openFile(this.file.files[0]);
      this.file.value = "";
    });
    const { add, edit, remove, copy, paste, undo, redo } = this.tools;
    this.element = h("div", { class: "toolbar rules-bar", role: "toolbar", "aria-label": "Rules" },
      this.search, this.count, h("span", { class: "spring" }),
      h("span", { class: "group" }, add, edit, remove),
      h("span", { class: "group roomy" }, copy, paste),
      h("span", { class: "group roomy" }, undo, redo),
      this.onlyPath,
      tool("why-open", "Why?", () => page.context.go("why"), "What becomes of a packet, and why"),
      menuButton("More", () => this.#more(), { id: "rules-more" }), this.file);
  }

  /** The menu of a rule. */
  ruleMenu() {
    const { acts, draft } = this.page;
    const isFixed = !acts.canEdit();
    return [
      { label: "Edit…", run: () => acts.editWhole(), key: "Enter", disabled: isFixed },
      { label: "Switch on or off", run: () => acts.switchRules(), key: "Space", disabled: isFixed },
      { label: "New rule after", run: () => acts.add("after"), key: "Ctrl Enter", disabled: isFixed },
      { label: "New rule into", run: () => acts.add("into"), key: "Ctrl ⇧ Enter", disabled: isFixed },
      { label: "Copy as text", run: () => acts.copy(), key: "Ctrl C" },
      { label: "Cut", run: () => acts.cut(), key: "Ctrl X", disabled: isFixed },
      { label: "Paste…", run: () => acts.paste(), key: "Ctrl V", disabled: isFixed },
      { label: "Move up", run: () => acts.shift("up"), key: "Alt ↑", disabled: isFixed },
      { label: "Move down", run: () => acts.shift("down"), key: "Alt ↓", disabled: isFixed },
      { label: "Move out", run: () => acts.shift("out"), key: "Alt ←", disabled: isFixed },
      { label: "Move in", run: () => acts.shift("in"), key: "Alt →", disabled: isFixed },
      { label: "Delete", run: () => acts.remove(), key: "Del", disabled: isFixed },
      { label: "Undo", run: () => acts.undo(), key: "Ctrl Z", disabled: !draft.canUndo },
      { label: "Its log", run: () => this.page.context.go("log", { rule: acts.chosen[0] }) },
    ];
  }

  update() {
    const { page } = this;
    const { tree, draft, acts } = page;
    if (!tree) return;
    const number = tree.selected.length;
    const whole = plural(tree.nodes.length, "rule");
    const found = page.matches ? `${count(page.matches.size)} of ${whole}` : whole;
    setText(this.count, number > 1 ? `${found}, ${count(number)} selected` : found);
    const isFixed = !acts.canEdit();
    const { add, edit, remove, paste, undo, redo } = this.tools;
    for (const tool of [add, edit, remove, paste]) tool.disabled = isFixed;
    undo.disabled = !draft.canUndo;
    redo.disabled = !draft.canRedo;
    undo.title = draft.canUndo ? `Undo: ${draft.past.at(-1).label} (Ctrl Z)` : "Nothing to undo";
    redo.title = draft.canRedo ? `Redo: ${draft.future.at(-1).label} (Ctrl ⇧ Z)` : "Nothing to redo";
    this.onlyPath.hidden = page.why.path === null;
    this.onlyPath.setAttribute("aria-pressed", String(page.onlyPath));
  }

  #togglePath() {
    this.page.onlyPath = !this.page.onlyPath;
    this.page.arrange();
  }

  #more() {
    const { acts, draft } = this.page;
    const isFixed = !acts.canEdit();
    const crowded = matchMedia("(max-width: 980px)").matches ? [
      { label: "Copy as text", run: () => acts.copy() },
      { label: "Paste…", run: () => acts.paste(), disabled: isFixed },
      { label: "Move up", run: () => acts.shift("up"), disabled: isFixed, id: "more-up" },
      { label: "Move down", run: () => acts.shift("down"), disabled: isFixed, id: "more-down" },
      { label: "Delete", run: () => acts.remove(), disabled: isFixed, id: "more-delete" },
      { label: "Undo", run: () => acts.undo(), disabled: !draft.canUndo },
      { label: "Redo", run: () => acts.redo(), disabled: !draft.canRedo },
    ] : [];
    return [
      ...crowded,
      { label: "Open all", run: () => acts.openAll(true) },
      { label: "Close all", run: () => acts.openAll(false) },
      { label: "Show active", run: () => acts.showActive(), id: "show-active" },
      { label: "Export as text", run: () => acts.exportText(), id: "export" },
      { label: "Open a document…", run: () => this.file.click(), id: "open-document" },
      { label: "Default rules", run: () => acts.defaults(), id: "defaults" },
      { label: "Keys", run: showKeys, id: "keys" },
    ];
  }
}

const keys = [
  ["↑ ↓ Page Home End", "walk"],
  ["← →", "close and open, or go up and down"],
  ["letters", "go to the rule with that name or number"],
  ["⇧ or Ctrl with these", "select several"],
  ["Space", "switch on or off"],
  ["Enter", "edit; Tab goes to the next cell, Esc gives up"],
  ["Ctrl Enter, Ctrl ⇧ Enter", "new rule after, or into"],
  ["Del", "delete"],
  ["Ctrl C, X, V", "copy, cut, paste as text"],
  ["Alt ↑ ↓ ← →", "move up, down, out, in"],
  ["Ctrl Z, Ctrl ⇧ Z", "undo, redo"],
  ["Ctrl F, Esc", "search, show all again"],
  ["*", "open all below"],
  ["⇧ F10", "menu"],
];

function showKeys() {
  openDialog({
    title: "Keys in the outline",
    body: h("dl", { class: "facts" }, keys.map(([key, what]) => [h("dt", {}, key), h("dd", {}, what)])),
    buttons: [{ label: "Close", value: null, kind: "primary" }],
  });
}
