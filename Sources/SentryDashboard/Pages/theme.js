// Sets the theme that was chosen before anything is drawn. No choice: the system's.
try {
  const theme = localStorage.getItem("sentry.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // A browser that stores nothing gets the system's theme.
}

// A script that does not come leaves the page empty: the daemon may be starting, or busy. It is loaded again until all have come.
addEventListener("error", ({ target }) => {
  if (!(target instanceof HTMLScriptElement)) return;
  const text = document.createElement("p");
  text.className = "empty";
  text.textContent = "The daemon does not answer. Trying again…";
  document.getElementById("view")?.replaceChildren(text);
  setTimeout(() => location.reload(), 3000);
}, true);
