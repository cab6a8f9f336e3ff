// The Triggered page: the four tables of addresses, what put somebody there, and what can be done about it.

import { get } from "../api.js";
import { button, debounce, h, setAttribute, setText } from "../parts/dom.js";
import { count, duration } from "../parts/format.js";
import { figure, makeTable } from "../parts/data-table.js";
import { hostNow, learnHostTime } from "../parts/clock.js";
import { makePoll } from "../parts/poll.js";
import { clearTable, removeAddresses } from "./changes.js";
import { openAdd, openImport } from "./dialogs.js";
import { makePanel } from "./panel.js";
import { addressOrder, touches } from "../parts/addresses.js";
import { ruleLink } from "../parts/links.js";

const tables = {
  trigger: "Who came to a Trigger rule. Rules ask with Include == trigger; protected addresses never enter.",
  address: "Whom rules keep with Keep address, and ask for with Include == address.",
  authorize: "Whom rules let in with Authorize, and ask for with Include == authorize.",
  invalid: "Senders of headers cut short, and whom rules keep with Keep invalid.",
};

export function mount(root, context, page) {
  let table = "trigger";
  let reply = { entries: [], time: 0 };
  let shown = [];

  const tabs = Object.keys(tables).map((name) => {
    const size = h("span", { class: "tab-count figure" }, "");
    const tab = button([name, size], () => choose(name), { id: `table-${name}`, data: { table: name } });
    return { name, size, tab };
  });
  const about = h("p", { class: "muted about", id: "table-about" });
  const filter = h("input", {
    class: "field grow", id: "filter", type: "search", placeholder: "Filter: address, net or reason", "aria-label": "Filter",
    spellcheck: "false", autocomplete: "off", on: { input: debounce(120, () => show()) },
  });
  const exportLink = h("a", { class: "button", id: "export", title: "As text that import reads again" }, "Export");
  const removeShown = () => clearTable(table, shown, filter.value.trim() !== "", again);
  const clear = button("", removeShown, { class: "button danger", id: "clear" });
  const list = makeTable({
    id: "entries", caption: "Addresses", columns: columns(), keyOf: (entry) => entry.address, sort: "-age",
    widths: ["300px", "660px"], empty: "Nobody is in this table.", onPick: (entry) => open(entry.address),
  });
  const panel = makePanel({ context, find, done: () => poll.again(), closed: () => list.select(null) });
  // A table of a hundred thousand is asked for twice a minute.
  const poll = makePoll(() => Math.max(3, reply.entries.length / 3000), load);

  root.append(h("div", { class: "page full" },
    h("h1", { class: "hidden-label" }, "Triggered"),
    poll.notice,
    h("div", { class: "toolbar flush" },
      h("div", { class: "group tabs", role: "group", "aria-label": "Table" }, tabs.map(({ tab }) => tab)),
      filter,
      button("Add…", () => openAdd(table).then(again), { id: "add" }),
      button("Import…", () => openImport(table).then(again), { id: "import" }),
      exportLink, clear),
    about,
    h("div", { class: "with-panel" }, list.element, panel.element)));

  function columns() {
    const age = (entry) => Math.max(0, hostNow() - entry.lastTime);
    const left = (entry) => (entry.duration === null ? Infinity : Math.max(0, entry.duration - age(entry)));
    return [
      {
        key: "address", label: "Address", kind: "mono", width: "auto", order: (entry) => addressOrder(entry.address),
        make: (current) => button(current().address, () => open(current().address), { class: "opener", title: "Why?" }),
      },
      {
        key: "reason", label: "Reason", kind: "wide", width: "24%", order: (entry) => entry.triggeredBy,
        make: (_, cell) => { cell.classList.add("clip"); return []; },
        update: (entry, cell) => {
          if (cell.dataset.reason === entry.triggeredBy) return;
          cell.dataset.reason = cell.title = entry.triggeredBy;
          cell.replaceChildren(ruleLink(context, entry.triggeredBy));
        },
      },
      figure("count", "Matches", "88px", (entry) => entry.matchCount, count, ""),
      { ...figure("age", "Last seen", "134px", (entry) => entry.lastTime), text: (entry) => `${duration(age(entry))} ago` },
      {
        key: "left", label: "Remaining", isFigure: true, width: "124px", order: left,
        make: () => h("span", {}), update: (entry, cell) => drawRemaining(cell, entry, left(entry)),
      },
      {
        key: "actions", label: "Actions", isQuiet: true, kind: "wide actions", width: "92px",
        make: (current) => button("Remove", () => removeAddresses(table, [current()], again), {
          class: "button quiet", "aria-label": `Remove ${current().address}`, data: { act: "remove" },
        }),
      },
    ];
  }

  async function load(signal) {
    const wanted = table;
    const [entries, status] = await Promise.all([get(`/v1/tables/${wanted}`), get("/v1/status")]);
    if (signal.aborted) return;
    reply = entries;
    learnHostTime(entries.time);
    for (const { name, size } of tabs) {
      const counted = status.tables.find((one) => one.table === name)?.count ?? 0;
      setText(size, count(name === wanted ? entries.entries.length : counted));
    }
    show();
    panel.update(status);
  }

  const again = () => poll.again();

  /** The entry for exactly this address; `null` without one. */
  async function find(name, address) {
    const { entries } = name === table && reply.time ? reply : await get(`/v1/tables/${name}`);
    return entries.find((one) => one.address === address) ?? null;
  }

  function show() {
    const text = filter.value.trim();
    shown = text ? reply.entries.filter((entry) => matches(entry, text)) : reply.entries;
    const isFiltered = text !== "" && reply.entries.length > 0;
    list.show(shown, isFiltered ? `None of ${count(reply.entries.length)} entries fits “${text}”.` : undefined);
    setText(clear, text ? `Remove ${count(shown.length)} shown…` : "Remove all…");
    clear.disabled = shown.length === 0;
  }

  function choose(name) {
    table = name;
    reply = { entries: [], time: 0 };
    for (const { name: one, tab } of tabs) setAttribute(tab, "aria-pressed", String(one === name));
    setText(about, tables[name]);
    setAttribute(exportLink, "href", `/v1/lists/${name}`);
    setAttribute(exportLink, "download", `${name}.tsv`);
    panel.close();
    list.show([], "…");
    poll.again();
  }

  function open(address) {
    list.select(address);
    panel.open(table, address);
  }

  function navigate(next) {
    const isKnown = Object.hasOwn(tables, next.table ?? "");
    filter.value = next.address ?? "";
    choose(isKnown ? next.table : "trigger");
    if (next.address) open(next.address);
  }

  navigate(page);
  const timer = setInterval(() => list.refresh(), 1000);
  return {
    ready: poll.ready,
    navigate,
    unmount() {
      clearInterval(timer);
      poll.stop();
    },
  };
}

function drawRemaining(cell, entry, left) {
  const text = cell.firstElementChild;
  const share = entry.duration ? left / entry.duration : 1;
  setText(text, left === Infinity ? "unlimited" : duration(left));
  const width = `${Math.round(share * 100)}%`;
  if (text.style.getPropertyValue("--share") !== width) text.style.setProperty("--share", width);
  text.className = "remaining";
}

/** Whether an entry has the text in its address or reason, or shares addresses with what the text names. */
function matches(entry, text) {
  const wanted = text.toLowerCase();
  return entry.address.includes(wanted) || entry.triggeredBy.toLowerCase().includes(wanted) || touches(entry.address, wanted);
}
