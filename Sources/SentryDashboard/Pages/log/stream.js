// Reads the log: what it has, and what comes.

import { ApiError, getText } from "../api.js";
import { whenSeen } from "../parts/seen.js";
import { sentence } from "../parts/words.js";

const path = "/v1/log";
/** Entries that wait to be shown; of a flood only the latest are. */
const most = 1000;
/** More than these in a quarter of a second are a flood: it is shown once a second, its latest entries alone. */
const calm = 12;
const mostOfFlood = 60;

/**
 * Entries, oldest first.
 * @param {{rule?, address?, verdict?, text?, since?, until?, before?, limit?}} query
 * @throws {ApiError}
 */
export async function readLog(query) {
  return (await getText(path, query)).split("\n").filter(Boolean).map((line) => JSON.parse(line));
}

/**
 * Follows the log until `stop()`; where the connection ends, it begins anew after a moment, and after the page was hidden.
 * @param {object} query as `readLog` has it, without times
 * @param {{onEntries: (entries: object[], leftOut: number) => void, onState: (problem: string|null) => void, onRestart: () => void}} listeners
 *   `onEntries` is called four times a second at most, also with how many entries of a flood were left out; `onRestart` before entries come that were told already
 * @returns {{isOpen: boolean, stop(): void}}
 */
export function makeLogStream(query, { onEntries, onState, onRestart }) {
  const abort = new AbortController();
  const stream = {
    isOpen: false,
    stop() {
      abort.abort();
      clearInterval(timer);
    },
  };
  let waiting = [];
  let hasBegun = false;
  let isSignedOut = false;
  let attempt = new AbortController();
  document.addEventListener("visibilitychange", () => document.hidden && attempt.abort(), { signal: abort.signal });

  let came = 0;
  let lastShown = 0;
  const timer = setInterval(() => {
    if (!waiting.length) return;
    const isFlood = came > calm && lastShown > 0;
    if (isFlood && Date.now() - lastShown < 1000) return;
    const entries = isFlood ? waiting.slice(-mostOfFlood) : waiting;
    const leftOut = isFlood ? came - entries.length : 0;
    lastShown = Date.now();
    waiting = [];
    came = 0;
    onEntries(entries, Math.max(0, leftOut));
  }, 250);

  async function readOnce() {
    const items = Object.entries({ ...query, follow: 1 }).filter(([, value]) => value !== undefined && value !== "")
      .map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
    attempt = new AbortController();
    const signal = AbortSignal.any([abort.signal, attempt.signal]);
    const response = await fetch(`${path}?${items.join("&")}`, { signal, cache: "no-store" });
    if (!response.ok) throw await failure(response);
    if (hasBegun) {
      waiting = [];
      onRestart();
    }
    hasBegun = stream.isOpen = true;
    onState(null);
    let rest = "";
    for await (const text of texts(response.body)) {
      const lines = (rest + text).split("\n");
      rest = lines.pop();
      came += lines.length;
      if (lines.length > most) lines.splice(0, lines.length - most);
      for (const line of lines) if (line) waiting.push(JSON.parse(line));
      if (waiting.length > most) waiting = waiting.slice(-most);
    }
  }

  async function follow() {
    while (!abort.signal.aborted) {
      await whenSeen();
      if (abort.signal.aborted) return;
      let problem = "The log has ended. Trying again…";
      try {
        await readOnce();
      } catch (error) {
        isSignedOut = error.status === 401;
        if (error instanceof ApiError) problem = `${sentence(error.message)} Trying again…`;
        else problem = "The daemon does not answer. Trying again…";
      }
      if (abort.signal.aborted || isSignedOut) return;
      stream.isOpen = false;
      if (attempt.signal.aborted) continue;
      onState(problem);
      await new Promise((resolve) => setTimeout(resolve, 3000));
    }
  }

  follow();
  return stream;
}

async function failure(response) {
  const reply = await response.json().catch(() => null);
  return new ApiError(response.status, reply?.message ?? `The daemon answered with status ${response.status}.`, reply);
}

async function* texts(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}
