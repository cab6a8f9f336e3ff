// The rows of the log, the newest on top: a bounded number of them, each made once.

import { h, isUnderPointer } from "../parts/dom.js";
import { moment, timestamp } from "../parts/format.js";
import { endLink, ruleLink } from "../parts/links.js";
import { makePlaces } from "./places.js";
import { packetOfEntry } from "../parts/packet-text.js";
import { verdictLabels, verdictOfEntry } from "../parts/verdicts.js";

/** Their widths are in pages.css. */
const columns = [
  ["Time", ""], ["Verdict", ""], ["Rule", ""], ["Proto", "wide"], ["From", "mono"], ["To", "mono"], ["On", "extra"],
  ["Bytes", "wide figure"], ["Note", "extra"], ["Explain", ""],
];

const waiting = "No entry here yet. What rules log, and the filters let through, appears as it happens.";

/**
 * `add` puts entries (the oldest first) at the top, `addEarlier` at the foot; at most `most` stay after `add`. `onLeave` is called when
 * the pointer has left the rows.
 */
export function makeLogRows(context, most, onLeave) {
  const body = h("tbody", { id: "log-rows", role: "rowgroup", on: { pointerleave: onLeave } });
  const table = h("table", { class: "table steady log-table", role: "table" },
    h("caption", { class: "hidden-label" }, "Log entries, the newest first"),
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" },
      columns.map(([label, kind]) => h("th", { scope: "col", role: "columnheader", class: kind }, label)))),
    body);
  const nothing = h("p", { class: "nothing muted" }, waiting);
  const element = h("div", { class: "table-block" },
    h("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-label": "Log entries" }, table, nothing));
  const places = makePlaces(table, body);
  let entries = [];
  let made = 0;

  function makeRow(entry) {
    const row = h("tr", { role: "row" },
      h("td", { title: timestamp(entry.time) }, moment(entry.time)), cells(entry));
    for (const cell of row.children) cell.setAttribute("role", "cell");
    if ((made += 1) % 2) row.classList.add("odd");
    if (entry.observed || entry.dryRun) row.classList.add("unreal");
    return row;
  }

  function cells(entry) {
    const verdict = verdictOfEntry(entry);
    const badge = h("td", {}, h("span", { class: `badge ${verdict}` }, verdictLabels[verdict] ?? entry.action));
    if (verdict === "message") return [badge, h("td", { class: "wrap message" }, entry.message)];
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
    const label = `Why? ${moment(entry.time)} ${packet}`;
    const href = context.address("why", { packet, logged: entry.rule, was });
    return h("a", { href, title: packet, "aria-label": label, data: { act: "explain" } }, "Why?");
  }

  const settle = () => { nothing.hidden = body.childElementCount > 0; };

  return {
    element,
    /** Somebody may be about to click on one of them. */
    isUnderPointer: () => entries.length > 0 && isUnderPointer(body),
    /** The oldest entry in the page. */
    get oldest() { return entries[0] ?? null; },
    /** Whether the page has this entry, among those of its time. */
    has: (entry) => entries.some((one) => one.time === entry.time && identity(one) === identity(entry)),
    add(newEntries) {
      const fresh = newEntries.slice(-most);
      places.addOnTop(fresh.map(makeRow).reverse());
      entries = [...entries, ...fresh].slice(-most);
      while (body.childElementCount > most) places.removeLast();
      settle();
    },
    addEarlier(older) {
      places.addBelow(older.map(makeRow).reverse());
      entries = [...older, ...entries];
      settle();
    },
    clear() {
      entries = [];
      body.replaceChildren();
      places.layOut();
      settle();
    },
    unmount: places.unmount,
  };
}

/** An entry but for its number, which it gets only when it is stored. */
const identity = ({ id, ...entry }) => JSON.stringify(Object.entries(entry).sort());

/** What else is to be said of an entry: what the rule did besides, and why something was not done. */
function note(entry) {
  return [
    entry.observed && "only observed", entry.dryRun && "dry run, passed", entry.triggerPrevented && "protected, not triggered",
    entry.triggerWithheld && `not triggered: ${entry.triggerWithheld}`, entry.subAction, entry.parameter,
  ].filter(Boolean).join("; ");
}
