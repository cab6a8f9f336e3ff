// Sets the theme that was chosen before anything is drawn. No choice: the system's.
try {
  const theme = localStorage.getItem("sentry.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // A browser that stores nothing gets the system's theme.
}
