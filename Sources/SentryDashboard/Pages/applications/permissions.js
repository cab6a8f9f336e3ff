// Deciding what programs may do, and taking that back. `done` is called after each change.

import { post } from "../api.js";
import { ask, complain, toast } from "../parts/dialog.js";
import { programName } from "../parts/programs.js";
import { sentence } from "../parts/words.js";

const words = { allow: "allowed", deny: "denied", undecided: "no longer decided" };
const ways = { inbound: "connections of others to it", outbound: "its connections to others" };

/** Gives a row's program a permission for one direction; `null` takes it away, and leaves the other direction as it is. */
export async function decide(row, direction, answer, done) {
  const state = answer ?? "undecided";
  await send(row, { [direction]: state }, `${nameOf(row)}: ${ways[direction]} are ${words[state]}.`, done);
}

/** Allows a program that has changed as it is now, in the directions in which it was allowed. */
export async function renew(row, done) {
  const allowed = ["inbound", "outbound"].filter((direction) => row.permission?.[direction] === "allow");
  const states = Object.fromEntries(allowed.map((direction) => [direction, "allow"]));
  await send(row, states, `${nameOf(row)} is allowed as it is now.`, done);
}

/** Forgets what was decided, after asking. */
export async function forget(row, done) {
  const text = "Its next connection is judged as that of a program nobody has decided about.";
  if (!(await ask(`Forget what was decided about ${nameOf(row)}?`, text, "Forget", "danger"))) return;
  await send(row, { inbound: "undecided", outbound: "undecided" }, `What was decided about ${nameOf(row)} is forgotten.`, done);
}

async function send({ path, user }, states, text, done) {
  try {
    const { asked } = await insist({ path, user: user ?? undefined, ...states });
    toast(asked ? text : `${text} It changes nothing yet: the rules in force ask for no permission.`, "good");
  } catch (error) {
    complain(error);
  }
  await done();
}

/** What would end the SSH connection that somebody comes by is done only if he says so twice. */
async function insist(wanted) {
  try {
    return await post("/v1/applications", wanted);
  } catch (error) {
    if (error.status !== 409 || !(await ask("This may lock you out", sentence(error.message), "Do it anyway", "danger"))) throw error;
    return post("/v1/applications", { ...wanted, force: true });
  }
}

/** `curl`, `curl for anna`. */
export const nameOf = ({ path, user }) => `${programName(path)}${user === null ? "" : ` for ${user}`}`;
