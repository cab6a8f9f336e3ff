// Changes of the address tables that can be taken back. `changed` is called after each, and after it was undone.

import { ApiError, post, remove } from "../api.js";
import { ask, complain, toast } from "../parts/dialog.js";
import { count, duration, plural } from "../parts/format.js";
import { sentence } from "../parts/words.js";

/** The durations that are offered, as the daemon reads them. */
export const durations = [
  ["1m", "1 minute"], ["10m", "10 minutes"], ["1h", "1 hour"], ["10h", "10 hours"], ["1d", "1 day"], ["10d", "10 days"],
  ["unlimited", "Unlimited"],
];

const path = (table) => `/v1/tables/${table}`;

/**
 * Enters addresses. What is most likely a slip is asked about first; what is protected as a whole is refused.
 * @param {{addresses: string[], duration?: string, note?: string, matchCount?: number}} wanted
 * @throws {ApiError} with the reason
 */
export async function enter(table, wanted) {
  try {
    return await post(path(table), wanted);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 409) throw error;
    if (!(await ask("Enter it all the same?", sentence(error.message), "Enter it", "danger"))) throw error;
    return post(path(table), { ...wanted, force: true });
  }
}

/** Takes entries out of a table, and offers to put them back. */
export async function removeAddresses(table, entries, changed) {
  try {
    await remove(path(table), { addresses: entries.map((entry) => entry.address) });
    const what = entries.length === 1 ? `${entries[0].address} has` : `${plural(entries.length, "address", "addresses")} have`;
    toast(`${what} left table ${table}.`, "good", undoing(() => putBack(table, entries), changed));
    changed();
  } catch (error) {
    complain(error);
  }
}

const undoing = (undo, changed) => ({ label: "Undo", run: () => undo().then(changed).catch(complain) });

/** Puts entries back with their matches and the duration they had, which begins anew. */
async function putBack(table, entries) {
  const alike = Map.groupBy(entries, ({ duration, triggeredBy, matchCount }) => JSON.stringify([duration, triggeredBy, matchCount]));
  for (const [key, group] of alike) {
    const [duration, note, matchCount] = JSON.parse(key);
    const addresses = group.map((entry) => entry.address);
    await enter(table, { addresses, duration: duration === null ? "unlimited" : String(duration), note, matchCount });
  }
  toast(`Back in table ${table}: ${plural(entries.length, "address", "addresses")}.`, "good");
}

/** Moves an entry to table authorize, and offers to undo that. */
export async function authorize(table, entry, changed) {
  try {
    const note = `was in ${table}: ${entry.triggeredBy}`;
    const { duration: seconds } = await enter("authorize", { addresses: [entry.address], note });
    const term = seconds === undefined ? "until it is removed" : `for ${duration(seconds)} after it was last seen`;
    await remove(path(table), { addresses: [entry.address] });
    const undo = async () => {
      await remove(path("authorize"), { addresses: [entry.address] });
      await putBack(table, [entry]);
    };
    toast(`${entry.address} is authorized ${term}, and out of table ${table}.`, "good", undoing(undo, changed));
    changed();
  } catch (error) {
    complain(error);
  }
}

/** Gives an entry another duration, from now on; `text` is the duration in words. */
export async function extend(table, entry, [value, text], changed) {
  try {
    await enter(table, { addresses: [entry.address], duration: value, note: entry.triggeredBy, matchCount: entry.matchCount });
    toast(`${entry.address} stays in table ${table}: ${text.toLowerCase()} from now on.`, "good");
    changed();
  } catch (error) {
    complain(error);
  }
}

/** Empties a table, or takes out what a filter shows, after asking. */
export async function clearTable(table, entries, isFiltered, changed) {
  const all = plural(entries.length, "address", "addresses");
  const title = isFiltered ? `Remove ${all}?` : `Empty table ${table}?`;
  const text = isFiltered ? `What the filter shows leaves table ${table}: ${count(entries.length)} of its entries.`
    : `All ${all} leave it, also those that came in meanwhile.`;
  if (!(await ask(title, text, "Remove", "danger"))) return;
  if (isFiltered) return removeAddresses(table, entries, changed);
  try {
    const { removed } = await remove(path(table), { all: true });
    toast(`Table ${table} is empty: ${plural(removed, "address has", "addresses have")} left it.`, "good");
    changed();
  } catch (error) {
    complain(error);
  }
}
