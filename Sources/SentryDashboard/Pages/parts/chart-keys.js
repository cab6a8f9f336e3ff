// Pointer and keyboard on a plot: the cursor, marking a part, zooming.

import { margins } from "./chart-draw.js";

/** Listens on `area`; `chart` is that of chart.js. */
export function makeChartKeys(area, chart) {
  let pressedAt = null;

  const indexAt = (event) => {
    const [first, end] = chart.range();
    const box = area.getBoundingClientRect();
    const part = (event.clientX - box.left - margins.left) / (box.width - margins.left - margins.right);
    return end > first ? Math.min(end - 1, Math.max(first, first + Math.floor(part * (end - first)))) : null;
  };

  area.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    pressedAt = event.clientX;
    chart.anchor = indexAt(event);
    area.setPointerCapture(event.pointerId);
  });
  area.addEventListener("pointermove", (event) => {
    chart.cursor = indexAt(event);
    chart.draw();
  });
  area.addEventListener("pointerup", (event) => {
    if (pressedAt === null) return;
    const isDrag = Math.abs(event.clientX - pressedAt) > 5;
    const { anchor } = chart;
    pressedAt = null;
    chart.cursor = indexAt(event);
    chart.anchor = null;
    if (anchor !== null && (isDrag || chart.kind === "bars")) chart.zoomTo(anchor, chart.cursor);
    else chart.draw();
  });
  area.addEventListener("pointercancel", forget);
  area.addEventListener("pointerleave", () => {
    if (pressedAt === null) forget();
  });
  area.addEventListener("blur", forget);
  area.addEventListener("dblclick", () => chart.zoomOut());
  area.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = keys[event.key];
    if (!act || act(chart, event.shiftKey) === false) return;
    event.preventDefault();
    chart.draw();
    chart.speak();
  });

  function forget() {
    pressedAt = chart.cursor = chart.anchor = null;
    chart.draw();
  }
}

const keys = {
  ArrowLeft: (chart, isMarking) => move(chart, (index) => index - 1, isMarking),
  ArrowRight: (chart, isMarking) => move(chart, (index) => index + 1, isMarking),
  PageUp: (chart, isMarking) => move(chart, (index, count) => index - Math.ceil(count / 10), isMarking),
  PageDown: (chart, isMarking) => move(chart, (index, count) => index + Math.ceil(count / 10), isMarking),
  Home: (chart, isMarking) => move(chart, () => 0, isMarking),
  End: (chart, isMarking) => move(chart, () => Infinity, isMarking),
  Enter(chart) {
    if (chart.cursor === null || (chart.anchor === null && chart.kind !== "bars")) return false;
    return chart.zoomTo(chart.anchor ?? chart.cursor, chart.cursor);
  },
  "+": (chart) => scale(chart, 0.5),
  "-": (chart) => scale(chart, 2),
  Escape(chart) {
    if (chart.anchor !== null) chart.anchor = null;
    else if (chart.zoom) chart.zoomOut();
    else return false;
    return true;
  },
};

function move(chart, step, isMarking) {
  const [first, end] = chart.range();
  if (end <= first) return false;
  const here = chart.cursor ?? end - 1;
  if (isMarking) chart.anchor ??= here;
  else chart.anchor = null;
  const wanted = chart.cursor === null && !isMarking ? here : step(here, end - first);
  chart.cursor = Math.min(end - 1, Math.max(first, wanted));
  return true;
}

function scale(chart, factor) {
  const [first, end] = chart.range();
  const length = chart.data.series[0]?.values.length ?? 0;
  const count = Math.max(4, Math.round((end - first) * factor));
  if (count >= length) return chart.zoomOut();
  const middle = chart.cursor ?? Math.round((first + end) / 2);
  const from = Math.min(length - count, Math.max(0, middle - Math.floor(count / 2)));
  return chart.zoomTo(from, from + count - 1);
}
