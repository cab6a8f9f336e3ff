// Small work on texts.

/** The daemon's words as a sentence: with a capital, and a full stop where none of its kind ends it. */
export const sentence = (text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?…]$/.test(text) ? "" : "."}`;
