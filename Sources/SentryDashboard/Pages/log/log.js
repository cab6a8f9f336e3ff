// The Log page: entries as they come, counted by the minute, and those that a filter finds.

import { get } from "../api.js";
import { button, debounce, h, setAttribute, setText } from "../parts/dom.js";
import { count, plural } from "../parts/format.js";
import { addressRange } from "../parts/addresses.js";
import { hostNow } from "../parts/clock.js";
import { makeChart } from "../parts/chart.js";
import { makeLogRows } from "./rows.js";
import { makeLogStream, readLog } from "./stream.js";
import { makePoll } from "../parts/poll.js";
import { momentText } from "../parts/chart-scale.js";
import { logVerdicts, verdictLabels, verdicts } from "../parts/verdicts.js";

/** Entries that stay in the page; older ones make way. */
const most = 500;
/** Seconds that the bars show. */
const barSpan = 3600;

export function mount(root, context, page) {
  const rows = makeLogRows(context, most, () => isPaused || showHeld());
  /** A part of the past that is looked at in place of what comes: seconds since 1970. */
  let range = null;
  let isPaused = false;
  /** What has come while nothing was to move, the latest of it; and how many entries that were in all. */
  let held = [];
  let cameMeanwhile = 0;
  let stream = null;
  let lookup = 0;
  /** Seconds that the latest counts took. */
  let lookedFor = 0;
  let begun;
  /** Ends when there are entries, or nobody has to wait for any. */
  const hasBegun = new Promise((done) => { begun = done; });

  const changed = debounce(350, () => restart());
  const field = (id, label, width) => {
    const input = h("input", {
      class: "field", id: `log-${id}`, type: "search", placeholder: label, "aria-label": label, spellcheck: "false",
      autocomplete: "off", maxlength: "200", on: { input: changed },
    });
    input.style.width = width;
    return input;
  };
  const rule = field("rule", "Rule", "90px");
  const address = field("address", "Address or net", "190px");
  const text = field("text", "Text", "150px");
  text.title = "Words that entries have: looked for in all that comes, and in the latest 200,000 that the other filters let through";
  const verdict = h("select", { class: "field", id: "log-verdict", "aria-label": "Verdict", on: { change: () => restart() } },
    h("option", { value: "" }, "Any verdict"), logVerdicts.map((name) => h("option", { value: name }, verdictLabels[name])));
  const pause = button("Pause", () => setPaused(!isPaused), { id: "log-pause", "aria-pressed": "false" });
  const reset = button("Clear filters", () => setFilters({}), { class: "button quiet", id: "log-clear" });
  const news = button("", () => showHeld(), { class: "button quiet", id: "log-news", hidden: true });
  const state = h("span", { class: "muted", id: "log-state", role: "status" });
  const flood = h("span", { class: "muted", id: "log-flood", title: "Too many to be shown: a filter finds them" });
  const back = button("Back to now", () => navigate(filters()), { id: "log-now", hidden: true });
  const earlier = button("Earlier entries", () => loadEarlier(), { class: "button quiet more", id: "log-earlier" });
  const bars = makeChart({
    id: "minutes", label: "Log entries by the minute, the last hour", kind: "bars", format: count, onZoom: look,
  });
  // Words are looked for in all entries of the hour: of a flood, that takes the daemon a while.
  const poll = makePoll(() => Math.max(10, 20 * lookedFor), loadMinutes);

  root.append(h("div", { class: "page full" },
    h("h1", { class: "hidden-label" }, "Log"),
    poll.notice,
    h("div", { class: "toolbar flush" },
      rule, address, verdict, text, reset, h("span", { class: "spring" }), flood, state, news, back, pause),
    h("section", { class: "section tight", "aria-label": "Entries by the minute" }, bars.element),
    rows.element, earlier));

  const filters = () => ({
    rule: rule.value.trim(), address: address.value.trim(), verdict: verdict.value, text: text.value.trim(),
  });

  /** The page's address says what is shown, so that it can be kept and sent around. */
  const remember = () => history.replaceState(null, "", context.address("log", filters()));

  /** Begins anew, with the filters as they are. */
  function restart() {
    const isAddress = address.value.trim() === "" || addressRange(address.value.trim()) !== null;
    address.classList.toggle("wrong", !isAddress);
    setAttribute(address, "aria-invalid", isAddress ? null : "true");
    if (!isAddress) return setText(state, "An address is 203.0.113.9, a net 203.0.113.0/24.");
    stream?.stop();
    stream = null;
    letGo();
    rows.clear();
    lookup += 1;
    remember();
    poll.again();
    if (range) loadPast(lookup);
    else follow();
    describe();
  }

  function follow() {
    stream = makeLogStream({ ...filters(), limit: 200 }, {
      onEntries: (entries, leftOut) => {
        setText(flood, leftOut ? `${plural(leftOut, "more entry", "more entries")} came meanwhile` : "");
        begun();
        if (!isPaused && !rows.isUnderPointer()) return rows.add(entries);
        const fresh = entries.filter((entry) => !rows.has(entry));
        cameMeanwhile += fresh.length + leftOut;
        held = [...held, ...fresh].slice(-most);
        describe();
      },
      onState: (problem) => {
        setTimeout(begun, 500);
        setText(state, problem ?? "");
        if (!problem) describe();
      },
      onRestart: () => {
        if (isPaused) letGo();
        else rows.clear();
      },
    });
  }

  async function loadPast(turn) {
    try {
      const entries = await readLog({ ...filters(), since: range.from, until: range.to, limit: most });
      if (turn === lookup) rows.add(entries);
    } catch (error) {
      if (turn === lookup) setText(state, error.message);
    }
  }

  async function loadEarlier() {
    const { oldest } = rows;
    const turn = lookup;
    // What has just come has no number yet: then the time tells what is earlier.
    const end = !oldest ? {} : oldest.id === undefined ? { until: oldest.time } : { before: oldest.id };
    try {
      const found = await readLog({ ...filters(), since: range?.from, ...end, limit: 200 });
      if (turn !== lookup) return;
      const entries = found.filter((entry) => !rows.has(entry));
      setPaused(range === null);
      rows.addEarlier(entries);
      if (!entries.length) setText(state, "There is nothing earlier.");
    } catch (error) {
      setText(state, error.message);
    }
  }

  async function loadMinutes(signal) {
    const until = Math.floor(hostNow());
    const asked = performance.now();
    const { start, step, counts } = await get("/v1/log/minutes", { ...filters(), since: until - barSpan, until });
    lookedFor = (performance.now() - asked) / 1000;
    if (signal.aborted) return;
    const found = new Set(counts.flatMap((one) => Object.keys(one)));
    const others = [...found].filter((name) => !verdicts.includes(name)).sort();
    const names = [...verdicts.filter((name) => found.has(name)), ...others];
    const series = names.map((name) => (
      { name, label: verdictLabels[name] ?? name, values: counts.map((one) => one[name] ?? 0) }));
    const none = { name: "message", label: "no entry", values: counts.map(() => 0) };
    bars.show({ start, step, series: series.length ? series : [none] });
  }

  function look(zoom) {
    range = zoom;
    restart();
  }

  function setPaused(state) {
    isPaused = state;
    if (!isPaused) showHeld();
    describe();
  }

  function showHeld() {
    rows.add(held);
    letGo();
    describe();
  }

  function letGo() {
    held = [];
    cameMeanwhile = 0;
  }

  function describe() {
    setAttribute(pause, "aria-pressed", String(isPaused));
    setText(pause, isPaused ? "Go on" : "Pause");
    pause.hidden = range !== null;
    back.hidden = range === null;
    news.hidden = held.length === 0;
    setText(news, `Show ${held.length < cameMeanwhile ? "the latest of " : ""}${plural(cameMeanwhile, "new entry", "new entries")}`);
    if (range) setText(state, `From ${momentText(range.from, 60)} to ${momentText(range.to, 60)}`);
    else if (stream?.isOpen) setText(state, isPaused ? "Paused" : held.length ? "Waiting while the pointer is on the list" : "Live");
    reset.disabled = !(rule.value || address.value || verdict.value || text.value);
  }

  function setFilters(next) {
    rule.value = next.rule ?? "";
    address.value = next.address ?? "";
    verdict.value = logVerdicts.includes(next.verdict) ? next.verdict : "";
    text.value = next.text ?? "";
    restart();
  }

  function navigate(next) {
    range = null;
    bars.zoom(null);
    setFilters(next);
  }

  navigate(page);
  return {
    ready: Promise.all([poll.ready, hasBegun]),
    navigate,
    unmount() {
      changed.cancel();
      stream?.stop();
      poll.stop();
      bars.unmount();
      rows.unmount();
    },
  };
}
