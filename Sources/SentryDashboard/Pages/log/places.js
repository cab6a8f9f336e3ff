// Where the rows of the log lie. Each gets its place once; what comes on top moves all together, as one: so a busy log costs little,
// and of its rows none is laid out anew.

/**
 * @param {HTMLElement} table grows with its rows
 * @param {HTMLElement} body has the rows, the newest first; it lies at the table's top
 * @returns {{addOnTop(rows: HTMLElement[]): void, addBelow(rows: HTMLElement[]): void, removeLast(): void, layOut(): void, unmount(): void}}
 *   `layOut` after rows were hidden, shown or taken away otherwise
 */
export function makePlaces(table, body) {
  /** Pixels above and below the place of the row that came first. */
  let above = 0;
  let below = 0;
  let width = 0;

  function settle() {
    body.style.transform = `translateY(${above}px)`;
    table.style.height = `${table.tHead.offsetHeight + above + below}px`;
  }

  function place(rows, topOf) {
    const heights = rows.map((row) => row.offsetHeight);
    rows.forEach((row, index) => { row.style.top = `${topOf(heights[index])}px`; });
    settle();
  }

  const goDown = (height) => (below += height) - height;
  const goUp = (height) => -(above += height);

  function layOut() {
    above = below = 0;
    place([...body.children], goDown);
  }

  const watcher = new ResizeObserver(([{ contentRect }]) => {
    if (contentRect.width === width) return;
    width = contentRect.width;
    layOut();
  });
  watcher.observe(table);

  return {
    addOnTop(rows) {
      body.prepend(...rows);
      place([...rows].reverse(), goUp);
    },
    addBelow(rows) {
      body.append(...rows);
      place(rows, goDown);
    },
    removeLast() {
      below -= body.lastElementChild.offsetHeight;
      body.lastElementChild.remove();
      settle();
    },
    layOut,
    unmount: () => watcher.disconnect(),
  };
}
