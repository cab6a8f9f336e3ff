// The Traffic page: what has come and gone over time, who has moved most, and the connections of now.

import { get } from "../api.js";
import { button, h, replace, setAttribute, setText } from "../parts/dom.js";
import { bytes, duration, moment, timestamp } from "../parts/format.js";
import { makeChart } from "../parts/chart.js";
import { shortNumber } from "../parts/chart-scale.js";
import { hostNow } from "../parts/clock.js";
import { makePoll } from "../parts/poll.js";
import { makeConnections } from "./connections.js";
import { makeTops } from "./tops.js";
import { verdictLabels, verdicts } from "../parts/verdicts.js";

/** Seconds, as the daemon has them, and how often each is asked for. */
const spans = [
  { seconds: 60, label: "1 min", pause: 1 }, { seconds: 3600, label: "1 hour", pause: 5 },
  { seconds: 86400, label: "1 day", pause: 30 }, { seconds: 604800, label: "7 days", pause: 60 },
  { seconds: 2592000, label: "30 days", pause: 60 },
];

export function mount(root, context, page) {
  let span = spans[0];
  let kind = "packets";
  let zoom = null;

  const spanButtons = spans.map((one) => button(one.label, () => chooseSpan(one), { data: { span: one.seconds } }));
  const kindButtons = ["packets", "bytes"].map((one) => button(one, () => chooseKind(one), { data: { kind: one } }));
  const chart = makeChart({ id: "history", label: "Traffic over time, per second", format: perSecond, mark: atEdge, onZoom });
  const note = h("p", { class: "muted about", id: "history-note" });
  const tops = makeTops(context);
  const topNote = h("p", { class: "muted about", id: "tops-note", role: "status" });
  const poll = makePoll(() => source().pause, loadHistory);
  const topPoll = makePoll(() => Math.max(5, span.pause), loadTops);
  const connections = makeConnections(context, page);

  root.append(h("div", { class: "page full" },
    h("h1", { class: "hidden-label" }, "Traffic"),
    poll.notice,
    h("div", { class: "toolbar flush" },
      h("div", { class: "group", role: "group", "aria-label": "Span" }, spanButtons),
      h("span", { class: "spring" }),
      h("div", { class: "group", role: "group", "aria-label": "Plotted" }, kindButtons)),
    h("section", { class: "section", "aria-label": "Over time" }, chart.element, note),
    h("section", { class: "section", "aria-label": "Busiest" }, topPoll.notice, topNote, tops.element),
    connections.element));

  function perSecond(value) {
    if (kind === "bytes") return `${bytes(value)}/s`;
    return `${value >= 100 ? Math.round(value).toLocaleString("en") : value.toFixed(value >= 10 ? 1 : 2)}/s`;
  }

  function atEdge(value) {
    return kind === "bytes" ? bytes(value) : shortNumber(value);
  }

  /** The shortest span that the zoomed part lies in: it is the most exact. */
  function source() {
    if (!zoom) return span;
    const age = hostNow() - zoom.from;
    return spans.find((one) => one.seconds >= age) ?? span;
  }

  async function loadHistory(signal) {
    const reply = await get("/v1/history", { span: source().seconds });
    if (signal.aborted) return;
    if (zoom && zoom.to <= reply.start) {
      zoom = null;
      chart.zoom(null);
      topPoll.again();
    }
    const { start, step } = reply;
    chart.show(kind === "bytes" ? { start, step, series: byteSeries(reply), base: 1024 } : { start, step, series: verdictSeries(reply) });
    describe(reply);
  }

  /** Of the part of the plot that is looked at, too. */
  async function loadTops(signal) {
    const part = zoom;
    await tops.load(part ? { since: Math.floor(part.from), until: Math.ceil(part.to) } : { span: span.seconds }, signal);
    if (signal.aborted) return;
    setText(topNote, part ? `From ${moment(part.from)} to ${moment(part.to)}, as far as the history tells:` : "");
  }

  function describe({ step, start, knownSince, series }) {
    const exactness = step === 1 ? "Each value is one second" : `Each value is the average of ${duration(step)}`;
    const isShort = knownSince !== undefined && knownSince - start > step;
    const known = isShort ? `; nothing is known of before ${timestamp(knownSince)}` : "";
    replace(note, series.length === 0 ? "No packet in this time." : `${exactness}${known}. Drag over the plot to look closer.`);
  }

  function onZoom(range) {
    const before = source();
    zoom = range;
    if (source() !== before) poll.again();
    topPoll.again();
  }

  function chooseSpan(one) {
    span = one;
    zoom = null;
    chart.zoom(null);
    mark();
    poll.again();
    topPoll.again();
  }

  function chooseKind(one) {
    kind = one;
    mark();
    poll.again();
  }

  function mark() {
    for (const one of spanButtons) setAttribute(one, "aria-pressed", String(one.dataset.span === String(span.seconds)));
    for (const one of kindButtons) setAttribute(one, "aria-pressed", String(one.dataset.kind === kind));
  }

  mark();
  return {
    ready: Promise.all([poll.ready, topPoll.ready, connections.ready]),
    navigate: (next) => connections.navigate(next),
    unmount() {
      poll.stop();
      topPoll.stop();
      connections.unmount();
      chart.unmount();
    },
  };
}

/** The last step is not over yet. */
const whole = (values) => values.slice(0, -1);

/** All verdicts that occur, in one order, so that colours and places stay the same. */
function verdictSeries({ series }) {
  const rank = ({ name }) => (verdicts.indexOf(name) + verdicts.length + 1) % (verdicts.length + 1);
  return [...series].sort((a, b) => rank(a) - rank(b))
    .map(({ name, values }) => ({ name, label: verdictLabels[name] ?? name, values: whole(values) }));
}

function byteSeries({ bytes: moved }) {
  return ["in", "out"].map((name) => ({ name, label: name, values: whole(moved[name]) }));
}
