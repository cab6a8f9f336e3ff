// What can be done to rules: by key, mouse, button and menu alike.

import { ApiError, get, getText } from "../api.js";
import { keepApplied } from "./applied.js";
import { CellEditor } from "./cell-edit.js";
import { complain, toast } from "../parts/dialog.js";
import { download } from "../parts/download.js";
import { openMenu } from "../parts/menu.js";
import { OvertakenError } from "./draft.js";
import { editRule } from "./rule-form.js";
import { plural } from "../parts/format.js";

/** What is seldom needed is fetched when it is. */
const applying = () => fetched(import("./apply.js"));
const ruleText = () => fetched(import("./rule-text.js"));

/** Browsers tell in words of their own that a script has not come. */
const fetched = (script) => script.catch(() => { throw new ApiError(0, "The daemon does not answer. Try again when it does."); });

const narrow = matchMedia("(max-width: 700px)");

export class RuleActs {
  /** @param {import("./rules.js").RulesView} page */
  constructor(page) {
    this.page = page;
    this.editor = new CellEditor(page.outline, {
      vocabulary: () => page.vocabulary,
      preview: (edits) => page.draft.preview(edits),
      generation: () => page.draft.base.generation,
      commit: (number, field, text, generation) =>
        this.#edit([{ set: { rule: number, field, text } }], `rule ${number} ${field}`, generation),
    });
  }

  canEdit() { return !(this.page.draft.isOpen && this.page.showsActive); }

  /** The numbers of the selected rules, those below a selected one left out; else the rule in focus. */
  get chosen() {
    const { tree, outline } = this.page;
    const tops = tree?.selectedTops ?? [];
    return tops.length ? tops : tree?.nodes[outline.focus] ? [tree.nodes[outline.focus].number] : [];
  }

  setOpen(index, isOpen, withAll = false) {
    const { tree } = this.page;
    const last = withAll ? tree.nodes[index].end : index + 1;
    for (let each = index; each < last; each += 1) tree.nodes[each].open = isOpen;
    this.page.arrange();
  }

  openAll(isOpen) {
    for (const node of this.page.tree.nodes) node.open = isOpen;
    this.page.arrange();
  }

  /** Shows a rule and selects it: the one with this number, unless another alone has the name that it had. */
  reveal(number, name = null) {
    const { tree, selection } = this.page;
    const isAsNamed = (node) => name === null || node?.name === name;
    const alike = isAsNamed(tree.nodes[tree.at(number)]) ? [] : tree.nodes.filter(isAsNamed);
    const found = alike.length === 1 ? alike[0].number : number;
    const index = selection.numbers([found]);
    if (index === undefined) return toast(`There is no rule ${number} ${name ?? ""} here.`.replace("  ", " "));
    if (found !== number) toast(`Rule ${number} ${name} is rule ${found} now.`);
    else if (!isAsNamed(tree.nodes[index])) toast(`Rule ${number} ${name} is not among these rules: this is rule ${number} now.`);
    this.page.arrange();
    this.page.outline.focusOn(index, { center: true });
  }

  /** Shows all rules again after a search. @returns {boolean} whether there was one */
  endSearch() {
    const { page } = this;
    if (!page.words) return false;
    page.bar.search.value = "";
    page.endSearch();
    return true;
  }

  showFindings(index) { this.page.draftBar.showFindings(this.page.tree.nodes[index].number); }

  /** Switches the selected rules, or the one whose box was used. */
  switchRules(index = this.page.outline.focus, isOn = undefined) {
    const { tree } = this.page;
    const node = tree.nodes[index];
    if (!node) return;
    const rules = node.selected ? tree.selected.map((each) => each.number) : [node.number];
    const enabled = isOn ?? !node.enabled;
    return this.#edit([{ switch: { rules, enabled } }], `${name(rules)} ${enabled ? "enabled" : "disabled"}`);
  }

  /** Edits a cell in its place; on a narrow screen the whole rule. */
  edit(index, field) {
    const node = this.page.tree.nodes[index];
    if (!node || !this.mayEdit()) return;
    if (narrow.matches) return this.editWhole(index);
    this.page.outline.focusOn(index);
    this.editor.start(index, field ?? (node.property === "Any" ? "property" : "value"));
  }

  async editWhole(index = this.page.outline.focus) {
    const node = this.page.tree.nodes[index];
    if (!node || !this.mayEdit()) return;
    const { generation } = this.page.draft.base;
    const edits = await editRule(node, { vocabulary: this.page.vocabulary, preview: (list) => this.page.draft.preview(list) });
    if (edits) await this.#edit(edits, `rule ${node.number} edited`, generation);
    this.page.outline.element.focus();
  }

