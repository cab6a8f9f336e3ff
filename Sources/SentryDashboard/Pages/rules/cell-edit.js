// Editing one cell of the outline in its place, with suggestions, and with what the checks say to it while one types.

import { toast } from "../parts/dialog.js";
import { debounce, h } from "../parts/dom.js";
import { showVerdict } from "./rule-form.js";
import { suggestField } from "./suggest.js";

const order = ["name", "property", "relation", "value", "action", "parameter"];

export class CellEditor {
  /**
   * @param {import("./outline.js").Outline} outline
   * @param {{vocabulary: () => import("./vocabulary.js").Vocabulary, preview: (edits: object[]) => Promise<object>,
   *   generation: () => number, commit: (number: string, field: string, text: string, generation: number) => Promise<boolean>}}
   *   owner `generation`: of the rules that the numbers belong to
   */
  constructor(outline, owner) {
    this.outline = outline;
    this.owner = owner;
    this.open = null;
    /** Counts previews: only the newest is shown. */
    this.turn = 0;
    outline.element.addEventListener("scroll", () => this.#follow(), { passive: true });
  }

  /** Opens a cell, with what was typed there before. */
  start(index, field, typed = null) {
    this.cancel();
    const node = this.outline.tree.nodes[index];
    const row = this.outline.row(index);
    const anchor = field === "parameter" ? row?.stat : field === "name" ? row?.name : row?.cells[field];
    if (!node || !anchor) return;
    const vocabulary = this.owner.vocabulary();
    const verdict = h("div", { class: "edit-verdict", role: "status" });
    const preview = debounce(250, (text) => this.#preview(node, field, text, verdict));
    const combo = suggestField({
      label: `${field} of rule ${node.number}`, value: node[field], id: "cell-field",
      choices: (typed) => vocabulary.choices(field, node, typed), hint: () => vocabulary.hint(field, node), onInput: preview,
    });
    const element = h("div", { class: "cell-editor", id: "cell-editor" }, combo.element, verdict);
    this.open = { index, node, field, element, combo, anchor, preview, generation: this.owner.generation() };
    this.outline.element.parentElement.append(element);
    this.#follow();
    combo.input.addEventListener("keydown", (event) => this.#key(event));
    combo.input.addEventListener("blur", () => this.open?.element === element && this.finish());
    combo.input.focus();
    combo.input.select();
    if (typed === null) return;
    combo.input.value = typed;
    preview(typed);
  }

  /** Keeps what was typed; what could not be taken stands there again, unless its rule may be another one now. */
  async #finishOrReopen() {
    const { index, node, field, combo, generation } = this.open;
    const typed = combo.input.value;
    const wasTaken = await this.finish();
    const isSame = generation === this.owner.generation() && this.outline.tree.nodes[index]?.number === node.number;
    if (!wasTaken && isSame) this.start(index, field, typed);
    return wasTaken;
  }

  /** Closes the cell and forgets what was typed. */
  cancel() {
    if (!this.open) return;
    const { element, combo, preview } = this.open;
    this.open = null;
    preview.cancel();
    combo.close();
    element.remove();
  }

  /** Closes the cell because its rule may be another one now, and says what was typed in vain. */
  giveUp(reason) {
    if (!this.open) return;
    const { node, field, combo } = this.open;
    const text = combo.input.value.trim();
    this.cancel();
    const lost = text === node[field] ? "" : ` “${text}” was not taken.`;
    toast(`${reason}: the ${field} of rule ${node.number} is no longer edited.${lost}`);
    this.outline.element.focus();
  }

  /** Closes the cell and keeps what was typed. @returns {Promise<boolean>} whether it was taken */
  async finish() {
    if (!this.open) return true;
    const { node, field, combo, generation } = this.open;
    const text = combo.input.value.trim();
    this.cancel();
    return text === node[field] || this.owner.commit(node.number, field, text, generation);
  }

  async #key(event) {
    const { index, field } = this.open;
    if (event.key === "Escape") {
      event.preventDefault();
      this.cancel();
      this.outline.element.focus();
    } else if (event.key === "Enter") {
      event.preventDefault();
      await this.#finishOrReopen();
      if (!this.open) this.outline.element.focus();
    } else if (event.key === "Tab") {
      event.preventDefault();
      const next = this.#neighbour(field, event.shiftKey ? -1 : 1);
      const wasTaken = await this.#finishOrReopen();
      if (wasTaken && next) this.start(index, next);
      else if (!this.open) this.outline.element.focus();
    }
  }

  #neighbour(field, step) {
    const hasParameter = this.outline.element.dataset.statistic === "parameter";
    const fields = hasParameter ? order : order.slice(0, -1);
    return fields[fields.indexOf(field) + step];
  }

  #follow() {
    if (!this.open) return;
    const { anchor, element, index, combo } = this.open;
    const whole = this.outline.element.getBoundingClientRect();
    const place = anchor.getBoundingClientRect();
    const isGone = this.outline.row(index) === undefined || place.bottom < whole.top + 20 || place.top > whole.bottom;
    if (isGone) return void this.finish();
    combo.close();
    element.style.top = `${place.top - whole.top}px`;
    element.style.left = `${place.left - whole.left}px`;
    element.style.width = `${Math.max(place.width, 150)}px`;
    element.style.height = `${place.height}px`;
  }

  async #preview(node, field, text, verdict) {
    this.turn += 1;
    const { turn, open } = this;
    const isStale = () => turn !== this.turn || open !== this.open;
    try {
      const reply = await this.owner.preview([{ set: { rule: node.number, field, text } }]);
      if (!isStale()) this.open.combo.input.classList.toggle("wrong", showVerdict(verdict, reply, node.number));
    } catch (error) {
      if (!isStale()) verdict.textContent = error.message;
    }
  }
}
