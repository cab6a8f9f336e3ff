// Asking again and again, without asking more than is answered, and saying so when there is no answer.

import { h, setText } from "./dom.js";
import { sentence } from "./words.js";

/**
 * Does `work` now, and again `seconds()` after it is done, as long as the page can be seen.
 *
 * What `work` throws is shown in `notice` until it works again; then the next try comes after three seconds at least.
 * @param {() => number} seconds
 * @param {(signal: AbortSignal) => Promise<void>} work may check `signal.aborted` before it shows what came too late
 * @returns {{notice: HTMLElement, ready: Promise<void>, again(): Promise<void>, stop(): void}} `ready` ends once it was done, or failed,
 *   for the first time; `again` does it at once
 */
export function makePoll(seconds, work) {
  const text = h("span", {});
  const notice = h("div", { class: "bar bad notice", role: "alert", hidden: true }, text);
  let timer = 0;
  let abort = new AbortController();
  let isStopped = false;
  let settle;
  const ready = new Promise((done) => { settle = done; });

  async function again() {
    if (isStopped) return;
    clearTimeout(timer);
    abort.abort();
    abort = new AbortController();
    const { signal } = abort;
    const start = performance.now();
    let pause = 0;
    try {
      await work(signal);
      if (!signal.aborted) notice.hidden = true;
    } catch (error) {
      // Without a session nothing more is to be had; the page asks to sign in.
      if (signal.aborted || error.status === 401) return;
      pause = 3;
      setText(text, `${sentence(error.message)} Trying again…`);
      notice.hidden = false;
    }
    if (signal.aborted || isStopped) return;
    settle();
    // An answer that takes long to make is asked for less often.
    const slow = ((performance.now() - start) / 1000) * 5;
    timer = setTimeout(next, Math.max(seconds(), pause, slow) * 1000);
  }

  function next() {
    if (document.hidden) timer = setTimeout(next, 1000);
    else again();
  }

  // Not before the caller has all that `work` needs.
  queueMicrotask(again);
  return {
    notice,
    ready,
    again,
    stop() {
      isStopped = true;
      clearTimeout(timer);
      abort.abort();
    },
  };
}
