// The draft: what a person has made of the rules in force, not applied yet. Each step can be undone.

import { post } from "../api.js";
import { keep, keptDraft, readKept } from "../parts/kept.js";

const stepLimit = 200;

/** An edit that was not done, with its reason. */
export class EditError extends Error {}

/** An edit that was meant for rules that are no longer in force. */
export class OvertakenError extends EditError {
  constructor() {
    super("Other rules came into force meanwhile. Nothing was changed: look at them first.");
  }
}

/**
 * @typedef {{text: string, rules: object[], findings: object[], findingRules: (string|null)[], inserted?: string[]}}
 *   DraftState the daemon's reply to an edit
 */

export class Draft {
  constructor() {
    /** Called after each step, forwards or back. */
    this.onChange = () => {};
    /** @type {DraftState|null} `null` while nothing differs from the rules in force */
    this.state = null;
    /** Of the rules that the draft was made of: generation, name, fingerprint, and whether they were on trial when they were last seen. */
    this.base = { generation: 0, name: "document" };
    this.past = [];
    this.future = [];
    this.queue = Promise.resolve();
    /** Counts discarded drafts: what was begun before the last of them comes to nothing. */
    this.discarded = 0;
  }

  get isOpen() { return this.state !== null; }
  get canUndo() { return this.past.length > 0; }
  get canRedo() { return this.future.length > 0; }

  /** The rules in force, of which the first step makes a draft. */
  standOn(document) {
    if (!this.isOpen) this.base = baseOf(document);
  }

  /** Learns whether the rules in force are on trial. */
  noteTrial(generation, isOnTrial) {
    if (this.base.generation === generation && this.base.isOnTrial !== isOnTrial) this.base = { ...this.base, isOnTrial };
  }

  /** The rules that it was made of are in force under another generation: the daemon was started again, or somebody went back. */
  follow(document) {
    this.#setBase(baseOf(document));
    this.#keep();
  }

  /** Takes other rules in force as those that the draft, and what Undo and Redo lead to, will replace. */
  rebase(document) {
    this.#setBase(baseOf(document));
    this.#changed();
  }

  /** What would come of edits. @returns {Promise<object|null>} the daemon's last reply; nothing is kept */
  async preview(edits) {
    let reply = null;
    for (const edit of edits) {
      reply = await post("/v1/drafts", { name: this.base.name, text: reply?.text ?? this.state?.text, edit });
      if (reply.editError) return reply;
    }
    return reply;
  }

  /**
   * Does edits, one after the other, as one step.
   * @param {(object|((before: object) => object))[]} edits in the daemon's form, `{set: …}`, `{paste: …}`, or made from
   *   the reply to the edit before
   * @param {string} label what is done, for Undo
   * @param {number} generation that of the rules whose numbers the edits have
   * @returns {Promise<object>} the new state, `{}` if the draft was discarded meanwhile
   * @throws {EditError|import("../api.js").ApiError} and nothing has changed
   */
  edit(edits, label, generation = this.base.generation) {
    return this.#inTurn(async (isWanted) => {
      let state = this.state;
      let inserted;
      for (const each of edits) {
        const edit = typeof each === "function" ? each(state) : each;
        const reply = await post("/v1/drafts", { name: this.base.name, text: state?.text, edit });
        if (reply.editError) throw new EditError(refusal(reply));
        if (!state && generation !== reply.generation) throw new OvertakenError();
        inserted = reply.inserted?.length ? reply.inserted : inserted;
        state = { ...reply, inserted };
      }
      if (!isWanted()) return {};
      if (!this.state) this.base = { ...this.base, generation };
      this.#step(state, label);
      return state;
    });
  }

  /** Puts another document in the place of the draft. */
  replace(text, label) {
    return this.#inTurn(async (isWanted) => {
      const state = await post("/v1/drafts", { name: this.base.name, text });
      if (isWanted()) this.#step(state, label);
    });
  }

  undo() { return this.#inTurn(() => this.#walk(this.past, this.future)); }
  redo() { return this.#inTurn(() => this.#walk(this.future, this.past)); }

  /** Ends when all that was begun is done. */
  settled() { return this.queue; }

  /** Forgets all of it, and what is under way. */
  discard() {
    this.discarded += 1;
    this.state = null;
    this.past = [];
    this.future = [];
    this.#changed();
  }

  /** What was done, in a few words, for the list of documents that were in force. */
  get summary() {
    const labels = this.past.map((step) => step.label);
    return labels.length > 3 ? `${labels.slice(0, 3).join(", ")} and ${labels.length - 3} more` : labels.join(", ");
  }

  /**
   * Takes up the draft that this browser tab had before it was loaded again.
   * @throws {import("../api.js").ApiError} if the daemon does not read it now; it is kept
   */
  async restore() {
    const kept = this.isOpen ? null : readKept(keptDraft);
    if (!kept) return;
    const state = await post("/v1/drafts", { name: kept.base?.name, text: kept.text }).catch((error) => {
      // What is refused as it stands will never be read.
      if ([0, 401, 429].includes(error.status) || error.status >= 500) throw error;
      return null;
    });
    if (!state || this.isOpen) return;
    this.base = kept.base;
    this.state = state;
    this.past = [{ state: null, base: kept.base, label: kept.label || "edits" }];
  }

  #inTurn(work) {
    const { discarded } = this;
    const isWanted = () => discarded === this.discarded;
    const result = this.queue.then(() => (isWanted() ? work(isWanted) : {}));
    this.queue = result.catch(() => {});
    return result;
  }

  #step(state, label) {
    this.past.push({ state: this.state, base: this.base, label });
    if (this.past.length > stepLimit) this.past.shift();
    this.future = [];
    this.state = state;
    this.#changed();
  }

  #walk(from, to) {
    const step = from.pop();
    if (!step) return;
    to.push({ state: this.state, base: this.base, label: step.label });
    this.state = step.state;
    if (step.state) this.base = step.base;
    this.#changed();
  }

  #setBase(base) {
    this.base = base;
    for (const step of [...this.past, ...this.future]) step.base = base;
  }

  #changed() {
    this.#keep();
    this.onChange();
  }

  #keep() {
    keep(keptDraft, this.state && { text: this.state.text, base: this.base, label: this.summary });
  }
}

const baseOf = ({ generation, name, fingerprint }) => ({ generation, name, fingerprint });

function refusal(reply) {
  const more = (reply.editFindings ?? []).map((finding) => finding.message);
  return [reply.editError, ...more.filter((text) => !reply.editError.includes(text))].join(" ");
}
