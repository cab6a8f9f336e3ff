// What each rule in force has counted, as the live feed tells it.

import { bytes, countOrBlank, moment, rate } from "../parts/format.js";

/** The choices of the last column. */
export const statistics = [
  ["parameter", "Parameter"], ["matches", "Match count"], ["bytes", "Byte count"], ["time", "Last time"], ["rate", "Rate"],
];

export class Counters {
  /** @param {[number, number, number|null][]} list match count, byte count and last time of each rule */
  constructor(list) {
    this.rows = list.map(([matches, size, time]) => ({ matches, size, time, more: 0, moreBytes: 0 }));
    /** Places of the rules that matched since the event before. */
    this.fresh = new Set();
  }

  /** Takes an event of the live feed. */
  receive(changes) {
    for (const place of this.fresh) Object.assign(this.rows[place], { more: 0, moreBytes: 0 });
    this.fresh.clear();
    for (const [place, matches, size, time, more, moreBytes] of changes) {
      const row = this.rows[place];
      if (!row) continue;
      Object.assign(row, { matches, size, time, more, moreBytes });
      if (more > 0) this.fresh.add(place);
    }
  }

  /** Takes what came while the list was asked for: it may be older. */
  catchUp(changes) {
    for (const [place, matches, size, time] of changes) {
      const row = this.rows[place];
      if (row && matches > row.matches) Object.assign(row, { matches, size, time });
    }
  }

  /** The text of the last column, and what is said beside it more quietly. */
  text(kind, place) {
    const row = this.rows[place];
    if (!row) return ["", ""];
    switch (kind) {
      case "matches": return [countOrBlank(row.matches), row.more ? `+${countOrBlank(row.more)}` : ""];
      case "bytes": return [row.size ? bytes(row.size) : "", row.moreBytes ? `+${bytes(row.moreBytes)}` : ""];
      case "time": return [row.time ? moment(row.time) : "", ""];
      case "rate": return row.more ? [`${rate(row.more)}/s`, `${bytes(row.moreBytes)}/s`] : ["", ""];
      default: return ["", ""];
    }
  }
}
