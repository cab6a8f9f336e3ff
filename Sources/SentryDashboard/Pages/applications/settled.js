// The questions that were settled last, the newest first.

import { h, setAttribute, setText } from "../parts/dom.js";
import { makeTable } from "../parts/data-table.js";
import { moment, plural, timestamp } from "../parts/format.js";
import { pathText, programName, questionText } from "../parts/programs.js";

const words = { allow: "Allowed", deny: "Denied" };
const badges = { allow: "good", deny: "bad" };

/** `Allowed once by anna, for 5 minutes.`; who has not answered in time is said to have not. */
export function outcomeText({ answer, by, void: isVoid, holdsSeconds, untilRestart }) {
  if (isVoid) return "No longer asked about.";
  const word = words[answer] ?? "Settled";
  const term = holdsSeconds ? `for ${plural(Math.round(holdsSeconds / 60), "minute")}` : "";
  if (!by) return `${[word, term].filter(Boolean).join(" ")}: nobody answered in time.`;
  if (term) return `${word} once by ${by}, ${term}.`;
  return untilRestart ? `${word} by ${by}, what runs the replaced file alone, until sentry is restarted.` : `${word} by ${by}.`;
}

/** @returns {{element: HTMLElement, show(settled: object[]): void}} */
export function makeSettled() {
  const table = makeTable({
    id: "settled", caption: "Questions that were settled", keyOf: ({ number }) => String(number), sort: "-time", widths: ["300px", "640px"],
    empty: "Nothing was asked yet.", columns: [
      {
        key: "time", label: "Asked", width: "128px", order: ({ number }) => number, text: ({ time }) => moment(time),
        update: ({ time }, cell) => setAttribute(cell, "title", timestamp(time)),
      },
      {
        key: "answer", label: "Answer", width: "84px", order: ({ answer }) => answer ?? "",
        make: () => h("span", { class: "badge" }),
        update: ({ answer }, cell) => {
          setText(cell.firstElementChild, words[answer] ?? "Void");
          setAttribute(cell.firstElementChild, "class", `badge ${badges[answer] ?? ""}`);
        },
      },
      {
        key: "question", label: "Question", width: "auto", order: ({ path }) => programName(path), text: questionText,
        update: (one, cell) => setAttribute(cell, "title", `${questionText(one)}\n${pathText(one.path)}\n${outcomeText(one)}`),
      },
      { key: "user", label: "User", kind: "wide", width: "120px", order: ({ user }) => user ?? "", text: ({ user }) => user ?? "" },
      {
        key: "by", label: "Answered by", width: "25%", order: ({ by }) => by ?? "", text: ({ by, void: isVoid }) => by ?? (isVoid ? "no longer asked" : "nobody in time"),
        update: ({ by }, cell) => cell.classList.toggle("muted", !by),
      },
    ],
  });
  return { element: table.element, show: (settled) => table.show(settled) };
}
