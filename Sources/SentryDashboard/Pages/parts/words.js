// Small work on texts.

/** The daemon's words as a sentence: with a capital, unless they begin with a name, and a full stop. */
export function sentence(text) {
  const start = /^[a-z]+[ ,:]/.test(text) ? text.charAt(0).toUpperCase() : text.charAt(0);
  return `${start}${text.slice(1)}${/[.!?…]$/.test(text) ? "" : "."}`;
}

const verbs = { dropConnection: "drop" };

/** What rules would do to an SSH connection, as the daemon's refusal says, and what would keep it. */
export function lockoutSentence({ rule, name, verdict, packet, peer, port, programs }) {
  const cause = rule === "0" ? `A check before the rules (${name})` : `Rule ${rule} ${name ?? ""}`.trim();
  const way = programs?.length ? ` Allow these programs inbound connections first: ${programs.join(", ")}.` : "";
  return `${cause} would ${verbs[verdict] ?? verdict} ${packet} the SSH connection from ${peer} to port ${port}.${way}`;
}
