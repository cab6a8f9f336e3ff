// Switches of interfaces, written into a document's text: only the digit changes, or an entry is added; all else stays as it is.
// The daemon reads the outcome before anything is applied, so what this cannot write right is never put in force.

/**
 * The text with one switch turned.
 * @param {string} text a document in text form
 * @param {{name: string, filters: boolean, external: boolean}} now what is in force
 * @param {"filters"|"external"} field
 * @param {boolean} isOn
 * @returns {string|null} `null` where the text has no place for it: it is a list of rules alone, or not in text form
 */
export function withSwitch(text, now, field, isOn) {
  const tokens = readTokens(text);
  if (tokens[0]?.text !== "{") return null;
  const wanted = { filters: now.filters, external: now.external, [field]: isOn };
  const list = valueOf(tokens, 0, "interfaces");
  const digit = isOn ? "1" : "0";
  if (list === null) {
    const end = endOf(tokens, 0);
    if (end === null) return null;
    return insert(text, tokens[end].from, `\n  interfaces = (\n    ${entry(now.name, wanted)}\n  );\n`);
  }
  if (tokens[list].text !== "(") return null;
  const listEnd = endOf(tokens, list);
  if (listEnd === null) return null;
  for (let at = list + 1; at < listEnd; at += 1) {
    if (tokens[at].text !== "{") continue;
    const end = endOf(tokens, at);
    const name = valueOf(tokens, at, "name");
    if (name !== null && tokens[name].value === now.name) {
      const old = valueOf(tokens, at, field);
      if (old === null) return insert(text, tokens[end].from, `${field} = ${digit}; `);
      return text.slice(0, tokens[old].from) + digit + text.slice(tokens[old].to);
    }
    at = end;
  }
  const last = tokens[listEnd - 1];
  const needsComma = last.text !== "(" && last.text !== ",";
  return insert(text, last.to, `${needsComma ? "," : ""}\n    ${entry(now.name, wanted)}`);
}

const insert = (text, at, part) => text.slice(0, at) + part + text.slice(at);

function entry(name, { filters, external }) {
  const plain = /^[\w.:/+$-]+$/.test(name) ? name : `"${name.replace(/["\\]/g, "\\$&")}"`;
  return `{ name = ${plain}; filters = ${filters ? 1 : 0}; external = ${external ? 1 : 0}; }`;
}

/** The words and marks of the text, comments left out: `text` as it stands, `value` without quotes, `from` and `to` its place. */
function readTokens(text) {
  // Blanks, two kinds of comments, two kinds of quotes, marks, bare words, and whatever else there is.
  const pattern = new RegExp([
    /\s+/, /\/\/[^\n\r]*/, /\/\*[\s\S]*?\*\//, /"(?:[^"\\]|\\[\s\S])*"/, /'(?:[^'\\]|\\[\s\S])*'/, /[{}()=;,]/,
    /(?:(?!\/[/*])[^\s{}()=;,"'])+/, /[\s\S]/,
  ].map((part) => part.source).join("|"), "gy");
  const tokens = [];
  for (const { 0: part, index } of text.matchAll(pattern)) {
    if (/^(\s|\/[/*])/.test(part)) continue;
    const isQuoted = part.length > 1 && /^["']/.test(part);
    const [mark, value] = isQuoted ? ["…", part.slice(1, -1)] : [part, part];
    tokens.push({ text: mark, value, from: index, to: index + part.length });
  }
  return tokens;
}

/** The index of the mark that closes the one at `open`. */
function endOf(tokens, open) {
  let depth = 0;
  for (let at = open; at < tokens.length; at += 1) {
    if ("{(".includes(tokens[at].text)) depth += 1;
    else if ("})".includes(tokens[at].text)) depth -= 1;
    if (depth === 0) return at;
  }
  return null;
}

/** The index of what follows `key =` directly in the dictionary that opens at `open`; `null` if the key is not there. */
function valueOf(tokens, open, key) {
  let depth = 0;
  for (let at = open; at < tokens.length; at += 1) {
    if ("{(".includes(tokens[at].text)) depth += 1;
    else if ("})".includes(tokens[at].text)) depth -= 1;
    if (depth === 0) return null;
    const isKey = depth === 1 && tokens[at].value === key && "{;".includes(tokens[at - 1]?.text);
    if (isKey && tokens[at + 1]?.text === "=") return at + 2 < tokens.length ? at + 2 : null;
  }
  return null;
}
