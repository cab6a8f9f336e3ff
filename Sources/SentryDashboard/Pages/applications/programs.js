// Programs that listen, have connections or have a permission: what they do, and what they may.

import { button, debounce, h, setAttribute, setText } from "../parts/dom.js";
import { figure, makeTable } from "../parts/data-table.js";
import { count, plural, timestamp } from "../parts/format.js";
import { pathText, programName } from "../parts/programs.js";
import { makeChoice } from "./choice.js";
import { decide, forget, nameOf, renew } from "./permissions.js";
import { temporaryText } from "./temporary.js";

/** @returns {{element: HTMLElement, show(reply: object): void}} `done` is called after a change */
export function makePrograms(context, done) {
  let reply = null;
  const filter = h("input", {
    class: "field grow", id: "programs-filter", type: "search", placeholder: "Filter: program, user, port, allow, deny, changed",
    "aria-label": "Filter programs", spellcheck: "false", autocomplete: "off", on: { input: debounce(120, () => draw()) },
  });
  const size = h("span", { class: "muted", id: "programs-count" });
  const table = makeTable({
    id: "programs", caption: "Programs and what they may do", columns: columns(context, done), sort: "program", keyOf: ({ key }) => key,
    widths: ["0", "860px"], empty: "No program listens or has a connection, and none has a permission.",
  });
  const element = h("section", { class: "section", "aria-labelledby": "programs-title" },
    h("div", { class: "toolbar flush" }, h("h2", { class: "flat", id: "programs-title" }, "Programs"), size, filter),
    table.element);

  function draw() {
    if (!reply) return;
    const rows = reply.applications.flatMap(rowsOf);
    const words = filter.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const shown = rows.filter((row) => words.every((word) => row.text.includes(word)));
    table.show(shown, words.length ? `None of ${plural(rows.length, "program")} fits “${filter.value.trim()}”.` : undefined);
    setText(size, count(reply.applications.length));
  }

  return {
    element,
    show(newReply) {
      reply = newReply;
      draw();
    },
  };
}

/** A program is one row for everybody, and one more for each user who has a permission of his own. */
function rowsOf(application) {
  const owners = [null, ...application.permissions.map(({ user }) => user ?? null).filter((user) => user !== null)];
  return owners.map((user) => {
    const permission = application.permissions.find((one) => (one.user ?? null) === user) ?? null;
    const row = { ...application, user, permission, key: JSON.stringify([application.path, user]) };
    row.held = user === null ? temporaryText(application) : "";
    const words = [row.path, row.users, row.listens, user, permission?.inbound, permission?.outbound, row.changed && "changed", row.held];
    return { ...row, text: words.flat().filter(Boolean).join(" ").toLowerCase() };
  });
}

const heldHint = "It was answered once, or nobody answered in time. Forget takes it back.";

function columns(context, done) {
  return [
    {
      key: "program", label: "Program", width: "auto", order: ({ path, user }) => `${programName(path)} ${path} ${user ?? ""}`,
      make: (current) => {
        const { path, user } = current();
        return [
          h("strong", {}, programName(path)), user !== null && h("span", {}, ` for ${user} only `),
          h("span", { class: "changed", hidden: true }, " ", h("span", { class: "badge warn" }, "changed since"),
            button("Allow as it is now", () => renew(current(), done), { class: "button quiet", data: { act: "renew" } })),
          h("span", { class: "held", hidden: true }, " ", h("span", { class: "badge warn", title: heldHint })),
          h("span", { class: "program-path muted", title: pathText(path) }, pathText(path)),
        ].filter(Boolean);
      },
      update: (row, cell) => {
        cell.querySelector(".changed").hidden = !row.changed || !row.permission?.sha256;
        cell.querySelector(".held").hidden = !row.held;
        setText(cell.querySelector(".held .badge"), row.held);
      },
    },
    {
      key: "users", label: "Users", kind: "extra", width: "110px", order: ({ users }) => users.join(),
      text: ({ user, users }) => (user === null ? users.join(", ") : ""),
    },
    {
      key: "listens", label: "Listens at", kind: "listens", width: "150px", order: ({ listens }) => listens.join(),
      text: ({ user, listens }) => (user === null ? listens.join(", ") : ""),
      update: ({ listens }, cell) => setAttribute(cell, "title", listens.join(", ")),
    },
    {
      ...figure("connections", "Connections", "104px", ({ user, connections }) => (user === null ? connections : 0), count, "connections"),
      text: undefined, make: () => h("a", {}), update: (row, cell) => drawConnections(context, row, cell.firstElementChild),
    },
    choiceColumn("inbound", "Others to it", done),
    choiceColumn("outbound", "It to others", done),
    {
      key: "decided", label: "Decided", kind: "extra", width: "160px", order: ({ permission }) => permission?.time ?? 0,
      text: ({ permission }) => (permission ? `${timestamp(permission.time).slice(0, 10)} by ${permission.by}` : ""),
      update: ({ permission }, cell) => setAttribute(cell, "title", permission ? provenance(permission) : null),
    },
    {
      key: "forget", label: "Forget", isQuiet: true, kind: "forget", width: "84px",
      make: (current) => button("Forget", () => forget(current(), done), {
        class: "button quiet", "aria-label": `Forget what was decided about ${nameOf(current())}`, data: { act: "forget" },
      }),
      update: ({ permission, held }, cell) => { cell.firstElementChild.hidden = !permission && !held; },
    },
  ];
}

function choiceColumn(direction, label, done) {
  const choices = new WeakMap();
  return {
    key: direction, label, kind: `choice-${direction}`, width: "164px", order: ({ permission }) => permission?.[direction] ?? "",
    make: (current, cell) => {
      const choice = makeChoice(`${label}: ${nameOf(current())}`, (answer) => decide(current(), direction, answer, done));
      choices.set(cell, choice);
      return choice.element;
    },
    update: ({ permission }, cell) => choices.get(cell).show(permission?.[direction] ?? null),
  };
}

function drawConnections(context, { user, path, processes, connections, peers }, link) {
  const has = user === null && connections > 0;
  setText(link, has ? count(connections) : user === null && !processes.length ? "not running" : "");
  setAttribute(link, "href", has ? context.address("traffic", { address: path }) : null);
  setAttribute(link, "title", has ? `${plural(connections, "connection")} with ${plural(peers, "peer")}` : null);
}

function provenance({ time, by, how, sha256 }) {
  const way = how === "asked" ? "asked about it" : "by a command or here";
  return `${timestamp(time)} by ${by}, ${way}${sha256 ? `\nSHA-256 ${sha256}` : ""}`;
}
