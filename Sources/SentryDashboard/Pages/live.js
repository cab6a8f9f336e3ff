// What the daemon tells once a second, over one connection for the whole page.

/**
 * @param {{onEvent: (event: object) => void, onState: (isConnected: boolean) => void}} listeners
 * @returns {{start(withRules: boolean): void, stop(): void}}
 */
export function makeLive({ onEvent, onState }) {
  let source = null;
  let withRules = false;
  let retry = 0;

  function open() {
    source?.close();
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

  return {
    start(rules) {
      clearTimeout(retry);
      if (source && source.readyState !== EventSource.CLOSED && rules === withRules) return;
      withRules = rules;
      open();
    },
    stop() {
      clearTimeout(retry);
      source?.close();
      source = null;
    },
  };
}
