// The page of the rules: outline, live figures, search, the draft and its way into force, and Why?.

import { get } from "../api.js";
import { Counters } from "./counters.js";
import { complain } from "../parts/dialog.js";
import { debounce, h, setText } from "../parts/dom.js";
import { Draft } from "./draft.js";
import { DraftBar } from "./draft-bar.js";
import { attachFindings } from "./findings.js";
import { listenToKeys } from "./outline-keys.js";
import { listenToMouse } from "./outline-mouse.js";
import { Outline } from "./outline.js";
import { listenToPage } from "./page-keys.js";
import { RuleActs } from "./rule-acts.js";
import { RuleTree, takeSlot, takeView } from "./rule-tree.js";
import { RulesBar } from "./rules-bar.js";
import { Selection } from "./selection.js";
import { Vocabulary } from "./vocabulary.js";
import { Why } from "./why.js";

/** The draft outlives the view, with all its steps. */
const draft = new Draft();

export async function mount(root, context, page) {
  const view = new RulesView(root, context);
  try {
    await view.load();
    await view.draft.restore();
  } catch (error) {
    view.unmount();
    throw error;
  }
  view.noticeOvertaken();
  view.refresh();
  view.navigate(page);
  view.outline.element.focus({ preventScroll: true });
  requestAnimationFrame(() => performance.mark("rules shown"));
  return view;
}

