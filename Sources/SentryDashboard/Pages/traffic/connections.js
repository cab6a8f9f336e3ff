// The connections that the daemon knows now: a list to sort and to filter.

import { get } from "../api.js";
import { button, debounce, h, setAttribute, setText } from "../parts/dom.js";
import { bytes, count, duration } from "../parts/format.js";
import { figure, makeTable } from "../parts/data-table.js";
import { makePoll } from "../parts/poll.js";
import { addressRange } from "../parts/addresses.js";
import { hostNow } from "../parts/clock.js";
import { endLink } from "../parts/links.js";

const most = 500;
/** The daemon chooses the busiest, the largest or the latest; of those the table sorts by what it likes. */
const orders = { rate: "rate", in: "bytes", out: "bytes", last: "recent" };
const tints = { established: "pass", answered: "pass", dropped: "drop", reset: "reject", opening: "delay", new: "delay" };

/** @returns {{element: HTMLElement, ready: Promise<void>, navigate(page: object): void, unmount(): void}} */
export function makeConnections(context, page) {
  let sort = "rate";
  let reply = null;
  let isHeld = false;

  const filter = h("input", {
    class: "field grow", id: "connections-filter", type: "search", placeholder: "Filter: address, net, port, state, program",
    "aria-label": "Filter connections", spellcheck: "false", autocomplete: "off", on: { input: debounce(250, refilter) },
  });
  const hold = button("Hold", () => {
    isHeld = !isHeld;
    setAttribute(hold, "aria-pressed", String(isHeld));
    if (!isHeld) poll.again();
  }, { id: "connections-hold", "aria-pressed": "false", title: "Keep the list as it is while you read" });
  const size = h("span", { class: "muted", id: "connections-count" });
  const table = makeTable({
    id: "connections", caption: "Connections of now", columns: columns(context), sort: "-rate", widths: ["330px", "820px"],
    keyOf: (one) => `${one.protocol} ${one.local} ${one.remote}`, empty: "No connection is known.",
    onSort: (key) => {
      sort = orders[key] ?? sort;
      poll.again();
    },
  });
  const poll = makePoll(() => 2, load);

  /** What the daemon filters by itself; anything else is looked for in what it sends. */
  const asAddress = () => (addressRange(filter.value.trim()) ? filter.value.trim() : undefined);

  async function load(signal) {
    if (isHeld) return;
    const answer = await get("/v1/connections", { limit: most, sort, address: asAddress() });
    if (signal.aborted || isHeld) return;
    reply = answer;
    show();
  }

  function refilter() {
    show();
    poll.again();
  }

  function show() {
    if (!reply) return;
    const text = filter.value.trim().toLowerCase();
    const words = asAddress() ? [] : text.split(/\s+/).filter(Boolean);
    const rows = reply.connections.filter((one) => words.every((word) => describe(one).includes(word)));
    table.show(rows, text ? `No connection fits “${filter.value.trim()}”.` : undefined);
    const chosen = reply.count > reply.connections.length ? `, of these the first ${count(reply.connections.length)}` : "";
    setText(size, `${count(reply.count)}${chosen}`);
  }

  const element = h("section", { class: "section", "aria-labelledby": "connections-title" },
    h("div", { class: "toolbar flush" },
      h("h2", { class: "flat", id: "connections-title" }, "Connections"), size, filter, hold),
    poll.notice, table.element);

  function navigate(next) {
    filter.value = next.address ?? "";
    refilter();
    if (next.address) element.scrollIntoView();
  }
  if (page.address) navigate(page);
  return { element, ready: poll.ready, navigate, unmount: () => poll.stop() };
}

const describe = (one) => Object.values(one).join(" ").toLowerCase();

function columns(context) {
  return [
    { key: "protocol", label: "Proto", kind: "wide", width: "94px", text: (one) => one.protocol, order: (one) => one.protocol },
    { key: "local", label: "Local", kind: "wide mono", width: "auto", text: (one) => one.local, order: (one) => one.local },
    {
      key: "direction", label: "Direction of the first packet", isQuiet: true, kind: "wide", width: "34px",
      text: (one) => (one.direction === "in" ? "←" : "→"),
    },
    {
      key: "remote", label: "Remote", kind: "mono", width: "auto", order: (one) => one.remote,
      make: (current) => endLink(context, current().remote),
    },
    {
      key: "state", label: "State", width: "112px", order: (one) => one.state, make: () => h("span", { class: "badge" }),
      update: (one, cell) => {
        setText(cell.firstElementChild, one.state);
        setAttribute(cell.firstElementChild, "class", `badge ${tints[one.state] ?? ""}`);
      },
    },
    figure("in", "In", "76px", (one) => one.bytesIn, bytes),
    figure("out", "Out", "76px", (one) => one.bytesOut, bytes),
    figure("rate", "Rate", "86px", (one) => one.bytesPerSecond, (value) => (value ? `${bytes(value)}/s` : ""), ""),
    figure("age", "Age", "106px", (one) => hostNow() - one.firstTime, duration, "extra"),
    { ...figure("last", "Last", "106px", (one) => one.lastTime), text: (one) => duration(hostNow() - one.lastTime) },
    {
      key: "program", label: "Program", kind: "extra", width: "130px", order: (one) => one.application ?? "",
      text: (one) => [one.application?.split("/").at(-1), one.user].filter(Boolean).join(", "),
      update: (one, cell) => setAttribute(cell, "title", one.application),
    },
  ];
}
