// What the daemon tells once a second, over one connection for the whole page, closed while the page is hidden: a browser has
// six connections to a host, for all its tabs together.

/**
 * @param {{onEvent: (event: object) => void, onState: (isConnected: boolean) => void}} listeners
 * @returns {{start(withRules: boolean): void, stop(): void, pause(): void, resume(): void}}
 */
export function makeLive({ onEvent, onState }) {
  let source = null;
  let withRules = false;
  let retry = 0;
  let isWanted = false;

  function open() {
    close();
    if (document.hidden) return;
    source = new EventSource(withRules ? "/v1/live?rules=1" : "/v1/live");
    source.onmessage = (message) => {
      onState(true);
      onEvent(JSON.parse(message.data));
    };
    source.onerror = () => {
      onState(false);
      // The browser comes back by itself unless the daemon refused.
      if (source.readyState === EventSource.CLOSED) retry = setTimeout(open, 3000);
    };
  }

  function close() {
    clearTimeout(retry);
    source?.close();
    source = null;
  }

  function resume() {
    if (isWanted) open();
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? close() : resume()));

  return {
    start(rules) {
      isWanted = true;
      clearTimeout(retry);
      if (source && source.readyState !== EventSource.CLOSED && rules === withRules) return;
      withRules = rules;
      open();
    },
    stop() {
      isWanted = false;
      close();
    },
    pause: close,
    resume,
  };
}