  /** A new rule beside the one in focus, ready to be written. */
  async add(place) {
    const to = this.page.tree.nodes[this.page.outline.focus]?.number;
    const edits = [{ new: { to, place: to ? place : undefined } }, switchInserted];
    if (await this.#edit(edits, "new rule")) this.edit(this.page.outline.focus, "property");
  }

  remove() {
    const rules = this.chosen;
    if (rules.length) return this.#edit([{ delete: rules }], `${name(rules)} deleted`);
  }

  /** @returns {Promise<boolean>} whether they are on the clipboard */
  async copy() {
    const rules = this.chosen;
    let isCopied = false;
    await this.#run(async () => { isCopied = await (await ruleText()).copyRules(rules, this.page.shownText); });
    return isCopied;
  }

  async cut() {
    if (await this.copy()) return this.remove();
  }

  /** Asks for a text and a place. */
  async paste() {
    if (!this.mayEdit()) return;
    const to = this.chosen[0] ?? null;
    const { generation } = this.page.draft.base;
    let wanted = null;
    await this.#run(async () => { wanted = await (await ruleText()).askForRules(to); });
    if (wanted) await this.pasteText(wanted.snippet, to, wanted.place, generation);
    this.page.outline.element.focus();
  }

  pasteText(snippet, to, place, generation) {
    const target = to ? { to, place } : {};
    return this.#edit([{ paste: { snippet, ...target } }], to ? `rules pasted ${place} ${to}` : "rules pasted", generation);
  }

  move(to, place) {
    const rules = this.chosen;
    return this.#edit([{ move: { rules, to, place } }], `${name(rules)} moved`);
  }

  /** Moves the selected rules one place up or down, out of the rule above or into the one before. */
  shift(direction) {
    const { tree } = this.page;
    const index = tree.at(this.chosen[0]);
    if (index < 0) return;
    const siblings = tree.siblings(index);
    const last = siblings.indexOf(tree.at(this.chosen.at(-1)));
    const before = siblings[siblings.indexOf(index) - 1];
    const after = siblings[(last < 0 ? siblings.indexOf(index) : last) + 1];
    const number = (each) => tree.nodes[each].number;
    if (direction === "up" && before !== undefined) return this.move(number(before), "before");
    if (direction === "down" && after !== undefined) return this.move(number(after), "after");
    if (direction === "out" && tree.nodes[index].parent >= 0) return this.move(number(tree.nodes[index].parent), "after");
    if (direction !== "in" || before === undefined) return;
    tree.nodes[before].open = true;
    if (!tree.hasChildren(before)) return this.move(number(before), "into");
    return this.move(number(tree.siblings(before + 1).at(-1)), "after");
  }

  undo() { return this.page.draft.undo().catch(complain); }
  redo() { return this.page.draft.redo().catch(complain); }

  /** Puts the draft in force, if the person agrees. */
  async apply() {
    const { page } = this;
    try {
      await page.draft.settled();
      const { text } = page.draft.state;
      const outcome = await (await applying()).applyDraft(page.draft);
      if (outcome === "applied" || outcome === "on trial") {
        page.draft.discard();
        await page.load();
        if (outcome === "on trial") keepApplied(text, page.running.generation);
        page.context.refresh();
      } else if (outcome === "overtaken") {
        await page.load();
        page.noticeOvertaken();
      }
      page.refresh();
    } catch (error) {
      complain(error);
    }
  }

  /** Makes a draft again of a text that was given up, or did not stay in force. @returns {Promise<boolean>} */
  takeUp({ text }) { return this.#run(() => this.page.draft.replace(text, "rules taken up again")); }

  /** After a draft was given up: one way back. */
  offerBack(text) {
    toast("The draft is discarded.", "plain", { label: "Undo", run: () => this.takeUp({ text }) });
  }

  /** The rules in force: beside a draft, or their text. */
  async showActive() {
    if (this.page.draft.isOpen) {
      this.page.showsActive = true;
      return this.page.refresh();
    }
    return this.#run(async () => (await ruleText()).showText("The rules in force", (await get("/v1/rules")).text));
  }

  /** Puts the document that sentry comes with in the place of the draft. */
  defaults() {
    return this.#run(async () => this.page.draft.replace(await getText("/v1/rules/default"), "the default document"));
  }

  /** Puts a document from a file in the place of the draft. */
  openFile(file) { return this.#run(async () => this.page.draft.replace(await file.text(), `document ${file.name}`)); }

  /** Hands out what is shown as a file. */
  async exportText() {
    return this.#run(async () => {
      const text = this.page.shownText ?? (await get("/v1/rules")).text;
      const base = this.page.running.name.split("/").at(-1).replace(/[^\w.-]+/g, "-").replace(/\.\w+$/, "") || "rules";
      download(`${base}.plist`, text);
    });
  }

  /** The menu of a rule. */
  menu(index, place = null) {
    const row = this.page.outline.row(index);
    if (row) openMenu(this.page.outline.element, this.page.bar.ruleMenu(), place ?? belowRow(row.element));
  }

  /** Says so, if what is shown is not to be edited. */
  mayEdit() {
    if (this.canEdit()) return true;
    toast("These are the rules in force. Show the draft to edit.");
    return false;
  }

  /** Does edits to the draft, and selects what came in. @returns {Promise<boolean>} */
  async #edit(edits, label, generation) {
    if (!this.mayEdit()) return this.page.refresh(), false;
    return this.#run(async () => {
      const reply = await this.page.draft.edit(edits, label, generation);
      const inserted = reply.inserted ?? [];
      const index = this.page.selection.numbers(inserted);
      if (index === undefined) return;
      this.page.arrange();
      this.page.outline.focusOn(index);
      if (!edits[0].paste) return;
      const undo = { label: "Undo", run: () => this.undo() };
      toast(`${plural(inserted.length, "rule")} pasted as ${inserted.join(", ")}.`, "good", undo);
    });
  }

  async #run(work) {
    try {
      await work();
      return true;
    } catch (error) {
      complain(error);
      if (error instanceof OvertakenError) await this.page.followGeneration().catch(complain);
      else this.page.refresh();
      return false;
    }
  }
}

const switchInserted = (reply) => ({ switch: { rules: reply.inserted, enabled: true } });

const name = (rules) => (rules.length === 1 ? `rule ${rules[0]}` : `${rules.length} rules`);

function belowRow(element) {
  const box = element.getBoundingClientRect();
  return { x: box.left + 40, y: box.bottom };
}
