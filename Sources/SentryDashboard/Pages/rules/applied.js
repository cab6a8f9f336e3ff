// Rules applied on trial: they are kept until they stay, so that those that went away can be taken up again.

const storage = "sentry.applied";

/** @type {{text: string, generation: number, wasSeen: boolean}|null} */
let kept = read();

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

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(storage) ?? "null");
  } catch {
    return null;
  }
}

function write(rules) {
  kept = rules;
  try {
    sessionStorage.removeItem(storage);
    if (rules) sessionStorage.setItem(storage, JSON.stringify(rules));
  } catch {
    // Too large to be kept over a reload; it lives as long as the page.
  }
}
