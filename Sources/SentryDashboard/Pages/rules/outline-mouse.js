// The mouse and the finger in the outline: triangles, boxes, selecting, double clicks, and dragging rules to another place.

/**
 * @param {import("./outline.js").Outline} outline
 * @param {import("./selection.js").Selection} selection
 * @param {import("./rule-acts.js").RuleActs} acts
 */
export function listenToMouse(outline, selection, acts) {
  const { body } = outline;

  body.addEventListener("mousedown", (event) => {
    if (event.target.closest("input:not(.rule-switch), .suggest-popup")) return;
    outline.element.focus({ preventScroll: true });
    if (event.shiftKey || event.target.closest(".rule-switch, .triangle")) event.preventDefault();
  });

  body.addEventListener("click", (event) => {
    const index = outline.indexOf(event.target);
    if (index < 0 || event.target.closest(".cell-editor")) return;
    if (event.target.closest(".triangle") && outline.tree.hasChildren(index)) {
      return acts.setOpen(index, !outline.tree.nodes[index].open, event.altKey);
    }
    if (event.target.closest(".rule-switch")) return acts.switchRules(index, event.target.checked);
    if (event.target.closest(".flag.error, .flag.warning, .flag.note")) acts.showFindings(index);
    if (event.shiftKey) selection.extend(index);
    else if (event.ctrlKey || event.metaKey) selection.toggle(index);
    else selection.only(index);
  });

  body.addEventListener("dblclick", (event) => {
    const index = outline.indexOf(event.target);
    if (index < 0 || event.target.closest(".triangle, .rule-switch, .cell-editor")) return;
    acts.edit(index, event.target.closest("[data-field]")?.dataset.field ?? "name");
  });

  body.addEventListener("contextmenu", (event) => {
    const index = outline.indexOf(event.target);
    if (index < 0 || event.target.closest(".cell-editor")) return;
    event.preventDefault();
    if (!outline.tree.nodes[index].selected) selection.only(index);
    acts.menu(index, { x: event.clientX, y: event.clientY });
  });

  listenToDrag(outline, selection, acts);
}

/** Rows follow the pointer; the line shows where they would come to stand. */
function listenToDrag(outline, selection, acts) {
  const { body, element } = outline;
  let start = null;
  let target = null;

  body.addEventListener("pointerdown", (event) => {
    const index = outline.indexOf(event.target);
    if (event.button !== 0 || event.pointerType === "touch" || index < 0 || !acts.canEdit()) return;
    if (event.target.closest("input, .triangle")) return;
    start = { x: event.clientX, y: event.clientY, index, id: event.pointerId, isDragging: false, tree: outline.tree };
  });

  body.addEventListener("pointermove", (event) => {
    if (!start) return;
    if (!start.isDragging && Math.abs(event.clientY - start.y) < 6) return;
    if (!start.isDragging) begin();
    const edge = element.getBoundingClientRect();
    if (event.clientY < edge.top + 50) element.scrollTop -= 12;
    if (event.clientY > edge.bottom - 30) element.scrollTop += 12;
    aim(event.clientX, event.clientY);
  });

  const end = (event) => {
    if (!start?.isDragging) return (start = null);
    // Rules that were drawn anew meanwhile have other places.
    const found = event.type === "pointerup" && start.tree === outline.tree ? target : null;
    mark(null);
    element.classList.remove("is-dragging");
    start = null;
    // The click that may follow belongs to the drag; it comes at once or not at all.
    const swallow = (click) => click.stopImmediatePropagation();
    body.addEventListener("click", swallow, { capture: true, once: true });
    setTimeout(() => body.removeEventListener("click", swallow, { capture: true }));
    if (found) acts.move(outline.tree.nodes[found.index].number, found.place);
  };
  body.addEventListener("pointerup", end);
  body.addEventListener("pointercancel", end);
  element.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && start?.isDragging) end(event);
  });

  function begin() {
    start.isDragging = true;
    body.setPointerCapture(start.id);
    if (!outline.tree.nodes[start.index].selected) selection.only(start.index);
    element.classList.add("is-dragging");
    getSelection().removeAllRanges();
  }

  function aim(x, y) {
    const index = outline.indexOf(document.elementFromPoint(x, y) ?? body);
    const row = index < 0 ? null : outline.row(index);
    if (!row || isMoved(index)) return mark(null);
    const box = row.element.getBoundingClientRect();
    const part = (y - box.top) / box.height;
    mark({ index, place: part < 0.3 ? "before" : part > 0.7 ? "after" : "into" });
  }

  /** A rule cannot be moved into what moves with it. */
  function isMoved(index) {
    for (let each = index; each >= 0; each = outline.tree.nodes[each].parent) {
      if (outline.tree.nodes[each].selected) return true;
    }
    return false;
  }

  function mark(found) {
    for (const row of outline.rows) row.element.classList.remove("drop-before", "drop-after", "drop-into");
    target = found;
    if (found) outline.row(found.index)?.element.classList.add(`drop-${found.place}`);
  }
}
