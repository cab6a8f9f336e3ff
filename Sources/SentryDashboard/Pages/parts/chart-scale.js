// Where the marks of a plot's axes stand, and what is written at them.

import { clock, months, two } from "./format.js";

const timeSteps = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 345600, 604800,
];

/**
 * The marks from 0 up to `most` or a little more: 3 to 6 of them, at round numbers.
 * @param {number} base 1000, or 1024 for what is written in KiB and MiB
 * @returns {number[]} in rising order, never fewer than two
 */
export function valueMarks(most, base = 1000) {
  if (!most) return [0, 1];
  const unit = base ** Math.max(0, Math.floor(Math.log(Math.max(most, 1e-3)) / Math.log(base)));
  return roundMarks(most / unit).map((mark) => mark * unit);
}

function roundMarks(most) {
  const rough = Math.max(most, 1e-3) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((one) => one >= rough * 0.999);
  const marks = [0];
  while (marks.at(-1) < most || marks.length < 2) marks.push(marks.length * step);
  return marks;
}

/** `0.5`, `12`, `3.4 k`, `12 M`: short enough for the left edge of a plot. */
export function shortNumber(value) {
  const units = ["", " k", " M", " G", " T"];
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${Number(value.toPrecision(3))}${units[unit]}`;
}

/**
 * The marks between two moments, at round local times, at most `room` of them.
 * @returns {{time: number, text: string}[]} seconds since 1970
 */
export function timeMarks(from, to, room) {
  const step = timeSteps.find((one) => (to - from) / one <= Math.max(1, room)) ?? timeSteps.at(-1);
  const offset = new Date(from * 1000).getTimezoneOffset() * 60;
  const marks = [];
  for (let time = Math.ceil((from - offset) / step) * step + offset; time <= to; time += step) {
    marks.push({ time, text: timeMark(time, step) });
  }
  return marks;
}

function timeMark(time, step) {
  const date = new Date(time * 1000);
  const isMidnight = date.getHours() === 0 && date.getMinutes() === 0 && date.getSeconds() === 0;
  if (step >= 86400 || (isMidnight && step >= 3600)) return `${date.getDate()} ${months[date.getMonth()]}`;
  return step < 60 ? clock(time) : `${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** The moment of one value, as exact as its step asks for: `14:05:09`, `14:05`, `21 Nov 14:00`. */
export function momentText(time, step) {
  const date = new Date(time * 1000);
  const minutes = `${two(date.getHours())}:${two(date.getMinutes())}`;
  if (step < 60) return clock(time);
  return step < 120 ? minutes : `${date.getDate()} ${months[date.getMonth()]} ${minutes}`;
}
