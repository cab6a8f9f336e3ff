// What stands below the outline while there is a draft, so that no rule moves when it comes: what the checks found, how the draft does,
// and its way into force.

import { appliedRules, forgetApplied } from "./applied.js";
import { button, h, replace, setAttribute, setText } from "../parts/dom.js";
import { countFindings, drawFindings } from "./findings.js";
import { moment, plural } from "../parts/format.js";

export class DraftBar {
  /** @param {import("./rules.js").RulesView} page */
  constructor(page) {
    this.page = page;
    this.text = h("span", { id: "draft-text" });
    this.side = h("span", { class: "group", role: "group", "aria-label": "Show" },
      button("Draft", () => this.#show(false), { id: "show-draft" }),
      button("Active", () => this.#show(true), { id: "show-running" }));
    this.found = button("", () => this.#toggleFindings(), {
      id: "draft-findings", class: "button quiet", "aria-expanded": "true",
    });
    this.apply = button("Apply…", () => page.acts.apply(), { class: "button primary", id: "apply-open" });
    this.bar = h("div", { class: "bar plain draft-bar", id: "draft", hidden: true, role: "region", "aria-label": "Draft" },
      this.text, this.found, h("span", { class: "spring" }), this.side,
      button("Discard", () => this.#discard(), { id: "discard" }), this.apply);
    this.overtaken = h("div", { class: "bar", id: "overtaken", hidden: true, role: "alert" });
    this.lapsed = h("div", { class: "bar", id: "lapsed", hidden: true, role: "region", "aria-label": "Rules that went away" },
      h("span", {}, "Other rules than those you applied are in force."), h("span", { class: "spring" }),
      button("Edit mine again", () => this.#takeUp(), { id: "lapsed-take-up" }),
      button("Forget mine", () => this.#forget(), { id: "lapsed-forget" }));
    this.element = h("div", { class: "rules-foot" }, this.overtaken, this.lapsed, this.bar);
    // Messages stand above it.
    new ResizeObserver(([{ contentRect }]) => document.body.style.setProperty("--over", `${contentRect.height}px`)).observe(this.element);
    this.findings = h("section", { class: "findings-panel", id: "findings", hidden: true, "aria-label": "Findings" });
    /** Whether the list is to be seen; unless somebody said, it is for errors and warnings. */
    this.isOpen = null;
  }

  update() {
    const { page } = this;
    const { draft } = page;
    this.bar.hidden = !draft.isOpen;
    this.#tellOvertaken();
    const applied = appliedRules();
    this.lapsed.hidden = draft.isOpen || applied === null || applied.generation === page.running.generation;
    if (!draft.isOpen) return void (this.findings.hidden = true);
    const last = draft.past.at(-1)?.label ?? "taken up";
    setText(this.text, `Draft, not applied: ${plural(draft.past.length, "step")}, last ${last}.`);
    const [showDraft, showActive] = this.side.children;
    showDraft.setAttribute("aria-pressed", String(!page.showsActive));
    showActive.setAttribute("aria-pressed", String(page.showsActive));
    const { findings, findingRules } = draft.state;
    const isFaulty = findings.some((finding) => finding.severity === "error");
    setText(this.found, countFindings(findings) || "No findings");
    this.found.classList.toggle("problem", isFaulty);
    this.found.disabled = findings.length === 0;
    this.allowApply(page.context.live?.trial);
    this.findings.hidden = findings.length === 0 || !(this.isOpen ?? isWorthReading(findings)) || page.showsActive;
    this.found.setAttribute("aria-expanded", String(!this.findings.hidden));
    replace(this.findings, drawFindings(findings, findingRules, (number) => page.acts.reveal(number)));
  }

  /** While other rules are on trial, none can be applied. */
  allowApply(trial) {
    this.apply.disabled = this.page.overtakenBy !== null || Boolean(trial);
    setAttribute(this.apply, "title", trial ? "Other rules are on trial: keep them, or go back, first" : null);
  }

  /** Opens the list at the findings of a rule. */
  showFindings(number) {
    this.isOpen = true;
    this.findings.hidden = false;
    this.findings.querySelector(`[data-rule="${CSS.escape(number)}"]`)?.scrollIntoView({ block: "nearest" });
  }

  #toggleFindings() {
    this.isOpen = this.findings.hidden;
    this.findings.hidden = !this.isOpen;
    this.found.setAttribute("aria-expanded", String(this.isOpen));
  }

  #show(isActive) {
    this.page.showsActive = isActive;
    this.page.refresh();
  }

  #discard() {
    const { draft, acts } = this.page;
    const { text } = draft.state;
    draft.discard();
    acts.offerBack(text);
  }

  async #takeUp() {
    if (await this.page.acts.takeUp(appliedRules())) this.#forget();
  }

  #forget() {
    forgetApplied();
    this.update();
  }

  #tellOvertaken() {
    const { overtakenBy } = this.page;
    const wasHidden = this.overtaken.hidden;
    this.overtaken.hidden = overtakenBy === null;
    if (!overtakenBy || (!wasHidden && this.toldOf === overtakenBy.generation)) return;
    this.toldOf = overtakenBy.generation;
    const { appliedTime, name, generation } = overtakenBy;
    const { base } = this.page.draft;
    const hasLapsed = base.isOnTrial && generation === base.generation + 1;
    replace(this.overtaken,
      h("span", {}, hasLapsed ? "The trial has ended: the rules before are in force again. Your draft was made of those that went away."
        : `Other rules came into force at ${moment(appliedTime)}: ${name}, generation ${generation}. Your draft was made of others.`),
      h("span", { class: "spring" }),
      button("See theirs", () => this.#show(true), { id: "overtaken-see" }),
      button("Carry on with mine", () => this.#carryOn(), { id: "overtaken-carry-on" }),
      button("Take theirs", () => this.#discard(), { id: "overtaken-take" }));
  }

  /** From now on the draft is one of the rules that came in between; Apply shows the difference from those. */
  #carryOn() {
    const { page } = this;
    page.overtakenBy = null;
    page.draft.rebase(page.running);
  }
}

const isWorthReading = (findings) => findings.some((finding) => finding.severity !== "note");
