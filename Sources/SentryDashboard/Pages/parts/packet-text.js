// Packets as lines of packet notation (docs/Notation.md), to be read, and to be explained by the rules.

/**
 * The line for a log entry, as far as the log knows the packet: its payload it does not.
 * @returns {string|null} `null` for an entry without addresses
 */
export function packetOfEntry(entry) {
  if (!entry.source || !entry.destination) return null;
  const name = protocolOfEntry(entry.protocol ?? "");
  if (!name) return null;
  const words = [name, entry.source, ">", entry.destination];
  const icmp = /^ICMP(?:v6)?:(\d+),(\d+)$/.exec(entry.protocol);
  if (icmp) words.push(`type ${icmp[1]} code ${icmp[2]}`);
  if (entry.tcpFlags !== undefined) words.push(entry.tcpFlags || "no-flags");
  if (entry.ttl !== undefined) words.push(`ttl ${entry.ttl}`);
  if (entry.direction) words.push(entry.direction);
  if (entry.interface) words.push(`on ${entry.interface}`);
  if (entry.byteCount) words.push(`size ${entry.byteCount}`);
  return words.join(" ");
}

function protocolOfEntry(text) {
  if (text.startsWith("ICMPv6:")) return "icmp6";
  if (text.startsWith("ICMP:")) return "icmp";
  if (text === "TCP" || text === "UDP") return text.toLowerCase();
  return /^\d+$/.test(text) ? `proto ${text}` : null;
}

/**
 * The line for the beginning of a packet.
 * @param {Uint8Array} bytes from the IP header on; may be cut short anywhere
 * @param {{direction: string, interface: string, byteCount: number}} seen
 * @returns {string|null} `null` where the IP header is not whole
 */
export function packetOfBytes(bytes, seen) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const packet = bytes.length ? [, , , , readIPv4, , readIPv6][bytes[0] >> 4]?.(view) : null;
  if (!packet) return null;
  const upper = packet.offset > 0 ? null : uppers[packet.protocol]?.(view, packet);
  const name = upper?.name ?? { 6: "tcp", 17: "udp", 1: "icmp", 58: "icmp6" }[packet.protocol] ?? `proto ${packet.protocol}`;
  const words = [name, end(packet.source, upper?.source), ">", end(packet.destination, upper?.destination)];
  words.push(...(upper?.words ?? []), `ttl ${packet.ttl}`, ...(packet.words ?? []));
  if (packet.isFragment) words.push(`fragment ${packet.offset}${packet.isLast ? "" : "+"} id ${packet.id}`);
  words.push(seen.direction, `on ${seen.interface}`);
  const payload = bytes.subarray(upper ? upper.payload : packet.header);
  if (payload.length) words.push(`hex ${[...payload].map(hex).join("")}`);
  words.push(`size ${seen.byteCount}`);
  return words.join(" ");
}

