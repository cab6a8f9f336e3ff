// A table of things that come, change and go. Rows and cells stay the same elements while their texts change, so that nothing
// jumps, and what has the keyboard keeps it.

import { button, h, isUnderPointer, setAttribute, setText } from "./dom.js";
import { count } from "./format.js";

/** Milliseconds for which rows keep their places: who trades places all the time cannot be read. What is new comes last until then. */
const steadyFor = 10000;

/** A column of numbers: sorted by what `value` says of a row, written as `write` has it. @returns {Column} */
export const figure = (key, label, width, value, write, kind = "wide") => (
  { key, label, width, kind, isFigure: true, order: value, text: (row) => write(value(row)) });

/**
 * @typedef {object} Column
 * @property {string} key
 * @property {string} label
 * @property {(row: object) => string} [text] the cell's text; asked again whenever the table is shown
 * @property {(current: () => object, cell: HTMLElement) => Node|Node[]} [make] the cell's content in place of a text, made
 *   once for each row; `current` is the row as it was last shown
 * @property {(row: object, cell: HTMLElement) => void} [update] called whenever the table is shown
 * @property {(row: object) => number|string} [order] makes the column one to sort by
 * @property {boolean} [isFigure] numbers, to the right, largest first when sorted by
 * @property {boolean} [isQuiet] its label is only read aloud
 * @property {string} [width] in CSS; without one the column takes what is left
 * @property {string} [kind] classes: `mono`; `wide` is left out on narrow screens, `extra` on all but wide ones
 *
 * @param {{id: string, caption: string, columns: Column[], keyOf: (row: object) => string, sort: string, most?: number,
 *   empty: string, onSort?: (key: string) => void, onPick?: (row: object) => void, widths?: string[]}} options
 *   `sort` is a column's key, with `-` in front for the largest first; `most` rows are in the page until more are asked for;
 *   `widths` are the least the table takes, on narrow screens and on others, before it scrolls
 */
