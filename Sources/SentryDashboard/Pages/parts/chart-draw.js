// Draws a plot: its axes, what is stacked, the cursor and the marked part, as SVG. Colours are classes in pages.css.

import { timeMarks, valueMarks } from "./chart-scale.js";

/** Pixels around what is plotted, for the marks of the axes. */
export const margins = { left: 56, right: 10, top: 8, bottom: 20 };

/** Draws all of `chart` (see chart.js) into `svg`, which is `width` by `height` pixels. */
export function drawChart(svg, chart, width, height) {
  svg.replaceChildren();
  if (width < 80 || height < 60) return;
  setAll(svg, { width, height, viewBox: `0 0 ${width} ${height}` });
  const [first, end] = chart.range();
  const layers = stack(chart.shown(), first, end);
  const marks = valueMarks(Math.max(0, ...(layers.at(-1)?.upper ?? [])), chart.data.base);
  const place = makePlace(chart, first, end, marks.at(-1), width, height);
  drawAxes(svg, chart, place, marks, width);
  const outline = chart.kind === "bars" ? barsPath : areaPath;
  for (const layer of layers) {
    shape(svg, "path", { class: `plot-shape plot-${layer.name}`, d: outline(layer, place) });
  }
  drawMarks(svg, chart, place);
}

/** Piles the series on one another: for each its lower and upper edge. */
function stack(series, first, end) {
  let lower = new Array(end - first).fill(0);
  return series.map(({ name, values }) => {
    const upper = lower.map((value, index) => value + Math.max(0, values[first + index] ?? 0));
    const layer = { name, lower, upper };
    lower = upper;
    return layer;
  });
}

function makePlace(chart, first, end, most, width, height) {
  const { start, step } = chart.data;
  const inner = { width: width - margins.left - margins.right, height: height - margins.top - margins.bottom };
  const slot = inner.width / Math.max(1, end - first);
  return {
    first, end, slot,
    count: end - first,
    top: margins.top,
    bottom: margins.top + inner.height,
    from: start + first * step,
    to: start + end * step,
    /** The middle of the value with this index. */
    x: (index) => margins.left + (index - first + 0.5) * slot,
    atTime: (time) => margins.left + ((time - start) / step - first) * slot,
    y: (value) => margins.top + inner.height * (1 - value / most),
  };
}

function drawAxes(svg, chart, place, marks, width) {
  for (const mark of marks) {
    const y = Math.round(place.y(mark)) + 0.5;
    shape(svg, "line", { class: "plot-line", x1: margins.left, x2: width - margins.right, y1: y, y2: y });
    label(svg, chart.mark(mark), margins.left - 6, y + 4, "end");
  }
  if (place.count === 0) return;
  for (const { time, text } of timeMarks(place.from, place.to, (width - margins.left) / 84)) {
    const x = Math.round(place.atTime(time)) + 0.5;
    if (x > width - margins.right + 1) continue;
    shape(svg, "line", { class: "plot-line", x1: x, x2: x, y1: place.bottom, y2: place.bottom + 4 });
    const anchor = x < margins.left + 20 ? "start" : x > width - 30 ? "end" : "middle";
    label(svg, text, x, place.bottom + 16, anchor);
  }
}

function areaPath({ lower, upper }, { first, x, y }) {
  const over = upper.map((value, index) => `${round(x(first + index))},${round(y(value))}`);
  const under = lower.map((value, index) => `${round(x(first + index))},${round(y(value))}`);
  return over.length ? `M${over.join("L")}L${under.reverse().join("L")}Z` : "";
}

function barsPath({ lower, upper }, { first, x, y, slot }) {
  const width = round(Math.max(1, slot - Math.min(3, slot / 4)));
  return upper.map((value, index) => {
    const height = y(lower[index]) - y(value);
    if (height < 0.01) return "";
    return `M${round(x(first + index) - width / 2)},${round(y(value))}h${width}v${round(Math.max(1, height))}h${-width}z`;
  }).join("");
}

function drawMarks(svg, chart, place) {
  const { cursor, anchor } = chart;
  if (cursor === null || cursor < place.first || cursor >= place.end) return;
  const height = place.bottom - place.top;
  if (anchor !== null && anchor !== cursor) {
    const left = place.x(Math.min(anchor, cursor)) - place.slot / 2;
    const width = (Math.abs(anchor - cursor) + 1) * place.slot;
    shape(svg, "rect", { class: "plot-part", x: round(left), y: place.top, width: round(width), height });
  }
  const x = Math.round(place.x(cursor)) + 0.5;
  shape(svg, "line", { class: "plot-cursor", x1: x, x2: x, y1: place.top, y2: place.bottom });
}

function label(svg, text, x, y, anchor) {
  shape(svg, "text", { class: "plot-text", x: round(x), y, "text-anchor": anchor }).textContent = text;
}

/** Adds an element of SVG. */
function shape(svg, name, attributes) {
  const element = document.createElementNS(svg.namespaceURI, name);
  setAll(element, attributes);
  svg.append(element);
  return element;
}

function setAll(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
}

const round = (value) => Math.round(value * 10) / 10;
