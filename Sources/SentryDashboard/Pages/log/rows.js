// The rows of the log, the newest on top: a bounded number of them, each made once.

import { h, setText } from "../parts/dom.js";
import { columnClass } from "../parts/data-table.js";
import { clock, timestamp } from "../parts/format.js";
import { endLink, ruleLink } from "../parts/links.js";
import { packetOfEntry } from "../parts/packet-text.js";
import { verdictLabels, verdictOfEntry } from "../parts/verdicts.js";

const columns = [
  ["Time", "90px", ""], ["Verdict", "112px", ""], ["Rule", "18%", ""], ["Proto", "98px", "wide"], ["From", "auto", "mono"],
  ["To", "auto", "mono"], ["On", "96px", "extra"], ["Bytes", "70px", "wide figure"], ["Note", "13%", "extra"],
  ["Explain", "66px", ""],
];
/** A cell that reached over columns that are left out would make new ones. */
const alwaysShown = columns.filter(([, , kind]) => kind !== "extra").length;

const waiting = "No entry here yet. What rules log, and the filters let through, appears as it happens.";

/** `add` puts entries (the oldest first) at the top, `addEarlier` at the foot; at most `most` stay after `add`. */
export function makeLogRows(context, most) {
  const body = h("tbody", { id: "log-rows" });
  const table = h("table", { class: "table steady log" },
    h("caption", { class: "hidden-label" }, "Log entries, the newest first"),
    h("colgroup", {}, columns.map(([, width, kind]) => {
      const column = h("col", { class: columnClass(kind) });
      column.style.width = width;
      return column;
    })),
    h("thead", {}, h("tr", {}, columns.map(([label, , kind]) => h("th", { scope: "col", class: kind }, label)))),
    body);
  const nothing = h("p", { class: "nothing muted" }, waiting);
  const element = h("div", { class: "table-block" },
    h("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-label": "Log entries" }, table, nothing));
  let entries = [];
  let wanted = "";

  function makeRow(entry) {
    const row = h("tr", { hidden: !fits(entry) }, h("td", { title: timestamp(entry.time) }, clock(entry.time)), cells(entry));
    if (entry.observed || entry.dryRun) row.classList.add("unreal");
    return row;
  }

  function cells(entry) {
    const verdict = verdictOfEntry(entry);
    const badge = h("td", {}, h("span", { class: `badge ${verdict}` }, verdictLabels[verdict] ?? entry.action));
    if (verdict === "message") return [badge, h("td", { colspan: String(alwaysShown - 2), class: "wrap" }, entry.message)];
    const end = (text) => (text ? endLink(context, text, "triggered") : "");
    return [
      badge,
      h("td", { title: entry.rule }, ruleLink(context, entry.rule.replace(/^rule = 0 /, "check: "))),
      h("td", { class: "wide", title: entry.protocolDetail }, entry.protocol ?? ""),
      h("td", { class: "mono", title: entry.source }, end(entry.source)),
      h("td", { class: "mono to", title: entry.destination }, end(entry.destination)),
      h("td", { class: "extra" }, [entry.direction, entry.interface].filter(Boolean).join(" ")),
      h("td", { class: "wide figure" }, entry.byteCount ?? ""),
      h("td", { class: "extra", title: note(entry) }, note(entry)),
      h("td", { class: "explain" }, explainLink(entry)),
    ];
  }

  function explainLink(entry) {
    const packet = packetOfEntry(entry);
    if (!packet) return "";
    const was = entry.observed ? undefined : verdictOfEntry(entry);
    return h("a", { href: context.address("why", { packet, logged: entry.rule, was }), title: packet, data: { act: "explain" } }, "Why?");
  }

  function fits(entry) {
    return !wanted || wanted.split(/\s+/).every((word) => text(entry).includes(word));
  }

  function settle() {
    const count = body.childElementCount;
    const isHidden = count > 0 && [...body.children].every((row) => row.hidden);
    nothing.hidden = count > 0 && !isHidden;
    setText(nothing, isHidden ? "None of the entries here has this text." : waiting);
  }

  return {
    element,
    /** The oldest entry in the page. */
    get oldest() { return entries[0] ?? null; },
    /** Whether the page has this entry, among those of its time. */
    has: (entry) => entries.some((one) => one.time === entry.time && identity(one) === identity(entry)),
    add(newEntries) {
      const fresh = newEntries.slice(-most);
      body.prepend(...fresh.map(makeRow).reverse());
      entries = [...entries, ...fresh].slice(-most);
      while (body.childElementCount > most) body.lastElementChild.remove();
      settle();
    },
    addEarlier(older) {
      body.append(...older.map(makeRow).reverse());
      entries = [...older, ...entries];
      settle();
    },
    clear() {
      entries = [];
      body.replaceChildren();
      settle();
    },
    filter(newText) {
      wanted = newText.toLowerCase();
      [...body.children].forEach((row, index) => { row.hidden = !fits(entries[entries.length - 1 - index]); });
      settle();
    },
    unmount: () => body.replaceChildren(),
  };
}

/** An entry but for its number, which it gets only when it is stored. */
const identity = ({ id, ...entry }) => JSON.stringify(Object.entries(entry).sort());
const text = (entry) => Object.values(entry).join(" ").toLowerCase();

/** What else is to be said of an entry: what the rule did besides, and why something was not done. */
function note(entry) {
  return [
    entry.observed && "only observed", entry.dryRun && "dry run, passed", entry.triggerPrevented && "protected, not triggered",
    entry.triggerWithheld && `not triggered: ${entry.triggerWithheld}`, entry.subAction, entry.parameter,
  ].filter(Boolean).join("; ");
}
