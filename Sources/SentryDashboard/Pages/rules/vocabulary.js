// The words of the rule language, and what of them to offer in a field.

import { get } from "../api.js";

export class Vocabulary {
  /** Asks the daemon once. */
  static async load() {
    const words = await get("/v1/vocabulary");
    return new Vocabulary(words);
  }

  constructor({ properties = [], actions = [], relations = [] }) {
    this.properties = properties;
    this.actions = actions;
    this.relations = relations;
  }

  property(name) { return this.properties.find((each) => each.name === name); }
  action(name) { return this.actions.find((each) => each.name === name); }

  /** What to offer for a field of a rule: those that contain what was typed, those that begin with it first. */
  choices(field, rule, typed) {
    return match(this.#all(field, rule), typed);
  }

  /** One line on what the field may hold. */
  hint(field, rule) {
    if (field === "value") return this.property(rule.property)?.syntax ?? "";
    if (field === "parameter") return this.action(rule.action)?.parameterHint ?? "";
    return "";
  }

  #all(field, rule) {
    switch (field) {
      case "property": return this.properties.map(({ name, summary }) => ({ value: name, note: summary }));
      case "action": return this.actions.map(({ name, summary }) => ({ value: name, note: summary }));
      case "relation": return this.#relations(rule).map((value) => ({ value, note: relationNotes[value] }));
      case "value": return (this.property(rule.property)?.values ?? []).map((value) => ({ value }));
      default: return [];
    }
  }

  #relations(rule) {
    const own = this.property(rule.property)?.relations;
    return own?.length ? own : this.relations;
  }
}

const relationNotes = { "==": "is", "!=": "is not", ">=": "at least", "<=": "at most", "a=A": "is, capitals or not" };

function match(all, typed) {
  const text = typed.trim().toLowerCase();
  if (!text) return all;
  const begins = all.filter((each) => each.value.toLowerCase().startsWith(text));
  const contains = all.filter((each) => !begins.includes(each) && each.value.toLowerCase().includes(text));
  return [...begins, ...contains].slice(0, 60);
}