function end(address, port) {
  if (port === undefined) return address;
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

function readIPv4(view) {
  const header = (view.getUint8(0) & 15) * 4;
  if (header < 20 || view.byteLength < header) return null;
  const fragment = view.getUint16(6);
  return {
    header, protocol: view.getUint8(9), ttl: view.getUint8(8), id: view.getUint16(4),
    isFragment: (fragment & 0x3fff) !== 0, isLast: (fragment & 0x2000) === 0, offset: fragment & 0x1fff,
    source: ipv4Text(view, 12), destination: ipv4Text(view, 16), words: options(view, 20, header, ipOption),
  };
}

function readIPv6(view) {
  if (view.byteLength < 40) return null;
  const packet = {
    header: 40, protocol: view.getUint8(6), ttl: view.getUint8(7), id: 0, isFragment: false, isLast: true, offset: 0,
    source: ipv6Text(view, 8), destination: ipv6Text(view, 24),
  };
  // Hop-by-hop, routing, fragment and destination options come before what the packet carries (RFC 8200).
  while ([0, 43, 44, 60].includes(packet.protocol) && view.byteLength >= packet.header + 8) {
    const at = packet.header;
    if (packet.protocol === 44) {
      const word = view.getUint16(at + 2);
      Object.assign(packet, { isFragment: true, isLast: (word & 1) === 0, offset: word >> 3, id: view.getUint32(at + 4) });
    }
    packet.header += packet.protocol === 44 ? 8 : 8 + view.getUint8(at + 1) * 8;
    packet.protocol = view.getUint8(at);
    if (packet.offset > 0) break;
  }
  return packet;
}

const flagNames = ["fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr"];

const uppers = {
  6(view, { header }) {
    if (view.byteLength < header + 20) return null;
    const flags = flagNames.filter((_, bit) => view.getUint8(header + 13) & (1 << bit));
    const words = [flags.join(",") || "no-flags", `seq ${view.getUint32(header + 4)}`, `window ${view.getUint16(header + 14)}`];
    const payload = header + Math.max(20, (view.getUint8(header + 12) >> 4) * 4);
    words.push(...options(view, header + 20, payload, tcpOption));
    return { name: "tcp", source: view.getUint16(header), destination: view.getUint16(header + 2), words, payload };
  },
  17(view, { header }) {
    if (view.byteLength < header + 8) return null;
    return { name: "udp", source: view.getUint16(header), destination: view.getUint16(header + 2), payload: header + 8 };
  },
  1: (view, packet) => readICMP(view, packet, "icmp", [0, 8]),
  58: (view, packet) => readICMP(view, packet, "icmp6", [128, 129]),
};

/** The words for the options between two places of a header of IPv4 or TCP: a kind, and but for 0 and 1 a length and data. */
function options(view, from, to, word) {
  const words = [];
  let at = from;
  while (at < Math.min(to, view.byteLength)) {
    const kind = view.getUint8(at);
    const length = kind < 2 ? 1 : at + 1 < view.byteLength ? view.getUint8(at + 1) : 0;
    if (kind === 0 || length < 1 || (kind > 1 && length < 2) || at + length > Math.min(to, view.byteLength)) break;
    words.push(word(kind, Array.from({ length: Math.max(0, length - 2) }, (_, index) => view.getUint8(at + 2 + index))));
    at += length;
  }
  return words;
}

const ipOption = (kind, data) => `ip-option ${kind}${data.length ? ` hex ${data.map(hex).join("")}` : ""}`;

function tcpOption(kind, data) {
  const number = (from, length) => data.slice(from, from + length).reduce((value, byte) => value * 256 + byte, 0);
  if (kind === 1) return "nop";
  if (kind === 2 && data.length === 2) return `mss ${number(0, 2)}`;
  if (kind === 3 && data.length === 1) return `wscale ${data[0]}`;
  if (kind === 4 && data.length === 0) return "sackok";
  if (kind === 8 && data.length === 8) return `timestamps ${number(0, 4)} ${number(4, 4)}`;
  return `tcp-option ${kind}${data.length ? ` hex ${data.map(hex).join("")}` : ""}`;
}

function readICMP(view, { header }, name, echoes) {
  if (view.byteLength < header + 8) return null;
  const type = view.getUint8(header);
  const words = [`type ${type} code ${view.getUint8(header + 1)}`];
  if (echoes.includes(type)) words.push(`id ${view.getUint16(header + 4)} seq ${view.getUint16(header + 6)}`);
  return { name, words, payload: header + 8 };
}

const ipv4Text = (view, at) => [0, 1, 2, 3].map((index) => view.getUint8(at + index)).join(".");

/** As RFC 5952 has it: the longest run of two zeros or more becomes `::`. */
function ipv6Text(view, at) {
  const groups = Array.from({ length: 8 }, (_, index) => view.getUint16(at + index * 2).toString(16));
  const runs = groups.join(":").match(/\b0(:0)+\b/g) ?? [];
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), "");
  if (!longest) return groups.join(":");
  const text = groups.join(":");
  const start = new RegExp(`(^|:)${longest}(:|$)`).exec(text);
  return `${text.slice(0, start.index)}::${text.slice(start.index + start[0].length)}`;
}

const hex = (byte) => byte.toString(16).padStart(2, "0");

/** Lines as `0010  c0 00 02 36 …  ...6`: where, eight bytes, and what of them is ASCII. */
export function hexLines(bytes) {
  const lines = [];
  for (let at = 0; at < bytes.length; at += 8) {
    const part = [...bytes.subarray(at, at + 8)];
    const text = part.map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : ".")).join("");
    lines.push(`${at.toString(16).padStart(4, "0")}  ${part.map(hex).join(" ").padEnd(23)}  ${text}`);
  }
  return lines.join("\n");
}
