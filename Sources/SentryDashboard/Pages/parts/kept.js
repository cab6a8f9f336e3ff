// What is kept over a reload of the page, until somebody signs out.

/** The names of what is kept. */
export const keptDraft = "sentry.draft";
export const keptApplied = "sentry.applied";

/** What was kept under a name; `null` where nothing was, or the browser does not let us know. */
export function readKept(name) {
  try {
    return JSON.parse(sessionStorage.getItem(name) ?? "null");
  } catch {
    return null;
  }
}

/** Keeps a value in place of an older one, which must not stay if this is too large; then it lives as long as the page. */
export function keep(name, value) {
  try {
    sessionStorage.removeItem(name);
    if (value) sessionStorage.setItem(name, JSON.stringify(value));
  } catch {
    // It is not there after a reload.
  }
}

export const forgetKept = () => sessionStorage.clear();
