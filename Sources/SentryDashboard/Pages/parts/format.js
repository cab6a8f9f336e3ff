// Numbers, sizes and times as people read them. All widths are steady: tabular figures, no jumping units below a step.

const grouped = new Intl.NumberFormat("en");

/** `12,345`; from ten million on `12.3 M`. */
export function count(value) {
  if (value < 1e7) return grouped.format(Math.round(value));
  return value < 1e10 ? `${(value / 1e6).toFixed(1)} M` : `${(value / 1e9).toFixed(1)} G`;
}

/** Like `count`, and nothing for zero: an empty cell is quieter than a column of zeros. */
export const countOrBlank = (value) => (value ? count(value) : "");

/** `512 B`, `1.5 KiB`, `12.3 MiB`, `117 GiB`: powers of 1024, as in `sentry traffic`. Tenths are cut off, not rounded. */
export function bytes(value) {
  let unit = 0;
  while (value >= 1024 && unit < 6) {
    value /= 1024;
    unit += 1;
  }
  if (unit === 0) return `${Math.round(value)} B`;
  const cut = value >= 100 ? Math.floor(value).toString() : (Math.floor(value * 10) / 10).toFixed(1);
  return `${cut} ${["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"][unit - 1]}`;
}

/** Packets or bytes a second: `0.4`, `12`, `3,400`. */
export function rate(value) {
  if (!value) return "";
  return value < 10 && !Number.isInteger(value) ? value.toFixed(1) : count(value);
}

export const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
export const two = (number) => String(number).padStart(2, "0");

/** Seconds since 1970 as local `14:05:09`. */
export function clock(seconds) {
  const date = new Date(seconds * 1000);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** Seconds since 1970 as local `2026-01-31 14:05:09`. */
export function timestamp(seconds) {
  const date = new Date(seconds * 1000);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clock(seconds)}`;
}

/** The same, with as much of the date as tells it from now: `14:05:09` today, `20 Nov 14:05:09` this year. */
export function moment(seconds) {
  const [date, today] = [new Date(seconds * 1000), new Date()];
  if (date.toDateString() === today.toDateString()) return clock(seconds);
  if (date.getFullYear() !== today.getFullYear()) return timestamp(seconds);
  return `${date.getDate()}\u00a0${months[date.getMonth()]} ${clock(seconds)}`;
}

/** A length of time in its two largest units: `45 s`, `3 min 20 s`, `2 h 5 min`, `4 d 1 h`. */
export function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const steps = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
  const first = steps.findIndex(([size]) => whole >= size);
  if (first < 0) return "0 s";
  const [size, unit] = steps[first];
  const rest = whole % size;
  const next = steps[first + 1];
  const part = next ? Math.floor(rest / next[0]) : 0;
  return `${Math.floor(whole / size)} ${unit}${part ? ` ${part} ${next[1]}` : ""}`;
}

/** `1 rule`, `2 rules`. */
export const plural = (number, one, many = `${one}s`) => `${count(number)} ${number === 1 ? one : many}`;
