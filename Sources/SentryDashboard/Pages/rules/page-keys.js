// Paste, and keys that work wherever the focus is on the page of the rules.

/**
 * @param {import("./rule-acts.js").RuleActs} acts
 * @returns {() => void} ends it
 */
export function listenToPage(acts) {
  const isTyping = (event) => event.target.closest?.("input:not([type=checkbox]), textarea, dialog");

  const onPaste = (event) => {
    if (isTyping(event) || !acts.mayEdit()) return;
    event.preventDefault();
    const snippet = event.clipboardData.getData("text");
    if (snippet.trim()) acts.pasteText(snippet, acts.chosen.at(-1) ?? null, "after");
  };

  const onKey = (event) => {
    if (!(event.ctrlKey || event.metaKey) || isTyping(event)) return;
    const key = event.key.toLowerCase();
    if (key === "f") acts.page.bar.search.focus();
    else if (key === "y" || (key === "z" && event.shiftKey)) acts.redo();
    else if (key === "z") acts.undo();
    else return;
    event.preventDefault();
  };

  document.addEventListener("paste", onPaste);
  document.addEventListener("keydown", onKey);
  return () => {
    document.removeEventListener("paste", onPaste);
    document.removeEventListener("keydown", onKey);
  };
}