export function makeTable({ id, caption, columns, keyOf, sort, most = 200, empty, onSort, onPick, widths = [] }) {
  const body = h("tbody", {});
  const heads = columns.map((column) => makeHead(column));
  const table = h("table", { class: "table steady", id },
    h("caption", { class: "hidden-label" }, caption),
    h("colgroup", {}, columns.map((column) => makeColumn(column))),
    h("thead", {}, h("tr", {}, heads)), body);
  ["--narrow", "--broad"].forEach((name, index) => widths[index] && table.style.setProperty(name, widths[index]));
  const nothing = h("p", { class: "nothing muted", hidden: true }, empty);
  const more = button("", () => { limit += most; draw(); }, { class: "button quiet more", id: `${id}-more`, hidden: true });
  const element = h("div", { class: "table-block" },
    h("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-label": caption }, table, nothing), more);
  body.addEventListener("pointerleave", () => draw());
  const lines = new Map();
  let rows = [];
  let limit = most;
  let selected = null;
  let sortedAt = -steadyFor;

  function makeHead(column) {
    const choose = () => {
      const isRising = sort === column.key || (sort !== `-${column.key}` && column.isFigure);
      sort = isRising ? `-${column.key}` : column.key;
      onSort?.(column.key);
      sortedAt = -steadyFor;
      draw();
    };
    const title = column.isQuiet ? h("span", { class: "hidden-label" }, column.label) : column.label;
    const sorter = () => h("button", { type: "button", data: { sort: column.key }, on: { click: choose } }, title);
    return h("th", { scope: "col", class: classOf(column) }, column.order ? sorter() : title);
  }

  function makeLine(key, row) {
    const line = { row };
    line.cells = columns.map((column) => {
      const cell = h("td", { class: classOf(column), data: { column: column.key } });
      if (column.make) cell.append(...[column.make(() => line.row, cell)].flat());
      return cell;
    });
    line.element = h("tr", { data: { key } }, line.cells);
    if (onPick) line.element.addEventListener("click", (event) => {
      if (!event.target.closest("a, button, input") && !getSelection().toString()) onPick(line.row);
    });
    return line;
  }

  function drawHeads() {
    columns.forEach((column, index) => {
      const direction = sort === column.key ? "ascending" : sort === `-${column.key}` ? "descending" : null;
      setAttribute(heads[index], "aria-sort", direction);
    });
  }

  function inOrder() {
    const column = columns.find((one) => sort === one.key || sort === `-${one.key}`);
    const sign = sort.startsWith("-") ? -1 : 1;
    const sorted = !column?.order ? rows : rows.map((row) => ({ row, value: column.order(row) }))
      .sort((a, b) => (a.value < b.value ? -sign : a.value > b.value ? sign : 0))
      .map(({ row }) => row);
    // Under the pointer no row moves, lest somebody hits another than meant: what is new comes last.
    if (isUnderPointer(body)) return asTheyAre(sorted);
    const hasRoom = sorted.length <= limit || sorted.slice(0, limit).every((row) => lines.has(keyOf(row)));
    const isSettled = body.childElementCount > 0 && hasRoom && performance.now() - sortedAt < steadyFor;
    if (isSettled) return asTheyAre(sorted);
    sortedAt = performance.now();
    return sorted;
  }

  function asTheyAre(sorted) {
    const places = new Map([...body.children].map((line, index) => [line.dataset.key, index]));
    const place = (row) => places.get(keyOf(row)) ?? Infinity;
    const known = sorted.filter((row) => place(row) < Infinity).sort((a, b) => place(a) - place(b));
    return [...known, ...sorted.filter((row) => place(row) === Infinity)];
  }

  function draw() {
    drawHeads();
    const isHeld = isUnderPointer(body);
    const shown = inOrder().slice(0, limit);
    const focused = body.contains(document.activeElement) ? document.activeElement : null;
    const keys = new Set(shown.map(keyOf));
    for (const [key, line] of lines) {
      if (keys.has(key)) continue;
      // Under the pointer what is gone keeps its place until that leaves, and does nothing.
      setGone(line, true);
      if (isHeld) continue;
      line.element.remove();
      lines.delete(key);
    }
    shown.forEach((row, index) => {
      const key = keyOf(row);
      const line = lines.get(key) ?? makeLine(key, row);
      lines.set(key, line);
      line.row = row;
      setGone(line, false);
      fill(line);
      setAttribute(line.element, "aria-selected", onPick ? String(key === selected) : null);
      if (isHeld) {
        if (!line.element.isConnected) body.append(line.element);
      } else if (body.children[index] !== line.element) body.insertBefore(line.element, body.children[index] ?? null);
    });
    if (focused?.isConnected && document.activeElement !== focused) focused.focus({ preventScroll: true });
    nothing.hidden = rows.length > 0;
    more.hidden = rows.length <= limit;
    setText(more, `Show more: ${count(shown.length)} of ${count(rows.length)} are shown`);
  }

  function setGone({ element: line }, isGone) {
    line.inert = isGone;
    line.classList.toggle("gone", isGone);
  }

  function fill({ row, cells }) {
    columns.forEach((column, index) => {
      if (column.text) setText(cells[index], column.text(row));
      column.update?.(row, cells[index]);
    });
  }

  return {
    element,
    /** Shows these rows; `text` says why there are none. */
    show(newRows, text = empty) {
      rows = newRows;
      setText(nothing, text);
      draw();
    },
    /** Writes the texts of what is in the page anew, as when time has passed. */
    refresh() {
      for (const line of lines.values()) fill(line);
    },
    select(key) {
      selected = key;
      for (const [one, line] of lines) setAttribute(line.element, "aria-selected", String(one === key));
    },
  };
}

const classOf = ({ isFigure, kind }) => [isFigure ? "figure" : "", kind ?? ""].join(" ").trim();

/** What of a column's kind says when the column is left out. */
const columnClass = (kind = "") => kind.split(" ").filter((word) => word === "wide" || word === "extra").join(" ");

function makeColumn({ width, kind }) {
  const column = h("col", { class: columnClass(kind) });
  if (width) column.style.width = width;
  return column;
}
