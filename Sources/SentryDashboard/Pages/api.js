// The daemon's HTTP interface. Every request but GET carries the session's token.

/** A request that was not carried out. `status` is 0 if nothing answered. */
export class ApiError extends Error {
  constructor(status, message, body) {
    super(message);
    this.status = status;
    this.body = body;
  }
}

let token = "";
let signedOut = () => {};

/** @param {string} text the session's token */
export const useToken = (text) => { token = text; };

/** Called when the daemon no longer knows the session. */
export const onSignedOut = (listener) => { signedOut = listener; };

/**
 * Sends one request.
 * @param {string} method
 * @param {string} path
 * @param {{query?: object, body?: any, text?: string, as?: "json"|"text", signal?: AbortSignal}} [options] `body` goes as JSON,
 *   `text` as it is
 * @throws {ApiError}
 */
export async function request(method, path, options = {}) {
  const headers = {};
  if (method !== "GET") headers["Sentry-Token"] = token;
  let body = options.text;
  if (options.body !== undefined) {
    headers["Content-Type"] = "application/json";
    body = JSON.stringify(options.body);
  }
  let response;
  try {
    response = await fetch(withQuery(path, options.query), { method, headers, body, cache: "no-store", signal: options.signal });
  } catch {
    throw new ApiError(0, "The daemon does not answer.");
  }
  if (response.ok) return options.as === "text" ? response.text() : response.json();
  const reply = await response.json().catch(() => null);
  if (response.status === 401 && path !== "/web/session") signedOut();
  throw new ApiError(response.status, failureText(reply, response.status), reply);
}

export const get = (path, query) => request("GET", path, { query });
export const getText = (path, query) => request("GET", path, { query, as: "text" });
export const post = (path, body, query) => request("POST", path, { body, query });
export const put = (path, body, query) => request("PUT", path, { body, query });
export const putText = (path, text, query) => request("PUT", path, { text, query });
export const remove = (path, body) => request("DELETE", path, { body });

function withQuery(path, query) {
  const items = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== null && value !== "");
  // A blank is %20: '+' stands for itself.
  const text = items.map((item) => item.map(encodeURIComponent).join("=")).join("&");
  return text ? `${path}?${text}` : path;
}

function failureText(reply, status) {
  const text = reply?.message ?? reply?.error?.message ?? reply?.error;
  return typeof text === "string" && text ? text : `The daemon answered with status ${status}.`;
}
