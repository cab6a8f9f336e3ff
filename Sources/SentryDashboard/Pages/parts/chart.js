// A plot over time, stacked: areas for rates, bars for counts. Dragging, or the keyboard, zooms; names in the legend switch
// their series off and on; the same numbers stand in a table below.

import { button, h, replace, setAttribute, setText } from "./dom.js";
import { momentText, shortNumber } from "./chart-scale.js";
import { drawChart, margins } from "./chart-draw.js";
import { makeChartKeys } from "./chart-keys.js";
import { makeChartTable } from "./chart-table.js";

const fewestValues = 4;

/**
 * @typedef {{name: string, label: string, values: number[]}} Series `name` chooses the colour (`plot-NAME` in pages.css)
 * @typedef {{start: number, step: number, series: Series[], base?: number}} ChartData `start` in seconds since 1970, `step` in seconds;
 *   `base` 1024 has the marks at round numbers of KiB
 *
 * @param {{id: string, label: string, kind?: "areas"|"bars", format: (value: number) => string,
 *   mark?: (value: number) => string, onZoom?: (zoom: {from: number, to: number}|null) => void}} options `format`
 *   writes a value with its unit, `mark` one at the left edge
 * @returns {{element: HTMLElement, show(data: ChartData): void, zoom(range: {from, to}|null): void, unmount(): void}}
 */
export function makeChart({ id, label, kind = "areas", format, mark = shortNumber, onZoom = () => {} }) {
  const chart = {
    kind, mark, data: { start: 0, step: 1, series: [] }, hidden: new Set(), zoom: null, cursor: null, anchor: null,
  };
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  setAttribute(svg, "aria-hidden", "true");
  const tip = h("div", { class: "plot-tip", hidden: true });
  const area = h("div", {
    class: `plot-area ${kind}`, id: `${id}-area`, tabindex: "0", role: "application", "aria-roledescription": "plot",
    "aria-label": label, "aria-describedby": `${id}-keys`,
  }, svg, tip);
  const legend = h("div", { class: "plot-legend", role: "group", "aria-label": "Shown in the plot" });
  const whole = button("Whole span", () => setZoom(null), { class: "button quiet plot-whole", id: `${id}-whole` });
  const spoken = h("p", { class: "hidden-label", role: "status" });
  const table = makeChartTable(id, label);
  const element = h("figure", { class: "plot", id },
    h("div", { class: "plot-head" }, legend, whole),
    area,
    h("p", { class: "hidden-label", id: `${id}-keys` },
      "Left and right go through the values, with Shift they mark a part. Enter zooms into it, plus and minus zoom, ",
      "Escape goes back."),
    spoken, table.element);

  /** The values in view: first index, and the one behind the last. */
  chart.range = () => {
    const { start, step, series } = chart.data;
    const length = series[0]?.values.length ?? 0;
    if (!chart.zoom) return [0, length];
    const first = Math.max(0, Math.floor((chart.zoom.from - start) / step));
    const end = Math.min(length, Math.ceil((chart.zoom.to - start) / step));
    return end - first < 2 ? [0, length] : [first, end];
  };
  chart.shown = () => chart.data.series.filter((one) => !chart.hidden.has(one.name));

  function setZoom(zoom, isAsked = true) {
    chart.zoom = zoom;
    chart.anchor = null;
    whole.style.visibility = zoom ? "visible" : "hidden";
    draw();
    if (isAsked) onZoom(zoom);
  }

  /** Zooms to the values from one index to another, both included. */
  chart.zoomTo = (one, other) => {
    const { start, step } = chart.data;
    const first = Math.min(one, other);
    const spare = kind === "bars" ? 0 : Math.max(0, fewestValues - Math.abs(one - other) - 1) / 2;
    const last = Math.max(one, other);
    setZoom({ from: start + Math.round(first - spare) * step, to: start + Math.round(last + 1 + spare) * step });
  };
  chart.zoomOut = () => setZoom(null);

  function draw() {
    drawChart(svg, chart, area.clientWidth, area.clientHeight);
    drawTip();
  }
  chart.draw = draw;

  function drawTip() {
    const [first, end] = chart.range();
    tip.hidden = chart.cursor === null || chart.cursor < first || chart.cursor >= end;
    if (tip.hidden) return;
    const { start, step } = chart.data;
    const rows = chart.shown().map((one) => h("div", {},
      h("span", { class: `plot-key plot-${one.name}` }), h("span", {}, one.label),
      h("span", { class: "figure" }, format(one.values[chart.cursor]))));
    replace(tip, h("strong", {}, momentText(start + chart.cursor * step, step)), rows.reverse());
    const room = area.clientWidth - margins.left - margins.right;
    const x = margins.left + ((chart.cursor - first + 0.5) / (end - first)) * room;
    const isRight = x > area.clientWidth / 2;
    tip.style.left = isRight ? "" : `${x + 12}px`;
    tip.style.right = isRight ? `${area.clientWidth - x + 12}px` : "";
  }

  /** Reads the values at the cursor aloud. */
  chart.speak = () => {
    if (chart.cursor === null) return;
    const { start, step } = chart.data;
    const parts = chart.shown().map((one) => `${one.label} ${format(one.values[chart.cursor])}`);
    setText(spoken, `${momentText(start + chart.cursor * step, step)}: ${parts.join(", ")}`);
  };

  function drawLegend() {
    const names = chart.data.series.map((one) => one.name).join(" ");
    if (legend.dataset.names === names) return;
    legend.dataset.names = names;
    replace(legend, chart.data.series.map((one) => legendButton(one)));
  }

  function legendButton({ name, label: text }) {
    const toggle = button([h("span", { class: `plot-key plot-${name}` }), text], () => {
      if (!chart.hidden.delete(name)) chart.hidden.add(name);
      setAttribute(toggle, "aria-pressed", String(!chart.hidden.has(name)));
      draw();
    }, { class: "button quiet plot-name", "aria-pressed": String(!chart.hidden.has(name)), data: { series: name } });
    return toggle;
  }

  makeChartKeys(area, chart);
  const watcher = new ResizeObserver(draw);
  watcher.observe(area);
  setZoom(null, false);

  return {
    element,
    show(data) {
      const moved = Math.round((data.start - chart.data.start) / data.step);
      const isSameStep = data.step === chart.data.step;
      if (chart.cursor !== null && area !== document.activeElement && !isSameStep) chart.cursor = null;
      if (chart.anchor !== null) chart.anchor = isSameStep ? Math.max(0, chart.anchor - moved) : null;
      chart.data = data;
      const length = data.series[0]?.values.length ?? 0;
      if (chart.cursor >= length) chart.cursor = length ? length - 1 : null;
      drawLegend();
      draw();
      table.show(data, format);
    },
    zoom: (range) => setZoom(range, false),
    unmount: () => watcher.disconnect(),
  };
}