/** Everything on the page. Parts know it as their `page`. */
export class RulesView {
  constructor(root, context) {
    this.context = context;
    this.draft = draft;
    draft.onChange = () => this.#draftChanged();
    this.statistic = remembered("sentry.statistic", "matches");
    this.words = "";
    this.matches = null;
    this.onlyPath = false;
    /** The rules in force are looked at although there is a draft. */
    this.showsActive = false;
    /** The generation that overtook the draft, until the person says how to go on. */
    this.overtakenBy = null;
    this.vocabulary = new Vocabulary({});
    this.outline = new Outline({ look: (index) => this.#look(index), onStatistic: (kind) => this.showStatistic(kind) });
    this.selection = new Selection(this.outline, () => this.bar.update());
    this.why = new Why({
      draftText: () => this.shownText,
      onAsk: (packet) => context.go("why", { packet }),
      onPath: () => this.#showPath(),
      onClose: () => {
        this.onlyPath = false;
        context.go("rules");
        this.#showPath();
      },
    });
    this.nothing = h("p", { class: "outline-empty", id: "outline-empty", role: "status" });
    this.acts = new RuleActs(this);
    this.bar = new RulesBar(this);
    this.draftBar = new DraftBar(this);
    listenToKeys(this.outline, this.selection, this.acts);
    listenToMouse(this.outline, this.selection, this.acts);
    this.stopListening = listenToPage(this.acts);
    root.append(h("h1", { class: "hidden-label" }, "Rules"), this.bar.element, this.why.element,
      h("div", { class: "outline-frame" }, this.outline.element, this.nothing), this.draftBar.findings, this.draftBar.element);
    this.search = debounce(80, (words) => this.#search(words));
    Vocabulary.load().then((words) => { this.vocabulary = words; }).catch(complain);
  }

  /** Asks for the rules in force; `event`: of the live feed, which tells of them already. */
  async load(event = null) {
    this.isLoading = true;
    this.missed = event ? [event] : [];
    try {
      const reply = await get("/v1/rules/outline");
      this.running = { ...reply.document, fingerprint: reply.fingerprint };
      this.rules = reply.rules;
      this.counters = new Counters(reply.counters);
      const { generation } = this.running;
      for (const event of this.missed) if (event.generation === generation) this.counters.catchUp(event.rules ?? []);
      this.runningTree = new RuleTree(reply.rules);
      this.runningTree.numberSlots();
      this.draft.standOn(this.running);
    } finally {
      this.isLoading = false;
    }
  }

  /** Whether other rules are in force than those the draft was made of. */
  noticeOvertaken() {
    const { draft, running } = this;
    if (!draft.isOpen) return false;
    const isSame = running.fingerprint === (draft.base.fingerprint ?? running.fingerprint);
    const isOvertaken = !isSame || (draft.base.fingerprint === undefined && running.generation !== draft.base.generation);
    if (!isOvertaken && running.generation !== draft.base.generation) draft.follow(running);
    this.overtakenBy = isOvertaken ? running : null;
    return isOvertaken;
  }

  get showsDraft() { return this.draft.isOpen && !this.showsActive; }
  /** The text of what is shown, nothing for the rules in force. */
  get shownText() { return this.showsDraft ? this.draft.state.text : undefined; }

  /** Builds the tree anew from the draft or the rules in force, and draws all. */
  refresh() {
    const tree = new RuleTree(this.showsDraft ? this.draft.state.rules : this.rules);
    tree.carryOver(this.runningTree, takeSlot);
    tree.openAtFirst();
    if (this.tree) this.#keepView(tree);
    if (this.showsDraft) attachFindings(tree, this.draft.state.findings, this.draft.state.findingRules);
    this.tree = tree;
    this.matches = this.tree.search(this.words);
    this.arrange();
  }

  /** Draws the rules that are to be seen: open, found, or on the packet's way. */
  arrange() {
    const wanted = this.onlyPath && this.why.path ? this.#pathIndexes() : this.matches;
    this.outline.showStatistic(this.statistic, this.why.path !== null);
    this.outline.element.classList.toggle("explains", this.why.path !== null);
    this.outline.show(this.tree, this.tree.visible(wanted));
    setText(this.nothing, this.#nothingShown());
    this.bar.update();
    this.draftBar.update();
  }

  /** Takes an event of the live feed. */
  update(event) {
    if (this.isLoading) this.missed.push(event);
    if (this.isLoading || !this.running) return;
    this.draftBar.allowApply(event.trial);
    if (event.generation !== this.running.generation) return void this.followGeneration(event).catch(complain);
    this.counters.receive(event.rules ?? []);
    this.draft.noteTrial(event.generation, Boolean(event.trial));
    if (this.why.path) return;
    this.outline.drawFigures((index) => this.#figures(index), (index) => this.counters.fresh.has(this.tree.nodes[index].slot));
  }

  navigate({ view, rule, name, packet, logged, was }) {
    if (view === "why") return packet ? this.why.explain(packet, { packet, rule: logged, was }) : this.why.open();
    if (rule) this.acts.reveal(rule, name);
  }

  unmount() {
    this.isGone = true;
    this.outline.unmount();
    this.stopListening();
    this.acts.editor.cancel();
  }

  showStatistic(kind) {
    this.statistic = kind;
    try {
      localStorage.setItem("sentry.statistic", kind);
    } catch {
      // It holds until the page is closed.
    }
    this.arrange();
  }

  /** Other rules are in force than those shown; `event` has told so. */
  async followGeneration(event = null) {
    await this.load(event);
    if (!this.draft.isOpen) this.acts.editor.giveUp("Other rules came into force");
    this.noticeOvertaken();
    this.refresh();
  }

  #draftChanged() {
    if (this.isGone) return;
    this.showsActive = false;
    this.overtakenBy = null;
    if (!this.noticeOvertaken()) this.draft.standOn(this.running);
    if (this.why.path) this.why.explain(this.why.input.value);
    this.refresh();
  }

  /** Shows all rules, with the one in focus in sight. */
  endSearch() {
    this.search.cancel();
    this.words = "";
    this.matches = null;
    if (this.outline.focus >= 0) this.tree.reveal(this.outline.focus);
    this.arrange();
    this.outline.focusOn(this.outline.focus, { center: true });
  }

  #search(words) {
    this.words = words;
    this.matches = this.tree.search(words);
    this.arrange();
    const first = this.matches?.values().next().value;
    if (first !== undefined) this.selection.only(first);
  }

  #showPath() {
    const index = this.why.decider ? this.tree.at(this.why.decider) : -1;
    for (const each of this.#pathIndexes()) this.tree.reveal(each);
    this.arrange();
    if (index >= 0) this.outline.focusOn(index, { center: true });
  }

  #nothingShown() {
    if (this.outline.shown.length) return "";
    if (this.words) return "No rule has all these words.";
    if (this.tree.nodes.length) return "No rule was asked.";
    return "There are no rules: every packet passes. Begin with New, or paste some.";
  }

  #keepView(tree) {
    const { outline } = this;
    for (const [index, node] of this.tree.nodes.entries()) node.hasFocus = index === outline.focus;
    tree.carryOver(this.tree, takeView);
    const focus = tree.nodes.findIndex((node) => node.hasFocus);
    outline.focus = focus >= 0 ? focus : Math.min(outline.focus, tree.nodes.length - 1);
  }

  /** The rules that the explained packet met. */
  #pathIndexes() {
    const numbers = [...(this.why.path?.keys() ?? [])];
    return new Set(numbers.map((number) => this.tree.at(number)).filter((index) => index >= 0));
  }

  #figures(index) {
    const node = this.tree.nodes[index];
    if (this.why.path) return this.why.seen(node.number);
    return this.statistic === "parameter" ? [node.parameter, ""] : this.counters.text(this.statistic, node.slot);
  }

  #look(index) {
    const node = this.tree.nodes[index];
    return {
      hasChildren: this.tree.hasChildren(index),
      isOpen: this.matches !== null || this.onlyPath || node.open,
      isAside: this.matches !== null && !this.matches.has(index),
      isFresh: !this.why.path && this.counters.fresh.has(node.slot),
      isNew: this.showsDraft && (node.slot < 0 || node.isChanged),
      isFixed: !this.acts.canEdit(),
      path: this.why.look(node.number),
      figures: this.#figures(index),
    };
  }
}

function remembered(key, otherwise) {
  try {
    return localStorage.getItem(key) ?? otherwise;
  } catch {
    return otherwise;
  }
}
