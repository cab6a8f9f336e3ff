// The numbers of a plot as a table, for those who cannot see it, or want to be exact.

import { h, replace } from "./dom.js";
import { timestamp } from "./format.js";

/** @returns {{element: HTMLElement, show(data, format): void}} filled only while it is open, at most every five seconds */
export function makeChartTable(id, label) {
  const body = h("div", {
    class: "table-scroll plot-numbers", tabindex: "0", role: "region", "aria-label": `${label}, as a table`,
  });
  let latest = null;
  let filledAt = 0;

  const element = h("details", { class: "plot-table", id: `${id}-table`, on: { toggle: () => fill(true) } },
    h("summary", {}, "As a table"), body);

  function fill(isForced) {
    if (!element.open || !latest || (!isForced && performance.now() - filledAt < 5000)) return;
    filledAt = performance.now();
    const { data: { start, step, series }, format } = latest;
    const rows = (series[0]?.values ?? []).map((_, index) => h("tr", {},
      h("th", { scope: "row" }, timestamp(start + index * step)),
      series.map((one) => h("td", { class: "figure" }, format(one.values[index])))));
    replace(body, h("table", { class: "table" },
      h("caption", { class: "hidden-label" }, label),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "From"),
        series.map((one) => h("th", { scope: "col", class: "figure" }, one.label)))),
      h("tbody", {}, rows.reverse())));
  }

  return {
    element,
    show(data, format) {
      latest = { data, format };
      fill(false);
    },
  };
}
