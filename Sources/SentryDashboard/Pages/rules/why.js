// Why?: what becomes of one packet, drawn on the outline as the way that it took.

import { post } from "../api.js";
import { button, h, replace } from "../parts/dom.js";
import { ruleNumber } from "../parts/links.js";
import { finalVerdicts, verdictLabels } from "../parts/verdicts.js";

/**
 * @typedef {object} PathStep
 * @property {boolean} matched @property {string|null} seen what the rule saw in the packet
 * @property {boolean} decides @property {string[]} effects
 */

export class Why {
  /**
   * @param {{draftText: () => string|undefined, onPath: () => void, onClose: () => void,
   *   onAsk: (packet: string) => void}} owner
   */
  constructor(owner) {
    this.owner = owner;
    /** @type {Map<string, PathStep>|null} by rule number */
    this.path = null;
    this.decider = null;
    /** What the log has of a packet: `{packet, rule, was}`, the rule's text and the verdict. */
    this.logged = null;
    /** Counts what was asked and closed: only the newest answer is drawn. */
    this.turn = 0;
    this.input = h("input", {
      class: "field mono", id: "why-packet", spellcheck: "false", autocomplete: "off", "aria-label": "A packet in one line",
      placeholder: "tcp 203.0.113.9:40000 > me:23 syn in external",
    });
    this.result = h("div", { class: "why-result", id: "why-result", role: "status" });
    const submit = (event) => {
      event.preventDefault();
      if (this.input.value.trim()) owner.onAsk(this.input.value.trim());
    };
    this.element = h("form", { class: "why", id: "why", hidden: true, on: { submit } },
      h("label", { for: "why-packet" }, "Why? Type a packet"), this.input,
      button("Explain", () => {}, { type: "submit", class: "button primary", id: "why-go" }),
      button("Close", () => this.close(), { id: "why-close" }), this.result);
    this.element.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
  }

  get isOpen() { return !this.element.hidden; }

  open() {
    this.element.hidden = false;
    this.input.focus();
  }

  close() {
    this.turn += 1;
    this.element.hidden = true;
    this.path = null;
    this.decider = null;
    replace(this.result);
    this.owner.onClose();
  }

  /** Has a packet explained, and draws its way; `logged`: what the log has of it, if it comes from there. */
  async explain(packet, logged = this.logged?.packet === packet ? this.logged : null) {
    this.logged = logged;
    this.turn += 1;
    const { turn } = this;
    this.element.hidden = false;
    if (this.input.value !== packet) this.input.value = packet;
    try {
      const report = await post("/v1/explain", { packet, text: this.owner.draftText() });
      if (turn !== this.turn) return;
      this.path = new Map(report.rules.map((step) => [step.number, { ...step, decides: step.number === report.rule }]));
      this.decider = this.path.has(report.rule) ? report.rule : null;
      this.#tell(report);
    } catch (error) {
      if (turn !== this.turn) return;
      this.path = null;
      this.decider = null;
      replace(this.result, h("p", { class: "problem" }, error.message));
    }
    this.owner.onPath();
  }

  /** How a row shows its part: `decides`, `matched`, `missed`; nothing for a rule that was not asked. */
  look(number) {
    const step = this.path?.get(number);
    if (!step) return this.path ? "skipped" : null;
    return step.decides ? "decides" : step.matched ? "matched" : "missed";
  }

  /** What the last column shows while a packet is explained. */
  seen(number) {
    const step = this.path?.get(number);
    if (!step) return ["", ""];
    return [step.seen ?? "", step.decides ? "decides" : ""];
  }

  #tell(report) {
    const asked = report.rules.length;
    const verdict = report.verdict ?? report.action;
    const otherCause = report.reason ?? (report.rule === "0" ? "a check before the rules" : "the end of the rules");
    const cause = this.decider ? [" by rule ", h("strong", {}, report.rule), nameOf(report)] : `: ${otherCause}`;
    const place = this.owner.draftText() === undefined ? "." : ", in the draft.";
    replace(this.result,
      h("p", { class: "why-verdict" },
        h("span", { class: `badge ${verdict}`, id: "why-verdict" }, deed(verdict)), cause, place),
      h("p", { class: "muted" }, `${report.packet?.text ?? ""}, ${report.direction} on ${report.interface}`,
        report.directionReason ? ` (${report.directionReason})` : "", `. ${asked} rules asked, `,
        `${report.rules.filter((step) => step.matched).length} matched.`),
      this.#contradiction(report), this.#effects(report), this.#knowledge(report));
  }

  /** What the log has of this packet, where that is something else. */
  #contradiction(report) {
    const { rule, was } = this.logged ?? {};
    if (!rule) return null;
    const number = ruleNumber(rule) ?? "0";
    const isSameRule = report.rule === number || report.rules.some((step) => step.number === number && step.matched);
    const isSameVerdict = !finalVerdicts.includes(was) || was === report.verdict;
    if (isSameRule && isSameVerdict) return null;
    const deeds = finalVerdicts.includes(was) ? `, ${verdictLabels[was]}` : "";
    return h("p", { class: "callout", id: "why-logged" },
      `The log has it otherwise: rule ${rule.replace(/^rule = /, "")}${deeds}. Since then rules, tables or counters have changed, `,
      "or it depends on the payload, which the log does not keep.");
  }

  /** What the daemon remembers that went into the answer. */
  #knowledge({ state }) {
    const parts = [state?.tables && "its ends' entries in the address tables", state?.connection && "its connection",
      state?.counters && "what rules have counted"].filter(Boolean);
    return parts.length ? h("p", { class: "muted" }, `Taken into account: ${parts.join(", ")}.`) : null;
  }

  #effects({ rules }) {
    const texts = rules.filter((step) => step.effects?.length).map((step) => `rule ${step.number}: ${step.effects.join(", ")}`);
    return texts.length ? h("p", { class: "muted" }, `What it did: ${texts.join("; ")}.`) : null;
  }
}

const deeds = {
  pass: "passes", delete: "is deleted", reject: "is rejected", delay: "is delayed",
  drop: "connection dropped", dropConnection: "connection dropped",
};
const deed = (verdict) => deeds[verdict] ?? verdict;

function nameOf(report) {
  const name = report.rules.find((step) => step.number === report.rule)?.name;
  return name ? ` ${name}` : "";
}
