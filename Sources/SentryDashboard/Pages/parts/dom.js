// Making and changing elements. All text goes through text nodes: nothing a packet or a document says can become markup.

/** What cannot be seen, or turns around what stands beside it (Unicode's bidirectional controls). */
const unseen = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** A text with pictures in the place of controls, as names and packets may have them. */
export function visible(text) {
  return text.replace(unseen, (mark) => {
    const code = mark.charCodeAt(0);
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : `⟨${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
  });
}

/**
 * Makes an element. `properties`: `class`, `on: {event: listener}`, `data: {name: text}`; anything else is an attribute
 * (`true` makes it present, `false`, `null` and `undefined` leave it out). Children: nodes, texts, numbers, lists of
 * these; `null` and `false` are skipped.
 * @returns {HTMLElement}
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (name === "class") element.className = value;
    else if (name === "on") {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else if (name === "data") Object.assign(element.dataset, value);
    else setAttribute(element, name, value);
  }
  append(element, children);
  return element;
}

/** Adds nodes and texts, in any nesting of lists. */
export function append(element, children) {
  for (const child of [children].flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : visible(String(child)));
  }
  return element;
}

/** Puts these in the place of all children. */
export function replace(element, ...children) {
  element.replaceChildren();
  return append(element, children);
}

/** Sets an attribute where it differs; `false`, `null` and `undefined` take it away. */
export function setAttribute(element, name, value) {
  if (value === false || value === null || value === undefined) {
    if (element.hasAttribute(name)) element.removeAttribute(name);
    return;
  }
  const isShown = name === "title" || name === "aria-label";
  const text = value === true ? "" : isShown ? visible(String(value)) : String(value);
  if (element.getAttribute(name) !== text) element.setAttribute(name, text);
}

/** Sets the text where it differs, so that what stays the same is not laid out again. */
export function setText(element, text) {
  const shown = visible(String(text ?? ""));
  if (element.textContent !== shown) element.textContent = shown;
}

let isFinger = false;
document.addEventListener("pointerover", (event) => { isFinger = event.pointerType === "touch"; }, { passive: true });

/** Whether the mouse is on an element: what lies under it must not move. A finger that has left still counts as there for browsers. */
export const isUnderPointer = (element) => !isFinger && element.matches(":hover");

/** Calls `work` once things have been quiet for `milliseconds`; `.cancel()` forgets a waiting call. */
export function debounce(milliseconds, work) {
  let timer = 0;
  const later = (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(...values), milliseconds);
  };
  later.cancel = () => clearTimeout(timer);
  return later;
}

/** A text for the eye and for reading aloud: `<button>` with a label, a listener and a style. */
export function button(label, listener, properties = {}) {
  return h("button", { type: "button", class: "button", ...properties, on: { click: listener } }, label);
}
