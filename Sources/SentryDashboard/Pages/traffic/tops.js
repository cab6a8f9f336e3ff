// Who has moved most, and who was not let through: services, hosts, programs and rules, each as a short list with bars.

import { get } from "../api.js";
import { h, replace, setText } from "../parts/dom.js";
import { bytes, count, plural } from "../parts/format.js";
import { ruleLink } from "../parts/links.js";
import { sentence } from "../parts/words.js";

/** The columns of a list: each its label, what it says of a row, and the colour it has in bars. */
const ways = [["In", (row) => bytes(row.bytesIn), "in"], ["Out", (row) => bytes(row.bytesOut), "out"]];
const [moved, packets] = [(row) => row.bytesIn + row.bytesOut, (row) => row.packetsIn];

const kinds = [
  { by: "service", title: "Services", sides: ways, size: moved, about: "of packets that passed", none: "Nothing was let through in this time." },
  { by: "host", title: "Hosts", sides: ways, size: moved, about: "of packets that passed", none: "Nothing was let through in this time." },
  {
    by: "blocked", title: "Blocked hosts", sides: [["Packets", (row) => count(row.packetsIn)]], size: packets, bar: "delete",
    about: "deleted or rejected, by the log", none: "The log has no packet that was deleted or rejected in this time.",
  },
  {
    by: "matches", title: "Rules", sides: [["Matches", (row) => count(row.packetsIn)], ["Bytes", (row) => bytes(row.bytesIn)]],
    size: packets, bar: "other", about: "since their counters began", none: "No rule has matched.",
  },
  { by: "application", title: "Applications", sides: ways, size: moved, none: "Programs are known while rules ask for Application or User." },
  { by: "rule", title: "Measured rules", sides: [["Bytes", (row) => bytes(row.bytesIn)]], size: moved, isOptional: true },
];
const most = 10;

/** @returns {{element: HTMLElement, load(time: {span} | {since, until}, signal: AbortSignal): Promise<void>}} times in seconds */
export function makeTops(context) {
  const cards = kinds.map((kind) => {
    const body = h("tbody", {});
    const note = h("p", { class: "muted nothing" });
    const element = h("section", { class: "card top", id: `top-${kind.by}`, "aria-label": kind.title },
      h("table", { class: "top-table" },
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, kind.title, kind.about && h("span", { class: "muted top-about" }, kind.about)),
          kind.sides.map(([side, , colour]) => h("th", { scope: "col", class: "figure" },
            colour && h("span", { class: `plot-key plot-${colour}` }), side)))),
        body),
      note);
    return { ...kind, body, note, element };
  });

  function show(card, { rows, note }) {
    card.element.hidden = card.isOptional === true && rows.length === 0;
    const largest = Math.max(1, ...rows.map(card.size));
    replace(card.body, rows.slice(0, most).map((row) => h("tr", { title: tooltip(card.by, row) },
      h("th", { scope: "row" }, name(card.by, row), card.bar ? bars([[card.bar, card.size(row) / largest]])
        : bars([["in", row.bytesIn / largest], ["out", row.bytesOut / largest]])),
      card.sides.map(([, write]) => h("td", { class: "figure" }, write(row))))));
    const isKnown = rows.some((row) => !row.isOthers && row.name !== "others" && row.name !== "unknown");
    setText(card.note, note && (isKnown || !card.none) ? sentence(note) : isKnown ? "" : card.none);
  }

  function name(by, row) {
    if (row.isOthers || row.name === "others") return h("span", { class: "muted" }, "all others");
    if (row.name === "unknown") return h("span", { class: "muted" }, "not known");
    if (by === "host" || by === "blocked") return h("a", { href: context.address("log", { address: row.name }) }, row.name);
    if (by === "application") return row.name.split("/").at(-1);
    return by === "rule" || by === "matches" ? ruleLink(context, row.name) : row.name;
  }

  return {
    element: h("div", { class: "tops" }, cards.map((card) => card.element)),
    async load(time, signal) {
      const replies = await Promise.all(cards.map(({ by }) => get("/v1/traffic", { ...time, by, limit: most })));
      if (!signal.aborted) cards.forEach((card, index) => show(card, replies[index]));
    },
  };
}

/** @param {[string, number][]} parts each with what colours it, and its share of the width */
function bars(parts) {
  return h("span", { class: "top-bar", "aria-hidden": "true" }, parts.map(([kind, share]) => {
    const piece = h("span", { class: `plot-${kind}` });
    piece.style.width = `${share * 100}%`;
    return piece;
  }));
}

function tooltip(by, row) {
  if (by === "blocked") return `${row.name}: ${count(row.packetsIn)} packets, ${bytes(row.bytesIn)}`;
  if (by === "matches") return `${row.name}: ${count(row.packetsIn)} matches, ${bytes(row.bytesIn)}`;
  const ended = row.connections === undefined ? "" : `, ${plural(row.connections, "connection")} ended`;
  return `${row.name}: ${count(row.packetsIn)} packets in, ${count(row.packetsOut)} out${ended}`;
}
