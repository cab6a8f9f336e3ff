// Making and changing elements. All text goes through text nodes: nothing a packet or a document says can become markup.

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
    element.append(child instanceof Node ? child : String(child));
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
  const text = value === true ? "" : String(value);
  if (element.getAttribute(name) !== text) element.setAttribute(name, text);
}

/** Sets the text where it differs, so that what stays the same is not laid out again. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

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
