// Signing in: the link that `sentry open` prints carries a token, good once, that becomes a session.

import { get, post, remove, request, useToken } from "./api.js";
import { button, h, replace } from "./parts/dom.js";
import { forgetKept } from "./parts/kept.js";

const staleToken = "This link is wrong, used or too old. Ask for a new one.";

/**
 * The session, made from the link's token if there is one.
 * @returns {Promise<{user: string, csrf: string, expires: number}|null>} `null` if somebody has to sign in
 */
export async function findSession() {
  const token = takeTokenFromAddress();
  try {
    const session = token ? await post("/web/session", { token }) : await getPatiently();
    useToken(session.csrf ?? "");
    return session;
  } catch (error) {
    if (token) return findOldSession(error);
    if (error.status === 401) return null;
    throw error;
  }
}

/** The session, asked for three times if nothing answers. */
async function getPatiently(tries = 3) {
  try {
    return await request("GET", "/web/session", { signal: AbortSignal.timeout(10000) });
  } catch (error) {
    if (error.status !== 0 || tries < 2) throw error;
    await new Promise((done) => setTimeout(done, 1000));
    return getPatiently(tries - 1);
  }
}

/** A link that was used already must not end a session that still stands. */
async function findOldSession(refusal) {
  try {
    const session = await get("/web/session");
    useToken(session.csrf ?? "");
    return session;
  } catch {
    throw refusal.status === 401 ? new Error(staleToken) : refusal;
  }
}

/** Ends the session. */
export async function signOut() {
  await remove("/web/session");
  // Drafts are nothing for whoever signs in next.
  forgetKept();
  location.reload();
}

function takeTokenFromAddress() {
  const token = /^#open=(.+)$/.exec(location.hash)?.[1];
  if (token) history.replaceState(null, "", `${location.pathname}#rules`);
  return token;
}

/** Shows how to sign in; `done` is called with the session. */
export function showSignIn(root, problem, done) {
  const field = h("input", { id: "sign-in-token", class: "field", autocomplete: "off", spellcheck: "false", required: true });
  const message = h("p", { class: "problem", id: "sign-in-problem", role: "alert" }, problem ?? "");
  const submit = async (event) => {
    event.preventDefault();
    const token = field.value.trim().replace(/^.*#open=/, "");
    try {
      const session = await post("/web/session", { token });
      useToken(session.csrf ?? "");
      done(session);
    } catch (error) {
      replace(message, error.status === 401 ? staleToken : error.message);
      field.select();
    }
  };
  replace(root, h("form", { class: "sign-in", id: "sign-in", on: { submit } },
    h("h1", {}, "Sign in"),
    h("p", {}, "On the machine that sentry protects, type ", h("code", {}, "sentry open"),
      " and follow the link it prints. The link works once, for five minutes."),
    h("label", { for: "sign-in-token" }, "Or paste the link here"),
    field, message,
    button("Sign in", () => {}, { type: "submit", class: "button primary", id: "sign-in-go" })));
  field.focus();
}
