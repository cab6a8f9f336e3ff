// How programs, and questions about them, are written. The path of an executable may hold anything but a zero byte.

/** A path on one line; other controls become visible with any text (`dom.js`). */
export const pathText = (path) => path.replace(/[\t\n\r]/g, (mark) => String.fromCharCode(0x2400 + mark.charCodeAt(0)));

/** The name of the file alone. */
export const programName = (path) => pathText(path.split("/").at(-1) || path);

/** `203.0.113.9:443`, `[2001:db8::1]:443`. */
export const endText = (address, port) => (address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`);

/** What is asked, in one line: `curl wants to connect to 203.0.113.9:443`. */
export function questionText({ path, direction, transport, peer, peerPort, localPort }) {
  const name = programName(path);
  if (direction === "outbound") return `${name} wants to connect to ${endText(peer, peerPort)}`;
  return `${peer} wants to connect to ${name} at port ${localPort}/${transport}`;
}
