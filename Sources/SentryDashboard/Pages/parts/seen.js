// Connections that last are closed while their page is hidden: a browser has six to a host, for all its tabs together.

/** Ends once the page can be seen. @returns {Promise<void>} */
export function whenSeen() {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) => {
    document.addEventListener("visibilitychange", () => resolve(), { once: true });
  });
}
