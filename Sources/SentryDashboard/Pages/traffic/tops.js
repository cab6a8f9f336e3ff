// Who has moved most: services, hosts, programs and measured rules, each as a short list with bars.

import { get } from "../api.js";
import { h, replace, setText } from "../parts/dom.js";
import { bytes, count, plural } from "../parts/format.js";
import { ruleLink } from "../parts/links.js";
import { sentence } from "../parts/words.js";

const kinds = [
  { by: "service", title: "Services", none: "Nothing was let through in this time." },
  { by: "host", title: "Hosts", none: "Nothing was let through in this time." },
  { by: "application", title: "Applications", none: "Programs are known while rules ask for Application or User." },
  { by: "rule", title: "Measured rules", none: "Rules are measured whose names begin with an underscore." },
];
const most = 10;
/** Rules count both directions together. */
const sides = (by) => (by === "rule" ? ["Bytes"] : ["In", "Out"]);

/** @returns {{element: HTMLElement, load(span: number, signal: AbortSignal): Promise<void>}} `span` in seconds */
export function makeTops(context) {
  const cards = kinds.map((kind) => {
    const body = h("tbody", {});
    const note = h("p", { class: "muted nothing" });
    const element = h("section", { class: "card top", id: `top-${kind.by}`, "aria-label": kind.title },
      h("table", { class: "top-table" },
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, kind.title),
          sides(kind.by).map((side) => h("th", { scope: "col", class: "figure" }, side)))),
        body),
      note);
    return { ...kind, body, note, element };
  });

  function show(card, { rows, note }) {
    const total = (row) => row.bytesIn + row.bytesOut;
    const largest = Math.max(1, ...rows.map(total));
    replace(card.body, rows.slice(0, most).map((row) => h("tr", { title: tooltip(row) },
      h("th", { scope: "row" }, name(card.by, row), bar(row, largest)),
      sides(card.by).map((side) => h("td", { class: "figure" }, bytes(side === "Out" ? row.bytesOut : row.bytesIn))))));
    const isKnown = rows.some((row) => !row.isOthers && row.name !== "others" && row.name !== "unknown");
    setText(card.note, note ? sentence(note) : isKnown ? "" : card.none);
  }

  function name(by, row) {
    if (row.isOthers || row.name === "others") return h("span", { class: "muted" }, "all others");
    if (row.name === "unknown") return h("span", { class: "muted" }, "not known");
    if (by === "host") return h("a", { href: context.address("log", { address: row.name }) }, row.name);
    if (by === "application") return row.name.split("/").at(-1);
    return by === "rule" ? ruleLink(context, row.name) : row.name;
  }

  return {
    element: h("div", { class: "tops" }, cards.map((card) => card.element)),
    async load(span, signal) {
      const replies = await Promise.all(cards.map(({ by }) => get("/v1/traffic", { span, by, limit: most })));
      if (!signal.aborted) cards.forEach((card, index) => show(card, replies[index]));
    },
  };
}

function bar(row, largest) {
  const part = (value, kind) => {
    const piece = h("span", { class: `plot-${kind}` });
    piece.style.width = `${(value / largest) * 100}%`;
    return piece;
  };
  return h("span", { class: "top-bar", "aria-hidden": "true" }, part(row.bytesIn, "in"), part(row.bytesOut, "out"));
}

function tooltip(row) {
  const ended = row.connections === undefined ? "" : `, ${plural(row.connections, "connection")} ended`;
  return `${row.name}: ${count(row.packetsIn)} packets in, ${count(row.packetsOut)} out${ended}`;
}
