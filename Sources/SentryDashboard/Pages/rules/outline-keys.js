// The keyboard in the outline, as in an outline view: arrows walk, open and close; letters find; the rest edits.

const typeAheadPause = 900;

/**
 * @param {import("./outline.js").Outline} outline
 * @param {import("./selection.js").Selection} selection
 * @param {import("./rule-acts.js").RuleActs} acts what keys do beyond walking
 */
export function listenToKeys(outline, selection, acts) {
  let typed = "";
  let typedAt = 0;

  outline.element.addEventListener("keydown", (event) => {
    if (event.target !== outline.element && !event.target.classList.contains("rule-switch")) return;
    const handlers = event.ctrlKey || event.metaKey ? [command] : event.altKey ? [shifted] : [walk, plain, find];
    if (handlers.some((handle) => handle(event))) event.preventDefault();
  });

  function walk(event) {
    const { shown, positions, focus } = outline;
    if (!shown.length) return false;
    const at = positions.get(focus) ?? 0;
    const page = outline.pageSize;
    const steps = {
      ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: shown.length - 1,
    };
    const to = steps[event.key];
    if (to === undefined) return false;
    typed = "";
    go(shown[Math.max(0, Math.min(shown.length - 1, to))], event);
    return true;
  }

  function go(index, event) {
    if (event.shiftKey) selection.extend(index);
    else selection.only(index);
  }

  function plain(event) {
    const { tree, focus } = outline;
    const node = tree?.nodes[focus];
    switch (event.key) {
      case "ArrowRight":
        if (!node || !tree.hasChildren(focus)) return true;
        if (!node.open) acts.setOpen(focus, true);
        else selection.only(focus + 1);
        return true;
      case "ArrowLeft":
        if (node?.open && tree.hasChildren(focus)) acts.setOpen(focus, false);
        else if (node && node.parent >= 0) selection.only(node.parent);
        return true;
      case " ":
        // Of a name, but not of a number.
        if (/[^\d.]/.test(typed) && Date.now() - typedAt < typeAheadPause) return find(event);
        acts.switchRules();
        return true;
      case "Enter": case "F2": acts.edit(focus); return true;
      case "Delete": case "Backspace": acts.remove(); return true;
      case "Insert": acts.add("after"); return true;
      case "ContextMenu": acts.menu(focus); return true;
      case "F10": return event.shiftKey ? (acts.menu(focus), true) : false;
      case "Escape": return acts.endSearch();
      case "*": acts.setOpen(focus, true, true); return true;
      default: return false;
    }
  }

  function command(event) {
    const key = event.key.toLowerCase();
    if (key === "a") selection.all();
    else if (key === "c" && !getSelection().toString()) acts.copy();
    else if (key === "x") acts.cut();
    else if (key === "enter") acts.add(event.shiftKey ? "into" : "after");
    else if (key === " ") selection.toggle(outline.focus);
    else if (key === "arrowdown" || key === "arrowup") {
      const at = outline.positions.get(outline.focus) ?? 0;
      const next = outline.shown[at + (key === "arrowdown" ? 1 : -1)];
      if (next !== undefined) outline.focusOn(next);
    } else return false;
    return true;
  }

  function shifted(event) {
    const direction = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "out", ArrowRight: "in" }[event.key];
    if (direction) acts.shift(direction);
    return Boolean(direction);
  }

  function find(event) {
    if (event.key.length !== 1) return false;
    const now = Date.now();
    const isGoingOn = now - typedAt < typeAheadPause;
    typed = (isGoingOn ? typed : "") + event.key.toLowerCase();
    typedAt = now;
    const { shown, positions, focus, tree } = outline;
    const start = (positions.get(focus) ?? -1) + (typed.length > 1 ? 0 : 1);
    for (let step = 0; step < shown.length; step += 1) {
      const index = shown[(start + step) % shown.length];
      const node = tree.nodes[index];
      if (node.number.startsWith(typed) || node.name.toLowerCase().startsWith(typed)) {
        selection.only(index);
        break;
      }
    }
    return true;
  }
}
