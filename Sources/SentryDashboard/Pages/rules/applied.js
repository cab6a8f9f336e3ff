// Rules applied on trial: they are kept until they stay, so that those that went away can be taken up again.

import { keep, keptApplied, readKept } from "../parts/kept.js";

/** @type {{text: string, generation: number, wasSeen: boolean}|null} */
let kept = readKept(keptApplied);

/** The rules that were applied here on trial, unless they have come to stay. */
export const appliedRules = () => kept;

/** Keeps the text of rules that are on trial now. @param {number} generation theirs */
export function keepApplied(text, generation) { write({ text, generation, wasSeen: false }); }

export function forgetApplied() { write(null); }

/** Takes an event of the live feed: rules whose trial has ended and that are in force still need no keeping. */
export function followApplied({ trial, generation }) {
  if (kept?.generation !== generation) return;
  if (!trial && kept.wasSeen) forgetApplied();
  else if (trial && !kept.wasSeen) write({ ...kept, wasSeen: true });
}

function write(rules) {
  kept = rules;
  keep(keptApplied, rules);
}
