// Small work on texts.

/** The daemon's words as a sentence: with a capital, unless they begin with a name, and a full stop. */
export function sentence(text) {
  const start = /^[a-z]+[ ,:]/.test(text) ? text.charAt(0).toUpperCase() : text.charAt(0);
  return `${start}${text.slice(1)}${/[.!?…]$/.test(text) ? "" : "."}`;
}

/** What rules would do to an SSH connection, as the daemon's refusal says. */
export function lockoutSentence({ rule, name, peer, port }) {
  const cause = rule === "0" ? "A check before the rules" : `Rule ${rule} ${name ?? ""}`.trim();
  return `${cause} would end the SSH connection from ${peer} to port ${port}.`;
}
