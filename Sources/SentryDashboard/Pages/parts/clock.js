// The time as the daemon's machine has it: the browser's clock may be wrong, and its time zone another.

/** The host's clock less this machine's, in seconds. */
let difference = 0;

/** @param {number} time seconds since 1970, as the host has just told */
export const learnHostTime = (time) => { difference = time - Date.now() / 1000; };

/** Seconds since 1970, by the host's clock. */
export const hostNow = () => Date.now() / 1000 + difference;

/** Whose times are shown, where the host's clocks on the wall show others; empty where they are the same. */
export function zoneSentence(hostOffset) {
  const own = -60 * new Date().getTimezoneOffset();
  if (hostOffset === undefined || hostOffset === own) return "";
  return `Times are those of this browser (${zoneName(own)}), not of the host (${zoneName(hostOffset)}).`;
}

/** `UTC+5:45`, `UTC−3`, `UTC`. */
function zoneName(offset) {
  const minutes = Math.round(Math.abs(offset) / 60);
  if (!minutes) return "UTC";
  const rest = minutes % 60;
  return `UTC${offset < 0 ? "−" : "+"}${Math.floor(minutes / 60)}${rest ? `:${String(rest).padStart(2, "0")}` : ""}`;
}
