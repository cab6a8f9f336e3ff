// Dialogs that add addresses to a table: by hand, and from a list.

import { putText } from "../api.js";
import { openDialog } from "../parts/dialog.js";
import { h, replace } from "../parts/dom.js";
import { plural } from "../parts/format.js";
import { durations, enter } from "./changes.js";
import { sentence } from "../parts/words.js";

const tableNames = ["trigger", "address", "authorize", "invalid"];

const labelled = (label, field) => h("div", { class: "labelled" }, h("label", { for: field.id }, label), field);

function choice(id, values, chosen) {
  const options = values.map(([value, text]) => h("option", { value, selected: value === chosen }, text));
  return h("select", { class: "field", id }, options);
}

const durationChoice = (id) => choice(id, [["", "As the document says"], ...durations], "");
const tableChoice = (id, table) => choice(id, tableNames.map((name) => [name, name]), table);

/** Asks for addresses and enters them. @returns {Promise<boolean>} whether something was entered */
export async function openAdd(table) {
  const addresses = h("textarea", {
    class: "field", id: "add-addresses", rows: "4", spellcheck: "false", autofocus: true,
    "aria-describedby": "add-hint add-problem",
  });
  const where = tableChoice("add-table", table);
  const duration = durationChoice("add-duration");
  const note = h("input", { class: "field", id: "add-note", maxlength: "47", autocomplete: "off" });
  const problem = h("p", { class: "problem", id: "add-problem", role: "alert" });
  const refuse = (text) => {
    replace(problem, text);
    addresses.classList.add("wrong");
    addresses.focus();
    return false;
  };
  const check = async () => {
    const wanted = addresses.value.split(/[\s,;]+/).filter(Boolean);
    if (!wanted.length) return refuse("Write at least one address.");
    try {
      const others = { duration: duration.value || undefined, note: note.value.trim() || undefined };
      await enter(where.value, { addresses: wanted, ...others });
      return true;
    } catch (error) {
      return refuse(sentence(error.message));
    }
  };
  const body = [
    labelled("Addresses", addresses),
    h("p", { class: "muted hint", id: "add-hint" },
      "One or more: 203.0.113.9, 203.0.113.0/24, 192.0.2.10-192.0.2.20, 2001:db8::/48."),
    problem,
    h("div", { class: "fields" }, labelled("Table", where), labelled("For", duration), labelled("Reason (may be empty)", note)),
  ];
  const buttons = [{ label: "Cancel", value: false }, { label: "Add", value: true, kind: "primary", id: "add-go", check }];
  return (await openDialog({ title: "Add addresses", id: "add-dialog", body, buttons })) === true;
}

/** Asks for a list, as a file or pasted, and imports it. @returns {Promise<boolean>} whether something was entered */
export async function openImport(table) {
  const text = h("textarea", {
    class: "field mono", id: "import-text", rows: "8", spellcheck: "false", wrap: "off",
    placeholder: "203.0.113.9\n198.51.100.0/24",
  });
  const file = h("input", { class: "field", id: "import-file", type: "file", accept: ".tsv,.txt,.csv,text/*" });
  const where = tableChoice("import-table", table);
  const duration = durationChoice("import-duration");
  const note = h("input", { class: "field", id: "import-note", maxlength: "47", autocomplete: "off" });
  const outcome = h("div", { class: "outcome", id: "import-outcome", role: "status" });
  let isDone = false;

  const go = async () => {
    try {
      const chosen = file.files[0];
      const list = chosen ? await chosen.text() : text.value;
      if (!list.trim()) throw new Error("choose a file, or paste a list");
      const reply = await putText("/v1/lists", list, {
        name: chosen?.name ?? "pasted list", table: where.value, duration: duration.value, note: note.value.trim(),
      });
      isDone ||= reply.tables.some((one) => one.added + one.replaced > 0);
      replace(outcome, importOutcome(reply));
    } catch (error) {
      replace(outcome, h("p", { class: "problem" }, sentence(error.message)));
    }
    outcome.scrollIntoView({ block: "nearest" });
    return false;
  };
  const body = [
    h("p", { class: "muted" }, "One address, net or range a line; behind it, with tabs between, may stand the table, the reason ",
      "and the duration. What a line does not say is taken from below."),
    labelled("File", file), labelled("or paste the list", text),
    h("div", { class: "fields" }, labelled("Table", where), labelled("For", duration), labelled("Reason (may be empty)", note)),
    outcome,
  ];
  const buttons = [
    { label: "Close", value: false }, { label: "Import", value: true, kind: "primary", id: "import-go", check: go },
  ];
  await openDialog({ title: "Import a list", id: "import-dialog", wide: true, body, buttons });
  return isDone;
}

function importOutcome({ tables, rejected, findings }) {
  const entered = tables.map((one) => h("p", {}, `Table ${one.table}: ${plural(one.added, "address", "addresses")} added`,
    one.replaced ? `, ${one.replaced} replaced` : "", one.evicted ? `, ${one.evicted} others made way` : "", "."));
  const refused = rejected > 0 && h("p", { class: "problem" }, `${plural(rejected, "line")} left out:`);
  const lines = findings.map((finding) => h("li", {}, finding.line ? `Line ${finding.line}: ` : "", finding.message,
    finding.hint ? `; ${finding.hint}` : ""));
  const none = !entered.length && !refused && h("p", {}, "The list names nobody.");
  return [entered, refused, none, lines.length > 0 && h("ul", { class: "findings" }, lines)];
}
